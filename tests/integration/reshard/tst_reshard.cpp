// SPDX-License-Identifier: Apache-2.0
// Splits and merges while an application writes: every row is there, once, as it was left.
#include "tests/harness/test_log.h"
#include "tests/integration/reshard/reshard_world.h"
#include "tests/integration/reshard/writer_crew.h"

#include <cstdlib>

using namespace isotherm;
using namespace isotherm::test;
using namespace std::chrono_literals;

namespace
{

constexpr const char* kSchema =
    "create table accounts (customer_id int8 not null, id int8 not null, amount int8, note text,"
    " big text, primary key (customer_id, id)) partition by range (customer_id);"
    "create table accounts_p1 partition of accounts for values from (0) to (1000);"
    "create table accounts_p2 partition of accounts for values from (1000) to (2000);"
    "create index on accounts (note);"
    "insert into accounts select i % 2000, -i, i, 'quiet', null from generate_series(1, 40000) i";

int rounds()
{
    const char* const wish = std::getenv("ISOTHERM_RESHARD_ROUNDS");
    return wish == nullptr ? 1 : std::max(1, std::atoi(wish));
}

} // namespace

class TestReshard : public QObject
{
    Q_OBJECT

private:
    void open()
    {
        auto world = ReshardWorld::open({m_cluster->conninfo(), m_folder->path(), {}}, *m_log);
        ISO_VERIFY_OK(world);
        m_world = std::move(*world);
    }

    void verifyDone(const Result<JobRecord>& job)
    {
        ISO_VERIFY_OK(job);
        QVERIFY2(job->state == JobState::Done, job->error.c_str());
        QCOMPARE(tracesIn(*m_cluster), std::string());
    }

    void verifyCrew(WriterCrew& crew)
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

    std::vector<ShardRecord> shards() { return m_world->shards("accounts"); }

    std::unique_ptr<PgCluster> m_cluster;
    std::unique_ptr<TempDir> m_folder;
    std::unique_ptr<TestLog> m_log;
    std::unique_ptr<ReshardWorld> m_world;

private Q_SLOTS:
    void initTestCase()
    {
        auto cluster = PgCluster::start(reshardServer());
        ISO_VERIFY_OK(cluster);
        m_cluster = std::move(*cluster);
    }

    void init()
    {
        ISO_VERIFY_OK(m_cluster->exec("drop table if exists accounts cascade"));
        ISO_VERIFY_OK(m_cluster->exec(kSchema));
        m_log = std::make_unique<TestLog>();
        m_folder = std::make_unique<TempDir>("isoreshard");
        open();
        ISO_VERIFY_OK(m_world->adopt("accounts", {"accounts"}));
    }

    void cleanup()
    {
        m_world.reset();
        m_folder.reset();
        m_log.reset();
    }

    void split_writersThroughTheParent_nothingIsLostAndMergedBack()
    {
        WriterCrew crew({.conninfo = m_cluster->conninfo(), .readers = 2, .highKey = 2'000});
        for (int round = 0; round < rounds(); ++round) {
            verifyDone(m_world->run(m_world->split(shards()[0], {500})));
            QCOMPARE(shards().size(), 3U);
            verifyDone(m_world->run(m_world->merge({shards()[0], shards()[1]})));
            QCOMPARE(shards().size(), 2U);
            verifyDone(
                m_world->run(m_world->split(shards()[0], {125, 250, 375, 500, 625, 750, 875})));
            QCOMPARE(shards().size(), 9U);
            verifyDone(
                m_world->run(m_world->merge({shards()[0], shards()[1], shards()[2], shards()[3],
                                             shards()[4], shards()[5], shards()[6], shards()[7]})));
        }
        verifyCrew(crew);
        QCOMPARE(m_cluster->value("select count(*) from accounts where id < 0"),
                 std::string("40000"));
    }
};

QTEST_GUILESS_MAIN(TestReshard)
#include "tst_reshard.moc"
