// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/agent/agent_world.h"
#include "tests/integration/agent/shop.h"

#include <QtTest/QtTest>
#include <algorithm>
#include <filesystem>

using namespace isotherm;
using namespace isotherm::test;
using std::chrono::seconds;

namespace
{

constexpr const char* kMarkedTables =
    "select count(*) from pg_class where relnamespace = 'isotherm_restore'::regnamespace and"
    " obj_description(oid, 'pg_class') like 'isotherm-restore job%'";

} // namespace

/// What an operator's day brings: databases that restart, disks that fill, files that get lost.
class TestAgentFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void cleanup();

    void databaseRestarted_duringBackupsAndRestores_recoversByItself();
    void databaseDown_agentStartsAllTheSame_andRecovers();
    void leafLocked_thatBackupFailsClearly_theOthersAreMade();
    void fileSizeLimit_backupFailsClearly_oldOnesAreIntact();
    void metadataLost_backupsAreFoundAgain_andRestoreTheSame();

private:
    JobRecord finished(JobId id)
    {
        JobRecord record;
        (void)eventually([&] {
            const auto job = m_client->job(id);
            record = job.ok() ? *job : record;
            return isFinished(record.state);
        });
        return record;
    }

    [[nodiscard]] bool quiet()
    {
        const auto active = m_client->jobs({true, 100});
        return active.ok() && active->empty();
    }

    /// Every shard, one after the other until it works: a job that the fault hit may fail.
    [[nodiscard]] bool backsUpAgain()
    {
        return eventually([this] {
            const auto jobs = m_client->runBackup({});
            return jobs.ok() && std::all_of(jobs->begin(), jobs->end(), [this](JobId job) {
                       return finished(job).state == JobState::Done;
                   });
        });
    }

    /// A restore of everything; how many rows differ from what is there now.
    std::string restoredDifference()
    {
        RestoreRequest request;
        request.keyspace = "orders";
        const auto plan = m_client->planRestore(request);
        if (!plan.ok()) {
            return plan.error().text();
        }
        const JobId job = must(m_client->runRestore({plan->id, {}}));
        if (const JobRecord ended = finished(job); ended.state != JobState::Done) {
            return ended.error;
        }
        std::string differences;
        for (const RestoredTable& table : must(m_client->receipt(job)).tables) {
            const std::string both = "table " + table.sideTable;
            const std::string now = "table " + table.source;
            differences +=
                m_world->database().value("select count(*) from ((" + both + " except all " + now +
                                          ") union all (" + now + " except all " + both + ")) d");
        }
        return differences;
    }

    std::unique_ptr<AgentWorld> m_world;
    std::unique_ptr<client::AgentClient> m_client;
};

void TestAgentFaults::initTestCase()
{
    auto made = AgentWorld::make({.tables = {"shop.orders", "shop.order_lines"}}, shopSql(8));
    QVERIFY2(made.ok(), made.ok() ? "" : made.error().text().c_str());
    m_world = std::move(*made);
    const Status ready = m_world->setUp();
    QVERIFY2(ready.ok(), ready.ok() ? "" : ready.error().text().c_str());
    QVERIFY(m_world->startAgent().ok());
    m_client = m_world->connect("operator");
    QVERIFY(eventually([this] {
        const auto status = m_client->status();
        return status.ok() && status->shards == kShopShards && status->shardsWithoutBackup == 0;
    }));
}

void TestAgentFaults::cleanupTestCase()
{
    m_client.reset();
    m_world.reset();
}

void TestAgentFaults::cleanup()
{
    if (QTest::currentTestFailed() && m_world) {
        const std::string log = m_world->logText();
        qWarning("%s", log.substr(log.size() > 6'000 ? log.size() - 6'000 : 0).c_str());
    }
}

void TestAgentFaults::databaseRestarted_duringBackupsAndRestores_recoversByItself()
{
    for (int round = 0; round < 3; ++round) {
        RestoreRequest request;
        request.keyspace = "orders";
        const RestorePlan plan = must(m_client->planRestore(request));
        (void)m_client->runBackup({});
        QVERIFY(m_client->runRestore({plan.id, {}}).ok());
        std::this_thread::sleep_for(std::chrono::milliseconds(100 * round));
        QVERIFY(m_world->database().restart(demo::StopMode::Immediate).ok());
        QVERIFY(eventually([this] { return quiet(); }, seconds(120)));
        // Whether the restore came through or not: no half of it is left.
        QCOMPARE(m_world->database().value(kMarkedTables), std::string("0"));
    }
    QVERIFY(eventually([this] {
        const auto status = m_client->status();
        return status.ok() && status->databaseReachable;
    }));
    QVERIFY(backsUpAgain());
    QCOMPARE(restoredDifference(), std::string("00"));
    for (const JobRecord& job : must(m_client->jobs({}))) {
        QVERIFY2(job.state == JobState::Done || job.error.find("hint:") != std::string::npos,
                 (job.title + ": " + job.error).c_str());
    }
}

void TestAgentFaults::databaseDown_agentStartsAllTheSame_andRecovers()
{
    QCOMPARE(must(m_world->stopAgent()).exitCode, 0);
    QVERIFY(m_world->database().stop().ok());
    const Status started = m_world->startAgent();
    QVERIFY2(started.ok(), started.ok() ? "" : started.error().text().c_str());
    QVERIFY(eventually([this] {
        const auto status = m_client->status();
        return status.ok() && !status->databaseReachable;
    }));
    // What is known is still told; what cannot be done says why.
    QCOMPARE(must(m_client->shards({})).size(), std::size_t(kShopShards));
    QVERIFY(!must(m_client->backups({})).empty());
    const auto diagnostics = must(m_client->status()).diagnostics;
    QVERIFY(std::any_of(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& diagnostic) {
        return diagnostic.code == "database.unreachable" && !diagnostic.hint.empty();
    }));
    QVERIFY(m_world->database().startAgain().ok());
    QVERIFY(eventually([this] {
        const auto status = m_client->status();
        return status.ok() && status->databaseReachable;
    }));
    QVERIFY(backsUpAgain());
}

void TestAgentFaults::leafLocked_thatBackupFailsClearly_theOthersAreMade()
{
    const auto session = must(PgSession::open(m_world->database().conninfo()));
    QVERIFY(session->exec("begin; lock table shop.orders_1 in access exclusive mode").ok());
    const std::vector<ShardRecord> shards = must(m_client->shards({}));
    const std::vector<JobId> jobs = must(m_client->runBackup({}));
    for (const JobId id : jobs) {
        const JobRecord job = finished(id);
        const bool locked = job.shards.front() == shards[1].id;
        QCOMPARE(job.state, locked ? JobState::Failed : JobState::Done);
        if (locked) {
            QVERIFY2(job.error.find("hint:") != std::string::npos, job.error.c_str());
        }
    }
    QVERIFY(session->exec("rollback").ok());
    QVERIFY(backsUpAgain());
}

void TestAgentFaults::fileSizeLimit_backupFailsClearly_oldOnesAreIntact()
{
    QCOMPARE(must(m_world->stopAgent()).exitCode, 0);
    // 64 MB of hexadecimal digits, half of them in this shard: 16 at best, and the limit is 8.
    QVERIFY(m_world->database()
                .exec("insert into shop.orders select 3, 1000 + i, now(), 1,"
                      " (select string_agg(md5(random()::text || i || j), '')"
                      "  from generate_series(1, 1000) j), null from generate_series(1, 2000) i")
                .ok());
    QVERIFY(m_world->startAgent("ulimit -f 8192").ok());
    const std::vector<ShardRecord> shards = must(m_client->shards({}));
    const std::vector<BackupRecord> before = must(m_client->backups({}));
    const JobRecord failed = finished(must(m_client->runBackup({"", {shards[0].id}, {}})).front());
    QCOMPARE(failed.state, JobState::Failed);
    QVERIFY2(failed.error.find("File too large") != std::string::npos, failed.error.c_str());
    QVERIFY2(failed.error.find("hint:") != std::string::npos, failed.error.c_str());
    QVERIFY(m_world->logText().find("\"job.failed\"") != std::string::npos);
    QVERIFY(eventually([this] { // the operator is told without asking for jobs
        const auto status = m_client->status();
        return status.ok() && std::any_of(status->diagnostics.begin(), status->diagnostics.end(),
                                          [](const Diagnostic& told) {
                                              return told.code == "backup.failing" &&
                                                     told.message.find("File too large") !=
                                                         std::string::npos;
                                          });
    }));
    const JobRecord fine = finished(must(m_client->runBackup({"", {shards[2].id}, {}})).front());
    QVERIFY2(fine.state == JobState::Done, fine.error.c_str());
    QVERIFY(std::filesystem::is_empty(m_world->repository() / ".uncommitted"));
    const auto verified = m_world->ctl("operator", {"backups", "verify", "--wait"});
    QVERIFY(verified.ok());
    QCOMPARE(verified->exitCode, 0);
    // With the limit gone it works, and the rows that never fitted come back too.
    QCOMPARE(must(m_world->stopAgent()).exitCode, 0);
    QVERIFY(m_world->startAgent().ok());
    QVERIFY(backsUpAgain());
    QCOMPARE(restoredDifference(), std::string("00"));
    QVERIFY(must(m_client->backups({})).size() > before.size());
}

/// The metadata file can be rebuilt: backups are what the repository holds, not what we remember.
void TestAgentFaults::metadataLost_backupsAreFoundAgain_andRestoreTheSame()
{
    // A split before the loss: counted anew, the shards would get other numbers than they had.
    PgCluster& database = m_world->database();
    QVERIFY(database
                .exec("begin;"
                      "alter table shop.orders detach partition shop.orders_1;"
                      "alter table shop.order_lines detach partition shop.order_lines_1;"
                      "create table shop.orders_1a partition of shop.orders"
                      " for values from (500) to (750);"
                      "create table shop.orders_1b partition of shop.orders"
                      " for values from (750) to (1000);"
                      "create table shop.order_lines_1a partition of shop.order_lines"
                      " for values from (500) to (750);"
                      "create table shop.order_lines_1b partition of shop.order_lines"
                      " for values from (750) to (1000);"
                      "insert into shop.orders table shop.orders_1;"
                      "insert into shop.order_lines table shop.order_lines_1;"
                      "drop table shop.orders_1, shop.order_lines_1;"
                      "commit")
                .ok());
    QCOMPARE(must(m_world->stopAgent()).exitCode, 0); // its next look is at its start
    QVERIFY(m_world->startAgent().ok());
    m_client = m_world->connect("operator"); // at once, not after a back-off
    QVERIFY(eventually([this] {
        const auto status = m_client->status();
        return status.ok() && status->shards == kShopShards + 1 && status->shardsWithoutBackup == 0;
    }));
    QVERIFY(backsUpAgain());
    QCOMPARE(restoredDifference(), std::string("00"));
    const std::vector<BackupRecord> before = must(m_client->backups({}));
    const std::vector<ShardRecord> shards = must(m_client->shards({}));

    QCOMPARE(must(m_world->stopAgent()).exitCode, 0);
    for (const char* file : {"metadata.db", "metadata.db-wal", "metadata.db-shm"}) {
        std::filesystem::remove(m_world->stateFolder() / file);
    }
    QVERIFY(m_world->startAgent().ok());
    m_client = m_world->connect("operator"); // at once, not after a back-off
    QVERIFY(eventually([this] {
        const auto now = m_client->shards({});
        return now.ok() && now->size() == kShopShards + 1;
    }));
    const std::vector<BackupRecord> after = must(m_client->backups({}));
    QVERIFY(after.size() >= before.size());
    const std::vector<ShardRecord> found = must(m_client->shards({}));
    for (std::size_t i = 0; i < found.size(); ++i) {
        QCOMPARE(found[i].id, shards[i].id);
        QCOMPARE(found[i].range, shards[i].range);
        QVERIFY(found[i].lastBackup && *found[i].lastBackup >= *shards[i].lastBackup);
    }
    QCOMPARE(restoredDifference(), std::string("00"));
}

QTEST_GUILESS_MAIN(TestAgentFaults)
#include "tst_agent_faults.moc"
