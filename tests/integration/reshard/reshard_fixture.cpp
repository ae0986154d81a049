// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/reshard/reshard_fixture.h"

#include <utility>

namespace isotherm::test
{

std::string accountsSql(int rows)
{
    return "create table accounts (customer_id int8 not null, id int8 not null, amount int8, note"
           " text, big text, primary key (customer_id, id)) partition by range (customer_id);"
           "create table accounts_p1 partition of accounts for values from (0) to (1000);"
           "create table accounts_p2 partition of accounts for values from (1000) to (2000);"
           "create index on accounts (note);"
           "insert into accounts select i % 2000, -i, i, 'quiet', null from generate_series(1, " +
           std::to_string(rows) + ") i";
}

void ReshardFixture::startServer()
{
    auto cluster = PgCluster::start(reshardServer());
    ISO_VERIFY_OK(cluster);
    m_cluster = std::move(*cluster);
}

void ReshardFixture::beginEmpty(const std::string& sql)
{
    exec("drop schema public cascade; create schema public; grant all on schema public to public;"
         "drop schema if exists isotherm_reshard cascade;" +
         sql);
    m_log = std::make_unique<TestLog>();
    m_folder = std::make_unique<TempDir>("isoreshard");
    open();
}

void ReshardFixture::open(const std::string& conninfo)
{
    m_world.reset();
    auto world = ReshardWorld::open(
        {conninfo.empty() ? m_cluster->conninfo() : conninfo, m_folder->path(), {}}, *m_log);
    ISO_VERIFY_OK(world);
    m_world = std::move(*world);
}

void ReshardFixture::end()
{
    m_world.reset();
    m_folder.reset();
    m_log.reset();
}

void ReshardFixture::exec(const std::string& sql)
{
    ISO_VERIFY_OK(m_cluster->exec(sql));
}

std::unique_ptr<PgSession> ReshardFixture::session()
{
    auto opened = PgSession::open(m_cluster->conninfo());
    return opened.ok() ? std::move(*opened) : nullptr;
}

void ReshardFixture::begin(const std::string& sql, std::vector<std::string> tables)
{
    exec(sql);
    ISO_VERIFY_OK(m_world->adopt("accounts", std::move(tables)));
}

void ReshardFixture::verifyDone(const Result<JobRecord>& job)
{
    ISO_VERIFY_OK(job);
    QVERIFY2(job->state == JobState::Done, job->error.c_str());
    verifyNothingLeft();
}

void ReshardFixture::verifyNothingLeft()
{
    QCOMPARE(QString::fromStdString(tracesIn(*m_cluster)), QString());
}

void ReshardFixture::verifySplit()
{
    verifyDone(m_world->run(half()));
    QCOMPARE(shards()[0].rangeText, std::string("[0, 500)"));
}

void ReshardFixture::verifyEnds(JobId job)
{
    ISO_VERIFY_OK(m_world->control().finish(job));
    verifyDone(m_world->wait(job));
}

void ReshardFixture::verifyCrew(WriterCrew& crew)
{
    const CrewReport report = crew.finish();
    QVERIFY2(report.errors.empty(), report.errors.empty() ? "" : report.errors[0].c_str());
    QCOMPARE(report.wrong, 0U);
    QVERIFY(report.statements > 0 && report.checks > 0);
    qInfo("%llu statements, %llu checks, slowest %lld us",
          static_cast<unsigned long long>(report.statements),
          static_cast<unsigned long long>(report.checks),
          static_cast<long long>(report.slowest.count()));
}

void ReshardFixture::verifyHeldOff(JobId job, const std::string& who)
{
    const auto phase = m_world->waitForPhase(job, "wait to switch");
    ISO_VERIFY_OK(phase);
    // Before it is named, a statement of the load may hold a switch up for a moment.
    std::string said = phase->phase;
    for (int i = 0; i < 200 && said.find(who) == std::string::npos; ++i) {
        QTest::qWait(50);
        const auto record = m_world->jobs().job(job);
        ISO_VERIFY_OK(record);
        said = record->phase;
    }
    QVERIFY2(said.find(who) != std::string::npos, said.c_str());
}

} // namespace isotherm::test
