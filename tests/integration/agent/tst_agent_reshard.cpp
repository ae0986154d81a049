// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/agent/agent_world.h"
#include "tests/integration/agent/shop.h"

#include <QtTest/QtTest>
#include <algorithm>
#include <thread>

using namespace isotherm;
using namespace isotherm::test;
using std::chrono::seconds;

namespace
{

/// What one row of the shard was at a moment that is remembered.
struct Moment
{
    Lsn lsn;
    WallTime time;
    std::string rows; ///< of the orders in [1000, 1500), as one value
};

constexpr const char* kOrdersOfTheShard =
    "select * from shop.orders where customer_id >= 1000 and customer_id < 1500";

/// The shop belongs to somebody who is no superuser.
std::string ownerSql()
{
    return "create role shopkeeper; alter schema shop owner to shopkeeper;"
           "do $$ declare t regclass; begin for t in select oid from pg_class where relnamespace ="
           " 'shop'::regnamespace and relkind in ('r', 'p') loop execute format('alter table %s"
           " owner to shopkeeper', t); end loop; end $$;";
}

/// Somebody writes into the shard, all the time.
class Writer
{
public:
    explicit Writer(PgCluster& database)
        : m_thread([&database](const std::stop_token& stop) {
              while (!stop.stop_requested()) {
                  (void)database.exec("update shop.orders set total = total + 1 where customer_id"
                                      " between 1240 and 1260");
                  std::this_thread::sleep_for(std::chrono::milliseconds(100));
              }
          })
    {
    }

private:
    std::jthread m_thread;
};

} // namespace

/// A shard is split by the real agent, with no more rights than init-db gives it: its backups go
/// on, and every moment on both sides of the switch comes back.
class TestAgentReshard : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void split_underWrites_childrenGoOnFromTheParent();
    void moments_beforeTheSplit_comeBackFromTheChildren();
    void moments_afterTheSplit_comeBack();
    void rpo_heldThroughout();

private:
    std::string value(const std::string& sql) { return m_world->database().value(sql); }
    void exec(const std::string& sql)
    {
        const auto done = m_world->database().exec(sql);
        QVERIFY2(done.ok(), done.ok() ? "" : done.error().text().c_str());
    }
    std::string sum(const std::string& query)
    {
        return value("select md5(string_agg(t::text, '|' order by t::text)) from (" + query +
                     ") t");
    }

    Moment remember()
    {
        Moment moment;
        moment.rows = sum(kOrdersOfTheShard);
        moment.lsn = Lsn(std::stoull(value("select (pg_current_wal_lsn() - '0/0')::int8")));
        moment.time = WallTime(std::chrono::microseconds(std::stoll(
            value("select (extract(epoch from clock_timestamp()) * 1000000)::int8"))));
        return moment;
    }

    std::vector<ShardRecord> ofTheRange()
    {
        const auto all = m_operator->shards({});
        std::vector<ShardRecord> shards;
        for (const ShardRecord& shard : all.ok() ? *all : std::vector<ShardRecord>()) {
            const bool inside = std::find(m_parts.begin(), m_parts.end(), shard.rangeText) !=
                                m_parts.end();
            if (inside) {
                shards.push_back(shard);
            }
        }
        return shards;
    }

    std::vector<BackupRecord> backupsOf(ShardId shard)
    {
        BackupFilter filter;
        filter.shards = {shard};
        filter.limit = 1'000;
        return must(m_operator->backups(filter)); // newest first
    }

    /// For whoever reads a failure.
    std::string underWay()
    {
        std::string lines;
        for (const JobRecord& job : must(m_operator->jobs({.activeOnly = false, .limit = 20}))) {
            lines += job.title + ", " + job.requestedBy + ", " + job.phase + ", " + job.error + job.result + "; ";
        }
        return lines;
    }

    JobRecord finished(JobId id)
    {
        JobRecord record;
        eventually(
            [&] {
                const auto job = m_operator->job(id);
                record = job.ok() ? *job : record;
                return isFinished(record.state);
            },
            seconds(180));
        return record;
    }

    void backUp(const std::vector<ShardId>& shards)
    {
        // One that the schedule has begun may show less.
        QVERIFY(eventually([&] {
            const auto jobs = m_operator->jobs({.activeOnly = true});
            return jobs.ok() && std::none_of(jobs->begin(), jobs->end(), [](const JobRecord& job) {
                       return job.kind == JobKind::Backup;
                   });
        }));
        BackupRequest request;
        request.keyspace = "orders";
        request.shards = shards;
        for (const JobId job : must(m_operator->runBackup(request))) {
            QCOMPARE(finished(job).error, std::string());
        }
    }

    /// Restores the shards beside the running table; what is in it then, as one value.
    std::string restored(RestoreRequest request)
    {
        request.keyspace = "orders";
        request.tables = {"shop.orders"};
        const RestorePlan plan = must(m_operator->planRestore(request));
        for (const std::string& warning : plan.warnings) {
            if (warning.find("history") != std::string::npos) {
                return warning;
            }
        }
        const JobId job = must(m_operator->runRestore({plan.id, {}}));
        const JobRecord ended = finished(job);
        if (ended.state != JobState::Done) {
            return ended.error;
        }
        return sum("select * from " + must(m_operator->receipt(job)).tables.front().sideTable);
    }

    std::unique_ptr<AgentWorld> m_world;
    std::unique_ptr<client::AgentClient> m_operator;
    std::vector<std::string> m_parts = {"[1000, 1500)"};
    std::vector<ShardId> m_children;
    Moment m_early; ///< in the parent's backups before the split
    Moment m_late;  ///< in none yet when the split comes
};

void TestAgentReshard::initTestCase()
{
    m_world = must(AgentWorld::make({.tables = {"shop.orders", "shop.order_lines"},
                                     .database = {.settings = {{"wal_level", "logical"}}},
                                     .initDb = {"--reshard"}},
                                    shopSql(6) + ownerSql()));
    std::filesystem::create_directories(m_world->folder() / "conf.d");
    QVERIFY(writeFileDurably(m_world->folder() / "conf.d" / "changes.toml",
                             "[changes]\nmin_size_mb = 1\ngrace = \"1s\"\n")
                .ok());
    const Status ready = m_world->setUp();
    QVERIFY2(ready.ok(), ready.ok() ? "" : ready.error().text().c_str());
    const Status started = m_world->startAgent();
    QVERIFY2(started.ok(), started.ok() ? "" : started.error().text().c_str());
    m_operator = m_world->connect("operator");
    // Every shard has a base that history goes on from.
    QVERIFY(eventually(
        [&] {
            BackupRequest request;
            request.keyspace = "orders";
            const auto jobs = m_operator->runBackup(request);
            for (const JobId job : jobs.ok() ? *jobs : std::vector<JobId>()) {
                (void)finished(job);
            }
            const auto shards = ofTheRange();
            return shards.size() == 1 && !backupsOf(shards[0].id).empty() &&
                   !isFull(backupsOf(shards[0].id).front().kind);
        },
        seconds(120)));
}

void TestAgentReshard::cleanupTestCase()
{
    if (m_world) {
        for (const std::string& line : m_world->errorLines()) {
            QTest::qFail(line.c_str(), __FILE__, __LINE__);
        }
    }
    m_operator.reset();
    m_world.reset();
}

void TestAgentReshard::split_underWrites_childrenGoOnFromTheParent()
{
    const ShardId parent = ofTheRange().front().id;
    exec("update shop.orders set note = 'early' where customer_id % 7 = 3");
    m_early = remember();
    exec("delete from shop.orders where customer_id between 1240 and 1260 and order_id = 1");
    backUp({parent});
    exec("update shop.orders set note = 'late' where customer_id % 11 = 3");
    m_late = remember();
    ProposeRequest request;
    request.sources = {parent};
    request.cuts = {"1250"};
    request.reason = "the sale begins";
    {
        const Writer writer(m_world->database());
        const ChangeRecord change = must(m_operator->changes().propose(request));
        const auto approved =
            m_operator->changes().approve({change.id, change.planHash, "go on", {}});
        QVERIFY2(approved.ok(), approved.ok() ? "" : approved.error().text().c_str());
        m_parts = {"[1000, 1250)", "[1250, 1500)"};
        QVERIFY2(eventually(
                     [&] {
                         const auto shards = ofTheRange();
                         return shards.size() == 2 &&
                                std::all_of(shards.begin(), shards.end(), [](const auto& shard) {
                                    return shard.lastBackup.has_value();
                                });
                     },
                     seconds(300)),
                 underWay().c_str());
        for (const ShardRecord& shard : ofTheRange()) {
            m_children.push_back(shard.id);
        }
        backUp(m_children); // the old partitions go when these are there
        QVERIFY(eventually(
            [&] {
                const auto now = m_operator->changes().change(change.id);
                return now.ok() && !isOpen(now->state);
            },
            seconds(300)));
        const ChangeRecord done = must(m_operator->changes().change(change.id));
        QCOMPARE(done.state, ChangeState::Done);
        const JobRecord job = must(m_operator->job(done.job));
        QVERIFY2(job.result.find("go on from the old ones'") != std::string::npos,
                 job.result.c_str());
    }
    for (const ShardId child : m_children) {
        for (const BackupRecord& backup : backupsOf(child)) {
            QVERIFY2(backup.kind != BackupKind::Full, (backup.id + ": " + underWay()).c_str());
        }
    }
    QCOMPARE(value("select count(*) from pg_class where relname like '%\\_old\\_%'"),
             std::string("0"));
}

void TestAgentReshard::moments_beforeTheSplit_comeBackFromTheChildren()
{
    for (const Moment& moment : {m_early, m_late}) {
        RestoreRequest byLog;
        byLog.shards = m_children;
        byLog.lsn = moment.lsn;
        std::string back = restored(byLog);
        QVERIFY2(back == moment.rows, back.c_str());
        RestoreRequest byClock;
        byClock.shards = m_children;
        byClock.at = moment.time;
        back = restored(byClock);
        QVERIFY2(back == moment.rows, back.c_str());
    }
    QVERIFY(m_early.rows != m_late.rows);
}

void TestAgentReshard::moments_afterTheSplit_comeBack()
{
    exec("update shop.orders set note = 'after' where customer_id % 13 = 3");
    const Moment after = remember();
    exec("delete from shop.orders where customer_id between 1000 and 1499");
    backUp(m_children);
    RestoreRequest request;
    request.shards = m_children;
    request.lsn = after.lsn;
    const std::string back = restored(request);
    QVERIFY2(back == after.rows, back.c_str());
}

void TestAgentReshard::rpo_heldThroughout()
{
    const ProcessResult checked = must(m_world->ctl("viewer", {"check", "rpo"}));
    QVERIFY2(checked.exitCode == 0, checked.standardOutput.c_str());
    QVERIFY2(checked.standardOutput.starts_with("RPO OK: 5 shards"),
             checked.standardOutput.c_str());
    const std::string log = m_world->logText();
    QVERIFY(log.find("backups of the new shards begin anew") == std::string::npos);
}

int main(int argc, char** argv)
{
    qputenv("QTEST_FUNCTION_TIMEOUT", "900000"); // a busy machine takes its time to switch
    QCoreApplication application(argc, argv);
    TestAgentReshard test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_agent_reshard.moc"
