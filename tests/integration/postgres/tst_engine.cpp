// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/init_sql.h"
#include "tests/integration/postgres/engine_fixture.h"

#include <csignal>

using namespace isotherm;
using namespace isotherm::test;

/// Counters, the cluster's lock, a server that is down, and the least rights that suffice.
class TestEngine : public QObject
{
    Q_OBJECT

private:
    void exec(const std::string& sql) { ISO_VERIFY_OK(m_cluster->exec(sql)); }
    engine::LeafCounters counters(std::uint64_t leaf)
    {
        const auto sample = m_engine->sampleAccess({leaf});
        return sample.ok() && sample->leaves.size() == 1 ? sample->leaves[0]
                                                         : engine::LeafCounters{};
    }
    std::uint64_t oidOf(const std::string& table)
    {
        return std::stoull(m_cluster->value("select '" + table + "'::regclass::oid"));
    }

    SystemClock m_clock;
    std::unique_ptr<PgCluster> m_cluster;
    std::unique_ptr<engine::Engine> m_engine;

private Q_SLOTS:
    void initTestCase()
    {
        auto cluster = PgCluster::start();
        ISO_VERIFY_OK(cluster);
        m_cluster = std::move(cluster).value();
        m_engine = openEngine(m_cluster->conninfo(), m_clock);
        QVERIFY(m_engine);
        exec("create table t (k int primary key, v text) partition by range (k);"
             "create table t_1 partition of t for values from (0) to (1000);"
             "create table t_2 partition of t for values from (1000) to (2000);"
             "insert into t select g, 'x' from generate_series(1, 1999) g; analyze t");
    }

    void sampleAccess_readsAndWrites_move()
    {
        const std::uint64_t leaf = oidOf("t_1");
        const auto session = PgSession::open(m_cluster->conninfo());
        ISO_VERIFY_OK(session);
        ISO_VERIFY_OK((*session)->exec("select pg_stat_force_next_flush()"));
        const engine::LeafCounters before = counters(leaf);
        QCOMPARE(before.objectId, leaf);
        QCOMPARE(before.writes, std::uint64_t{999});
        ISO_VERIFY_OK((*session)->exec("set enable_seqscan = off; select * from t where k = 5;"
                                       "update t set v = 'y' where k between 1 and 10;"
                                       "select pg_stat_force_next_flush()"));
        QTRY_VERIFY(counters(leaf).writes != before.writes);
        const engine::LeafCounters after = counters(leaf);
        QCOMPARE(after.writes - before.writes, std::uint64_t{10});
        // At least: the planner looks into indexes by itself, which counts too.
        QCOMPARE_GE(after.reads - before.reads, std::uint64_t{2});
        QCOMPARE_GE(after.rows - before.rows, std::uint64_t{1 + 10 + 10});
        QVERIFY(after.bytes > before.bytes);
    }

    void sampleAccess_unknownAndDroppedLeaves_leftOut()
    {
        const auto sample = m_engine->sampleAccess({oidOf("t_2"), 4'000'000'000, oidOf("t_1")});
        ISO_VERIFY_OK(sample);
        QCOMPARE(sample->leaves.size(), std::size_t{2});
        QVERIFY(sample->cost.count() > 0);
        QVERIFY(sample->serverTime > fromUnixMicros(1'700'000'000'000'000));
        const auto none = m_engine->sampleAccess({});
        ISO_VERIFY_OK(none);
        QVERIFY(none->leaves.empty());
        QCOMPARE(none->resetEpoch, sample->resetEpoch);
    }

    void sampleAccess_resetOrRestart_newEpoch()
    {
        const auto epoch = [&] { return m_engine->sampleAccess({})->resetEpoch; };
        const std::uint64_t first = epoch();
        QCOMPARE(epoch(), first);
        exec("select pg_stat_reset()");
        const std::uint64_t second = epoch();
        QVERIFY(second != first);
        exec("select pg_stat_reset_single_table_counters('t_1'::regclass)");
        const std::uint64_t third = epoch();
        QVERIFY(third != second);
        ISO_VERIFY_OK(m_cluster->restart());
        QVERIFY(epoch() != third); // and the pooled connection that died cost nobody an error
    }

    /// A backend that crashes makes the server throw the counters away without a restart.
    void sampleAccess_backendCrash_newEpoch()
    {
        const auto before = m_engine->sampleAccess({});
        ISO_VERIFY_OK(before);
        const auto victim = PgSession::open(m_cluster->conninfo());
        ISO_VERIFY_OK(victim);
        QCOMPARE(::kill((*victim)->backendPid(), SIGKILL), 0);
        QTRY_VERIFY(!(*victim)->exec("select 1").ok());
        Result<engine::AccessSample> after = makeError(Code::Unknown, "");
        // The server may still answer until it notices, and then refuses everybody for a while.
        const auto counterStartedAgain = [&] {
            after = m_engine->sampleAccess({});
            return after.ok() && after->resetEpoch != before->resetEpoch;
        };
        bool started = false;
        QTRY_VERIFY_WITH_TIMEOUT(started || (started = counterStartedAgain()), 60'000);
    }

    void lockCluster_secondAgent_refusedNamingTheFirst()
    {
        auto lock = m_engine->lockCluster();
        ISO_VERIFY_OK(lock);
        ISO_VERIFY_OK((*lock)->check());
        const auto second = openEngine(m_cluster->conninfo(), m_clock);
        const auto refused = second->lockCluster();
        ISO_VERIFY_ERROR(refused, Code::FailedPrecondition, "another agent manages this cluster");
        const std::string holder =
            m_cluster->value("select pid from pg_locks where locktype = 'advisory' and granted");
        QVERIFY(refused.error().message.find("process " + holder +
                                             " (application \"isotherm\", role postgres") !=
                std::string::npos);
        lock->reset();
        ISO_VERIFY_OK(second->lockCluster());
    }

    void lockCluster_connectionLost_checkSaysSo()
    {
        const auto lock = m_engine->lockCluster();
        ISO_VERIFY_OK(lock);
        exec("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'");
        ISO_VERIFY_ERROR((*lock)->check(), Code::Unavailable, "was lost");
        ISO_VERIFY_OK(m_engine->lockCluster());
    }

    void open_serverDown_callsUnavailableUntilItIsBack()
    {
        ISO_VERIFY_OK(m_cluster->stop());
        const auto engine = openEngine(m_cluster->conninfo(), m_clock);
        QVERIFY(engine);
        ISO_VERIFY_ERROR(engine->identify(), Code::Unavailable, "hint");
        ISO_VERIFY_ERROR(engine->sampleAccess({}), Code::Unavailable, "hint");
        ISO_VERIFY_ERROR(engine->lockCluster(), Code::Unavailable, "hint");
        ISO_VERIFY_ERROR(engine->describeKeyspace({"k", {"t"}, {}}), Code::Unavailable, "hint");
        ISO_VERIFY_OK(m_cluster->startAgain());
        ISO_VERIFY_OK(engine->identify());
    }

    void open_wrongPassword_unauthenticated()
    {
        const auto engine =
            openEngine(m_cluster->server().tcpConninfo() + " password=wrong", m_clock);
        QVERIFY(engine);
        const auto identity = engine->identify();
        ISO_VERIFY_ERROR(identity, Code::Unauthenticated, "password authentication failed");
        QVERIFY(identity.error().text().find("wrong") == std::string::npos);
    }

    void leastPrivilegedRole_doesEverything()
    {
        exec("create database managed");
        const auto admin = [&](const std::string& sql) { return m_cluster->exec(sql, "managed"); };
        ISO_VERIFY_OK(
            admin("create schema sales; create type sales.mood as enum ('a', 'b');"
                  "create table sales.orders (k int primary key, m sales.mood, r regclass)"
                  " partition by range (k);"
                  "create table sales.orders_1 partition of sales.orders default;"
                  "insert into sales.orders select g, 'a', 'pg_class'"
                  " from generate_series(1, 1000) g;"
                  "alter table sales.orders enable row level security;"
                  "alter table sales.orders_1 enable row level security"));
        const std::string sql =
            postgres::initSql({"isotherm", "managed", {"sales"}, "isotherm_restore"});
        ISO_VERIFY_OK(admin(sql));
        ISO_VERIFY_OK(admin(sql)); // again: nothing changes
        // Replication is what capturing changes needs.
        QCOMPARE(m_cluster->value("select rolsuper or rolcreaterole or rolcreatedb"
                                  " from pg_roles where rolname = 'isotherm'"),
                 std::string("f"));
        const std::string folder = m_cluster->server().folder().string();
        const auto engine =
            openEngine("host=" + folder + " port=" + std::to_string(m_cluster->server().port()) +
                           " user=isotherm dbname=managed",
                       m_clock);
        ISO_VERIFY_OK(engine->identify());
        ISO_VERIFY_OK(engine->lockCluster());
        const auto layout = engine->describeKeyspace({"k", {"sales.orders"}, {}});
        ISO_VERIFY_OK(layout);
        QCOMPARE(engine->sampleAccess({layout->shards[0].leaves[0].objectId})->leaves.size(),
                 std::size_t{1});
        const auto snapshot = engine->openSnapshot(*layout, layout->shards[0]);
        ISO_VERIFY_OK(snapshot);
        const auto target = engine->openRestoreTarget();
        ISO_VERIFY_OK(target);
        const engine::StagingTable side{"isotherm_restore", "orders", "isotherm:job:1"};
        const auto rows = copyTable(**snapshot, 0, **target, side);
        ISO_VERIFY_OK(rows);
        QCOMPARE(*rows, std::uint64_t{1000}); // row-level security hid nothing
        QCOMPARE((*target)->listStaging("isotherm_restore", "isotherm:")->size(), std::size_t{1});
        ISO_VERIFY_OK((*target)->readBack(side, layout->tables[0], {}));
        ISO_VERIFY_OK((*target)->release(side));
        ISO_VERIFY_OK((*target)->dropTable(side));
        // Without the grant it is told what to do; without BYPASSRLS it is never silently partial.
        ISO_VERIFY_OK(admin("alter role isotherm nobypassrls"));
        const auto fresh =
            openEngine("host=" + folder + " port=" + std::to_string(m_cluster->server().port()) +
                           " user=isotherm dbname=managed",
                       m_clock);
        const auto partial = fresh->openSnapshot(*layout, layout->shards[0]);
        if (partial.ok()) {
            const auto read = readRows(**partial, {});
            ISO_VERIFY_ERROR(read, Code::PermissionDenied, "row-level security");
        } else {
            ISO_VERIFY_ERROR(partial, Code::PermissionDenied, "row-level security");
        }
        ISO_VERIFY_OK(admin("revoke select on sales.orders_1 from isotherm"));
        ISO_VERIFY_ERROR(fresh->openSnapshot(*layout, layout->shards[0]), Code::PermissionDenied,
                         "init-db --print-sql");
    }
};

QTEST_GUILESS_MAIN(TestEngine)
#include "tst_engine.moc"
