// SPDX-License-Identifier: Apache-2.0
#include "shared/base/file.h"
#include "tests/integration/agent/agent_world.h"
#include "tests/integration/agent/shop.h"

#include <QtTest/QtTest>
#include <algorithm>
#include <atomic>
#include <thread>

using namespace isotherm;
using namespace isotherm::test;
using std::chrono::seconds;

namespace
{

/// Runs one statement over and over, in a session of its own.
class Load
{
public:
    Load(PgCluster& database, std::string sql)
        : m_thread([&database, sql = std::move(sql)](const std::stop_token& stop) {
              while (!stop.stop_requested()) {
                  if (!database.exec(sql).ok()) {
                      std::this_thread::sleep_for(std::chrono::milliseconds(200));
                  }
              }
          })
    {
    }

private:
    std::jthread m_thread;
};

} // namespace

/// Splits and merges as people meet them: the real programs on a real server.
class TestAgentChanges : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void check_invariants_areRefusedWithFileAndLine();
    void why_coldShard_saysSo();
    void why_scansOfTheWholeShard_areNoReasonToSplit();
    void propose_checkOnly_storesNothing();
    void propose_badCuts_areRefused();
    void propose_andReject_isKeptAcrossARestart();
    void approve_anotherPlan_isRefused();
    void plan_ordinaryTable_hasBoundariesOfExistingKeys();
    void plan_managedKeyspace_knowsItsShards();

private:
    [[nodiscard]] ShardRecord shard(std::size_t index)
    {
        auto shards = must(m_operator->shards({}));
        std::sort(shards.begin(), shards.end(), [](const ShardRecord& a, const ShardRecord& b) {
            return a.range.begin < b.range.begin;
        });
        return shards.at(index);
    }

    [[nodiscard]] ProposeRequest splitOf(std::size_t index, std::vector<std::string> cuts)
    {
        ProposeRequest request;
        request.sources = {shard(index).id};
        request.cuts = std::move(cuts);
        request.reason = "the sale begins";
        return request;
    }

    void start()
    {
        const Status started = m_world->startAgent();
        QVERIFY2(started.ok(), started.ok() ? "" : started.error().text().c_str());
        m_operator = m_world->connect("operator");
        QVERIFY(eventually([this] {
            const auto shards = m_operator->shards({});
            return shards.ok() && shards->size() == kShopShards;
        }));
    }

    std::unique_ptr<AgentWorld> m_world;
    std::unique_ptr<client::AgentClient> m_operator;
};

void TestAgentChanges::initTestCase()
{
    auto made = AgentWorld::make({.tables = {"shop.orders", "shop.order_lines"}}, shopSql(40));
    QVERIFY2(made.ok(), made.ok() ? "" : made.error().text().c_str());
    m_world = std::move(*made);
    std::filesystem::create_directories(m_world->folder() / "conf.d");
    QVERIFY(writeFileDurably(m_world->folder() / "conf.d" / "changes.toml",
                             "[cluster.shop.keyspace.orders]\nhot_rate = 1000\n"
                             "[changes]\nmin_size_mb = 1\n")
                .ok());
    const Status ready = m_world->setUp();
    QVERIFY2(ready.ok(), ready.ok() ? "" : ready.error().text().c_str());
    start();
}

void TestAgentChanges::cleanupTestCase()
{
    if (!m_world) {
        return;
    }
    QVERIFY(m_world->stopAgent().ok());
    for (const std::string& line : m_world->errorLines()) {
        QTest::qFail(line.c_str(), __FILE__, __LINE__);
    }
}

void TestAgentChanges::check_invariants_areRefusedWithFileAndLine()
{
    const auto file = m_world->folder() / "broken.toml";
    const std::string text = must(readFile(m_world->configFile()));
    QVERIFY(writeFileDurably(file, text + "\n[changes]\nmerge_below = 0.6\n").ok());
    ProcessOptions options;
    options.program = std::string(std::getenv("ISOTHERM_BIN_DIR")) + "/isotherm-agent";
    options.arguments = {"check-config", "--config", file.string()};
    const auto checked = must(Process::run(options, seconds(60)));
    QCOMPARE(checked.exitCode, 2);
    QVERIFY2(checked.standardError.find("broken.toml:") != std::string::npos &&
                 checked.standardError.find("merge_below must be lower than child_target") !=
                     std::string::npos,
             checked.standardError.c_str());
}

void TestAgentChanges::why_coldShard_saysSo()
{
    std::vector<ChangeRefusal> why;
    QVERIFY(eventually([&] {
        const auto answer = m_operator->changes().refusals(shard(0).id);
        why = answer.ok() ? *answer : why;
        return !why.empty() && why.front().reason == "not-hot";
    }));
    QVERIFY(!why.front().nextStep.empty());
    QCOMPARE(m_operator->changes().refusals(ShardId(999)).error().code, Code::NotFound);
}

void TestAgentChanges::why_scansOfTheWholeShard_areNoReasonToSplit()
{
    const ShardId hot = shard(1).id;
    const Load load(m_world->database(), "select sum(total) from shop.orders_1; "
                                         "select sum(quantity) from shop.order_lines_1");
    std::vector<ChangeRefusal> why;
    QVERIFY(eventually(
        [&] {
            const auto answer = m_operator->changes().refusals({});
            why = answer.ok() ? *answer : why;
            return !why.empty();
        },
        seconds(180)));
    QCOMPARE(why.size(), std::size_t{1});
    QCOMPARE(why.front().shard, hot);
    QVERIFY2(why.front().reason == "scan-spanning" || why.front().reason == "node-not-busy",
             why.front().reason.c_str());
    QVERIFY(*why.front().load > 1);
    QVERIFY(eventually([&] {
        const auto status = m_operator->status();
        return status.ok() &&
               std::any_of(status->diagnostics.begin(), status->diagnostics.end(),
                           [](const Diagnostic& line) { return line.code == "shards.hot"; });
    }));
    QCOMPARE(must(m_operator->changes().changes({})).size(), std::size_t{0});
}

void TestAgentChanges::propose_checkOnly_storesNothing()
{
    ProposeRequest request = splitOf(2, {"1250"});
    request.checkOnly = true;
    const ChangeRecord change = must(m_operator->changes().propose(request));
    QCOMPARE(change.id, ChangeId());
    QCOMPARE(change.parts.size(), std::size_t{2});
    QCOMPARE(change.parts[0].rangeText, std::string("[1000, 1250)"));
    QVERIFY(!change.evidence.histogram.empty()); // what ANALYZE found
    QVERIFY(change.parts[0].rows > 20'000 && change.parts[0].rows < 40'000);
    QVERIFY(must(m_operator->changes().changes({})).empty());
    QCOMPARE(m_world->connect("viewer")->changes().propose(request).ok(), true);
    request.checkOnly = false;
    QCOMPARE(m_world->connect("viewer")->changes().propose(request).error().code,
             Code::PermissionDenied);
}

void TestAgentChanges::propose_badCuts_areRefused()
{
    for (const std::string cut : {"500", "1000", "1500", "abc"}) {
        const auto change = m_operator->changes().propose(splitOf(2, {cut}));
        QVERIFY(!change.ok());
        QCOMPARE(change.error().code, Code::InvalidArgument);
    }
    ProposeRequest apart;
    apart.sources = {shard(0).id, shard(2).id};
    QCOMPARE(m_operator->changes().propose(apart).error().code, Code::InvalidArgument);
}

void TestAgentChanges::propose_andReject_isKeptAcrossARestart()
{
    const ChangeRecord change = must(m_operator->changes().propose(splitOf(2, {})));
    QCOMPARE(change.state, ChangeState::Proposed);
    QCOMPARE(change.proposedBy, std::string("operator"));
    QCOMPARE(change.parts.size(), std::size_t{2}); // by rows: nothing is known of the load by key
    const auto again = m_operator->changes().propose(splitOf(2, {"1250"}));
    QCOMPARE(again.error().code, Code::FailedPrecondition);

    QVERIFY(m_world->stopAgent().ok());
    start();
    const ChangeRecord kept = must(m_operator->changes().change(change.id));
    QCOMPARE(kept.state, ChangeState::Proposed);
    QCOMPARE(kept.planHash, change.planHash);
    const auto rejected = m_world->ctl(
        "operator", {"change", "reject", std::to_string(change.id.get()), "--reason", "not now"});
    QVERIFY(rejected.ok());
    QVERIFY2(rejected->exitCode == 0, rejected->standardError.c_str());
    QCOMPARE(must(m_operator->changes().change(change.id)).state, ChangeState::Rejected);
    const auto audit = must(m_world->ctl("operator", {"audit", "list"}));
    QVERIFY(audit.standardOutput.find("change.reject") != std::string::npos);
}

void TestAgentChanges::approve_anotherPlan_isRefused()
{
    const ChangeRecord change = must(m_operator->changes().propose(splitOf(3, {"1750"})));
    const ChangeDecision decision{change.id, "not what was reviewed", "", {}};
    QCOMPARE(m_operator->changes().approve(decision).error().code, Code::Aborted);
    QCOMPARE(must(m_operator->changes().change(change.id)).state, ChangeState::Proposed);
    QVERIFY(m_operator->changes().reject({change.id, change.planHash, "a test", {}}).ok());
}

void TestAgentChanges::plan_ordinaryTable_hasBoundariesOfExistingKeys()
{
    QVERIFY(m_world->database()
                .exec("create table shop.tickets (ticket_id bigint generated always as identity "
                      "primary key, body text); insert into shop.tickets(body) select repeat('x', "
                      "100) from generate_series(1, 20000); grant select on shop.tickets to "
                      "isotherm; analyze shop.tickets")
                .ok());
    KeyspacePlanRequest request;
    request.tables = {"shop.tickets"};
    request.targetSize = ByteCount(500'000);
    const KeyspacePlan plan = must(m_operator->changes().planKeyspace(request));
    QCOMPARE(plan.keyColumns, std::vector<std::string>{"ticket_id"});
    QCOMPARE(plan.rows, std::uint64_t{20'000});
    QCOMPARE(plan.shardsNow, 1U);
    QVERIFY(plan.shards.size() >= 4);
    QVERIFY(!plan.reasons.empty());
    QVERIFY(!plan.warnings.empty()); // an ascending key
    for (const PlannedShard& planned : plan.shards) {
        const double even = 20'000.0 / static_cast<double>(plan.shards.size());
        QVERIFY(static_cast<double>(planned.rows) > 0.8 * even &&
                static_cast<double>(planned.rows) < 1.2 * even);
    }
    request.tables = {"shop.nothing"};
    QCOMPARE(m_operator->changes().planKeyspace(request).error().code, Code::NotFound);
    const auto shown = must(m_world->ctl(
        "operator", {"keyspace", "plan", "--table", "shop.tickets", "--target-size", "500kB"}));
    QVERIFY2(shown.exitCode == 0, shown.standardError.c_str());
    QVERIFY(shown.standardOutput.find("ascends") != std::string::npos);
}

void TestAgentChanges::plan_managedKeyspace_knowsItsShards()
{
    KeyspacePlanRequest request;
    request.keyspace = "orders";
    request.shards = 8;
    const KeyspacePlan plan = must(m_operator->changes().planKeyspace(request));
    QCOMPARE(plan.shardsNow, 4U);
    QCOMPARE(plan.tables.size(), std::size_t{2});
    QCOMPARE(plan.shards.size(), std::size_t{8});
}

QTEST_GUILESS_MAIN(TestAgentChanges)
#include "tst_agent_changes.moc"
