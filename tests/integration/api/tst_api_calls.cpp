// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/test_log.h"
#include "tests/unit/api/fake_agent_service.h"
#include "tests/unit/api/loopback_agent.h"

#include <QtTest/QtTest>
#include <cmath>
#include <cstring>
#include <thread>

using namespace isotherm;
using namespace isotherm::test;

namespace
{

QString text(const std::string& value)
{
    return QString::fromStdString(value);
}

} // namespace

/// Every call, over the wire and back, against the fake asked directly.
class TestApiCalls : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void reads_overTheWire_equalTheServices();
    void heat_overTheWire_equalsTheServices();
    void heat_emptyRange_isRefusedWithTheServicesWords();
    void heat_absurdTimes_areRefused();
    void restore_planRunReceipt_roundTrip();
    void changes_overTheWire_reachTheService();
    void error_hintAndCode_survive();
    void error_veryLong_isCutNotLost();
    void call_slowService_endsAtTheDeadline();
    void call_noServer_saysWhatIsWrong();
    void call_afterRestart_works();
    void calls_manyAtOnce_areBounded();
    void name_notUtf8_isShownNotDropped();

private:
    std::unique_ptr<TestLog> m_log;
    std::unique_ptr<FakeAgentService> m_fake;
    std::unique_ptr<LoopbackAgent> m_agent;
    client::Profile m_profile;
    std::unique_ptr<client::AgentClient> m_client;
};

void TestApiCalls::init()
{
    m_log = std::make_unique<TestLog>();
    m_fake = std::make_unique<FakeAgentService>();
    m_agent = std::make_unique<LoopbackAgent>(
        *m_fake, *m_log, LoopbackAgent::Options{.workers = 2, .queuedCalls = 4});
    m_profile = m_agent->enroll("ana", Role::Admin);
    m_client = LoopbackAgent::connect(m_profile);
}

void TestApiCalls::cleanup()
{
    m_client.reset();
    m_agent.reset();
    m_fake.reset();
    m_log.reset();
}

void TestApiCalls::reads_overTheWire_equalTheServices()
{
    QVERIFY(m_client->status().value() == m_fake->status().value());
    QVERIFY(m_client->keyspaces().value() == m_fake->keyspaces().value());
    QVERIFY(m_client->shards({}).value() == m_fake->shards({}).value());
    QVERIFY(m_client->shards({.keyspace = "nobody"})->empty());
    QVERIFY(m_client->backups({}).value() == m_fake->backups({}).value());
    BackupFilter filter;
    filter.shards = {ShardId(2)};
    filter.from = m_fake->state().now - std::chrono::hours(1);
    filter.limit = 1;
    QCOMPARE(m_client->backups(filter)->size(), std::size_t{1});
    QCOMPARE(m_client->backups(filter)->front().shard, ShardId(2));
    filter.to = *filter.from + std::chrono::seconds(1);
    QVERIFY(m_client->backups(filter)->empty());
    QVERIFY(m_client->schedule().value() == m_fake->schedule().value());
    QVERIFY(m_client->restorableRanges({"orders", true}).value() ==
            m_fake->restorableRanges({"orders", true}).value());
    const TransactionQuery query{"orders", {ShardId(2)}, fromUnixMicros(7), fromUnixMicros(8),
                                 9,        true};
    QVERIFY(m_client->transactions(query).value() == m_fake->transactions(query).value());
    QVERIFY(m_client->jobs({}).value() == m_fake->jobs({}).value());
    QCOMPARE(m_client->jobs({.activeOnly = true})->size(), std::size_t{1});
    QVERIFY(m_client->job(JobId(2)).value() == m_fake->job(JobId(2)).value());
    QVERIFY(m_client->auditTrail().auditEntries({}).value() == m_fake->auditEntries({}).value());
    QVERIFY(m_client->auditTrail().verifyAudit()->intact);
    const HotKeysQuery hot{.shard = ShardId(2)};
    QVERIFY(m_client->hotKeys().hotKeysOf(hot).value() == m_fake->hotKeys().hotKeysOf(hot).value());
    QCOMPARE(m_client->hotKeys().hotKeysOf({.shard = ShardId(99)}).error().code, Code::NotFound);
}

void TestApiCalls::heat_overTheWire_equalsTheServices()
{
    HeatQuery query;
    query.metric = HeatMetric::Bytes;
    query.to = m_fake->state().now + std::chrono::seconds(5); // the future is not measured
    query.from = query.to - std::chrono::minutes(2);
    query.shards = {ShardId(3), ShardId(1)};
    const HeatMatrix wire = m_client->heat(query).value();
    const HeatMatrix direct = m_fake->heat(query).value();
    QCOMPARE(wire.columns, direct.columns);
    QVERIFY(wire.rows == direct.rows);
    QVERIFY(wire.start == direct.start && wire.step == direct.step);
    QCOMPARE(wire.mean.size(), direct.mean.size());
    QVERIFY(std::memcmp(wire.mean.data(), direct.mean.data(), wire.mean.size() * 4) == 0);
    QVERIFY(std::memcmp(wire.max.data(), direct.max.data(), wire.max.size() * 4) == 0);
    QVERIFY(std::isnan(wire.meanAt(0, wire.columns - 1)));
}

void TestApiCalls::heat_emptyRange_isRefusedWithTheServicesWords()
{
    const auto refused = m_client->heat({});
    QVERIFY(!refused.ok());
    QVERIFY(refused.error() == m_fake->heat({}).error());
}

void TestApiCalls::heat_absurdTimes_areRefused()
{
    HeatQuery query;
    query.from = WallTime::min();
    query.to = WallTime::max();
    QCOMPARE(m_client->heat(query).error().code, Code::InvalidArgument);
    QCOMPARE(m_fake->calls(), std::size_t{0});
}

void TestApiCalls::restore_planRunReceipt_roundTrip()
{
    RestoreRequest request;
    request.keyspace = "accounts";
    request.predicate = "aid between 5 and 9";
    request.tables = {"accounts"};
    request.shards = {ShardId(1), ShardId(2)};
    request.at = m_fake->state().now;
    const RestorePlan plan = m_client->planRestore(request).value();
    QCOMPARE(plan.parts.size(), std::size_t{2});
    QVERIFY(plan.parts == m_fake->state().plans.back().parts);
    QCOMPARE(text(plan.request.predicate), QStringLiteral("aid between 5 and 9"));
    QVERIFY(plan.request.at == request.at);
    const JobId job = m_client->runRestore({.planId = plan.id, .caller = {}}).value();
    QCOMPARE(m_client->receipt(job).error().code, Code::FailedPrecondition);
    m_fake->finishJob(job);
    const RestoreReceipt receipt = m_client->receipt(job).value();
    QVERIFY(receipt.verified);
    QCOMPARE(receipt.tables.size(), std::size_t{1});
    QCOMPARE(receipt.tables[0].rows, plan.rows);
    QCOMPARE(receipt.bytesRead, plan.bytesToRead);
}

void TestApiCalls::changes_overTheWire_reachTheService()
{
    QCOMPARE(m_client->runBackup({.keyspace = "accounts", .shards = {}, .caller = {}})->size(),
             std::size_t{4});
    QVERIFY(m_client->verifyBackups({}).ok());
    QVERIFY(m_client->cancelJob(JobId(3)).ok());
    QCOMPARE(m_client->job(JobId(3))->state, JobState::Cancelled);
    const KeyspaceRecord adopted = m_client
                                       ->adoptKeyspace({.name = "orders",
                                                        .tables = {"orders", "order_lines"},
                                                        .keyColumns = {"customer_id"},
                                                        .rpo = std::chrono::minutes(5),
                                                        .caller = {}})
                                       .value();
    QVERIFY(adopted == m_fake->state().keyspaces.back());
    QVERIFY(adopted.rpo == std::chrono::milliseconds(300'000));
}

void TestApiCalls::error_hintAndCode_survive()
{
    for (int code = 0; code <= static_cast<int>(Code::Unauthenticated); ++code) {
        const Error error = makeError(static_cast<Code>(code), "größer als erlaubt", "do this ✓");
        m_fake->edit([&](FakeState& state) { state.failWith = error; });
        const auto failed = m_client->status();
        QVERIFY(!failed.ok());
        QVERIFY2(failed.error() == error, failed.error().text().c_str());
    }
}

void TestApiCalls::error_veryLong_isCutNotLost()
{
    m_fake->edit([](FakeState& state) {
        state.failWith = makeError(Code::NotFound, std::string(100'000, 'm'), "the hint");
    });
    const auto failed = m_client->status();
    QCOMPARE(failed.error().code, Code::NotFound);
    QVERIFY(failed.error().message.size() > 1'000);
    QCOMPARE(text(failed.error().hint), QStringLiteral("the hint"));
}

void TestApiCalls::call_slowService_endsAtTheDeadline()
{
    m_fake->edit([](FakeState& state) { state.slowness = std::chrono::seconds(2); });
    const auto hasty = LoopbackAgent::connect(m_profile, std::chrono::milliseconds(100));
    const auto failed = hasty->status();
    QCOMPARE(failed.error().code, Code::DeadlineExceeded);
    QVERIFY(text(failed.error().message).contains(QStringLiteral("did not answer within 100ms")));
}

void TestApiCalls::call_noServer_saysWhatIsWrong()
{
    m_agent->stopServer();
    const auto failed = LoopbackAgent::connect(m_profile)->status();
    QCOMPARE(failed.error().code, Code::Unavailable);
    QCOMPARE(text(failed.error().message), QStringLiteral("cannot reach the agent at %1: nothing "
                                                          "listens there")
                                               .arg(text(m_profile.address)));
    QVERIFY(!failed.error().hint.empty());
}

void TestApiCalls::call_afterRestart_works()
{
    QVERIFY(m_client->status().ok());
    m_agent->stopServer();
    QVERIFY(!m_client->status().ok());
    m_agent->startServer();
    QTRY_VERIFY(m_client->status().ok());
}

void TestApiCalls::calls_manyAtOnce_areBounded()
{
    m_fake->edit([](FakeState& state) { state.slowness = std::chrono::milliseconds(300); });
    std::mutex mutex;
    int answered = 0;
    int refused = 0;
    {
        std::vector<std::jthread> threads;
        for (int index = 0; index < 20; ++index) {
            threads.emplace_back([&] {
                const auto status = m_client->status();
                const std::lock_guard lock(mutex);
                answered += status.ok() ? 1 : 0;
                refused += !status.ok() && status.error().code == Code::ResourceExhausted ? 1 : 0;
            });
        }
    }
    QCOMPARE(answered + refused, 20);
    QVERIFY(answered >= 4); // at least what the queue holds
    QVERIFY(refused > 0);
}

void TestApiCalls::name_notUtf8_isShownNotDropped()
{
    m_fake->edit([](FakeState& state) { state.shards[0].leaves = {"caf\xE9"}; });
    const auto shards = m_client->shards({});
    QVERIFY(shards.ok());
    QCOMPARE(text(shards->front().leaves.front()), QStringLiteral("caf\uFFFD"));
}

QTEST_GUILESS_MAIN(TestApiCalls)
#include "tst_api_calls.moc"
