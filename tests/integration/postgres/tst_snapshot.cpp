// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/connection_pool.h"
#include "agent/postgres/copy_source.h"
#include "tests/integration/postgres/engine_fixture.h"

#include <atomic>
#include <chrono>
#include <optional>
#include <set>
#include <thread>

using namespace isotherm;
using namespace isotherm::test;

/// What a snapshot shows while others write, truncate, alter, restart and cancel.
class TestSnapshot : public QObject
{
    Q_OBJECT

private:
    void exec(const std::string& sql) { ISO_VERIFY_OK(m_cluster->exec(sql)); }
    std::unique_ptr<PgSession> session()
    {
        auto opened = PgSession::open(m_cluster->conninfo());
        return opened.ok() ? std::move(opened).value() : nullptr;
    }
    Result<std::unique_ptr<engine::Snapshot>> open(const std::string& table)
    {
        ISO_ASSIGN(m_layout, m_engine->describeKeyspace({"k", {table}, {}}));
        return m_engine->openSnapshot(m_layout, m_layout.shards[0]);
    }

    SystemClock m_clock;
    std::unique_ptr<PgCluster> m_cluster;
    std::unique_ptr<engine::Engine> m_engine;
    engine::KeyspaceLayout m_layout;

private Q_SLOTS:
    void initTestCase()
    {
        auto cluster = PgCluster::start();
        ISO_VERIFY_OK(cluster);
        m_cluster = std::move(cluster).value();
        m_engine = openEngine(m_cluster->conninfo(), m_clock);
        QVERIFY(m_engine);
    }

    void init()
    {
        exec("drop table if exists t; create table t (k int primary key, v text)"
             " partition by range (k);"
             "create table t_1 partition of t for values from (0) to (1000000);"
             "insert into t select g, repeat('x', 100) from generate_series(1, 20000) g");
    }

    void openRows_writersAfterSnapshot_unseen()
    {
        const auto snapshot = open("t");
        ISO_VERIFY_OK(snapshot);
        QVERIFY(!(*snapshot)->info().visibility.empty());
        QVERIFY((*snapshot)->info().lsn.get() > 0);
        QVERIFY((*snapshot)->info().leaves[0].generation != 0);
        exec("delete from t where k % 2 = 0; insert into t select g, '' from "
             "generate_series(500000, 500100) g; update t set v = 'changed'");
        const auto rows = readRows(**snapshot, {});
        ISO_VERIFY_OK(rows);
        QCOMPARE(rows->size(), std::size_t{20'000});
        for (const std::string& row : *rows) {
            QCOMPARE(row.size(), std::size_t{4 + 4 + 4 + 100});
        }
    }

    /// Such a commit is visible before its record is written.
    void openSnapshot_afterAsynchronousCommits_standsBehindThem()
    {
        exec("alter system set wal_writer_delay = '10s'");
        exec("select pg_reload_conf()");
        const auto writer = session();
        QVERIFY(writer);
        ISO_VERIFY_OK(writer->exec("set synchronous_commit = off"));
        ISO_VERIFY_OK(open("t")); // connections, and what else would write
        for (int i = 0; i < 20; ++i) {
            ISO_VERIFY_OK(writer->exec("update t set v = v || 'x' where k = " + std::to_string(i)));
            const auto inserted =
                writer->exec("select (pg_current_wal_insert_lsn() - '0/0')::int8");
            ISO_VERIFY_OK(inserted);
            const auto snapshot = open("t");
            ISO_VERIFY_OK(snapshot);
            const Lsn behind(std::stoull(*inserted->front().front()));
            QVERIFY((*snapshot)->info().lsn >= Lsn(behind.get() - 1));
        }
        exec("alter system reset wal_writer_delay");
        exec("select pg_reload_conf()");
    }

    /// A counter that one transaction writes to both tables: equal in every snapshot, whichever
    /// connection reads it.
    void openRows_severalReadersUnderLoad_oneMoment()
    {
        exec("drop table if exists a, b; create table a (k int primary key, n int) partition by "
             "range (k); create table a_1 partition of a default; create table b (k int primary "
             "key, n int) partition by range (k); create table b_1 partition of b default;"
             "insert into a values (1, 0); insert into b values (1, 0)");
        std::atomic<bool> done{false};
        std::jthread writer([&] {
            const auto mine = session();
            while (!done) {
                (void)mine->exec("begin; update a set n = n + 1; update b set n = n + 1; commit");
            }
        });
        const auto layout = m_engine->describeKeyspace({"k", {"a", "b"}, {}});
        std::set<std::string> seen;
        int different = 0;
        for (int i = 0; i < 50 && layout.ok(); ++i) {
            const auto snapshot = m_engine->openSnapshot(*layout, layout->shards[0]);
            if (!snapshot.ok()) {
                different = -1;
                break;
            }
            const auto a = readRows(**snapshot, {0, {}, 0, 1});
            const auto b = readRows(**snapshot, {1, {}, 0, 1});
            different += a.ok() && b.ok() && a->size() == 1 && *a == *b ? 0 : 1;
            seen.insert(a.ok() && !a->empty() ? a->front() : "");
        }
        done = true;
        writer.join();
        QCOMPARE(different, 0);
        QVERIFY2(seen.size() > 10, "the writer did not move: nothing was proven");
    }

    void slices_ofManyPages_coverEveryRowOnce()
    {
        const auto snapshot = open("t");
        ISO_VERIFY_OK(snapshot);
        QVERIFY((*snapshot)->physicalOrderIsKeyOrder(0));
        for (const std::uint32_t slices : {1U, 2U, 3U, 7U, 1000U}) {
            std::multiset<std::string> rows;
            for (std::uint32_t slice = 0; slice < slices; ++slice) {
                const auto part = readRows(**snapshot, {0, {}, slice, slices});
                ISO_VERIFY_OK(part);
                rows.insert(part->begin(), part->end());
            }
            QCOMPARE(rows.size(), std::size_t{20'000});
            QCOMPARE(std::set<std::string>(rows.begin(), rows.end()).size(), std::size_t{20'000});
        }
    }

    void truncate_inAnotherSession_waitsOrSeenNeverHalf()
    {
        // Before the snapshot: the truncated table is what it shows.
        exec("truncate t; insert into t values (7, 'after')");
        {
            const auto snapshot = open("t");
            ISO_VERIFY_OK(snapshot);
            QCOMPARE(readRows(**snapshot, {})->size(), std::size_t{1});
            // While it is open, nobody gets the lock that would empty it under our eyes.
            ISO_VERIFY_ERROR(session()->exec("set lock_timeout = 100; truncate t"), Code::Unknown,
                             "lock timeout");
            QCOMPARE(readRows(**snapshot, {})->size(), std::size_t{1});
        }
        exec("set lock_timeout = 5000; truncate t");
    }

    void truncate_betweenDescribeAndSnapshot_newGeneration()
    {
        const auto before = open("t");
        ISO_VERIFY_OK(before);
        const std::uint64_t generation = (*before)->info().leaves[0].generation;
        const auto layout = m_layout;
        const_cast<Result<std::unique_ptr<engine::Snapshot>>&>(before).value().reset();
        exec("truncate t");
        const auto after = m_engine->openSnapshot(layout, layout.shards[0]);
        ISO_VERIFY_OK(after);
        QVERIFY((*after)->info().leaves[0].generation != generation);
        QCOMPARE(readRows(**after, {})->size(), std::size_t{0});
    }

    void truncate_uncommittedHolder_deadlineExceeded()
    {
        ISO_VERIFY_OK(open("t"));
        const auto holder = session();
        ISO_VERIFY_OK(holder->exec("begin; truncate t"));
        const auto snapshot = m_engine->openSnapshot(m_layout, m_layout.shards[0]);
        ISO_VERIFY_ERROR(snapshot, Code::DeadlineExceeded, "lock");
        ISO_VERIFY_OK(holder->exec("rollback"));
        ISO_VERIFY_OK(m_engine->openSnapshot(m_layout, m_layout.shards[0]));
    }

    /// The order of lock and look: looked at before the lock is had, the table would be empty.
    void truncateCommitted_whileWaitingForTheLock_rowsAfterItSeen()
    {
        ISO_VERIFY_OK(open("t"));
        postgres::PostgresOptions options;
        options.conninfo = m_cluster->conninfo();
        options.lockTimeout = std::chrono::seconds(20);
        const auto patient = postgres::PostgresEngine::open(options, m_clock);
        ISO_VERIFY_OK(patient);
        const auto holder = session();
        ISO_VERIFY_OK(holder->exec("begin; truncate t; insert into t values (1, ''), (2, '')"));
        std::jthread release([&] {
            while (m_cluster->value("select count(*) from pg_locks where not granted") == "0") {
            }
            (void)holder->exec("commit");
        });
        const auto snapshot = (*patient)->openSnapshot(m_layout, m_layout.shards[0]);
        release.join();
        ISO_VERIFY_OK(snapshot);
        const auto rows = readRows(**snapshot, {});
        ISO_VERIFY_OK(rows);
        QCOMPARE(rows->size(), std::size_t{2});
    }

    void ddlWaiting_openRows_abortedInsteadOfDeadlock()
    {
        const auto snapshot = open("t");
        ISO_VERIFY_OK(snapshot);
        std::jthread ddl([&] {
            (void)session()->exec("set lock_timeout = 20000; alter table t_1 add check (k > 0)");
        });
        QTRY_COMPARE(m_cluster->value("select count(*) from pg_locks where not granted"),
                     std::string("1"));
        ISO_VERIFY_ERROR((*snapshot)->openRows({}, {}), Code::Aborted,
                         "is wanted by a statement that changes its definition");
        const_cast<Result<std::unique_ptr<engine::Snapshot>>&>(snapshot).value().reset();
    }

    /// Somebody has the table and comes for the leaf while we have the leaf and come for the table.
    void tableAltered_whileTheSnapshotBegins_bothGoThrough()
    {
        // Whose text the server makes under a lock of the table.
        exec("alter table t add column g int generated always as (k % 7) stored");
        const auto layout = m_engine->describeKeyspace({"k", {"t"}, {}});
        ISO_VERIFY_OK(layout);
        const auto owner = session();
        QVERIFY(owner);
        ISO_VERIFY_OK(owner->exec("set lock_timeout = '60s'; begin;"
                                  "lock table only t in access exclusive mode"));
        std::optional<Result<std::unique_ptr<engine::Snapshot>>> taken;
        std::atomic<bool> ended{false};
        std::thread snapshot([&] {
            taken.emplace(m_engine->openSnapshot(*layout, layout->shards[0]));
            ended = true;
        });
        const auto watcher = session();
        const auto hasLeaf = [&watcher] {
            const auto locks = watcher->exec("select count(*) from pg_locks where relation ="
                                             " 't_1'::regclass and granted");
            return locks.ok() && locks->front().front() != "0";
        };
        while (!hasLeaf() && !ended) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        const auto altered = owner->exec("alter table t alter v set default 'e'; commit");
        snapshot.join();
        ISO_VERIFY_OK(altered);
        ISO_VERIFY_OK(*taken);
    }

    void leafReplaced_sinceDescribed_aborted()
    {
        ISO_VERIFY_OK(open("t"));
        exec("alter table t_1 rename to t_old; create table t_1 (k int, v text)");
        ISO_VERIFY_ERROR(m_engine->openSnapshot(m_layout, m_layout.shards[0]), Code::Aborted,
                         "was dropped, renamed or replaced");
        exec("drop table t_1");
        ISO_VERIFY_ERROR(m_engine->openSnapshot(m_layout, m_layout.shards[0]), Code::Aborted,
                         "does not exist");
    }

    void stop_whileTheServerIsSilent_cancelledOnBothSides()
    {
        postgres::PostgresOptions options;
        options.conninfo = m_cluster->conninfo();
        const auto pool = std::make_shared<postgres::ConnectionPool>(options);
        auto lease = pool->takeWorking();
        ISO_VERIFY_OK(lease);
        ISO_VERIFY_OK((*lease)->run("BEGIN; SET LOCAL statement_timeout = 0"));
        std::stop_source stop;
        const auto source = postgres::CopySource::start(
            std::move(lease).value(),
            {"COPY (SELECT pg_sleep(3600)) TO STDOUT (FORMAT binary)", 1, {}}, stop.get_token());
        ISO_VERIFY_OK(source);
        const std::string sleeping =
            "select count(*) from pg_stat_activity where wait_event = 'PgSleep'";
        std::jthread stopper([&] {
            while (m_cluster->value(sleeping) != "1") {
            }
            stop.request_stop();
        });
        RowBatch batch;
        ISO_VERIFY_ERROR((*source)->next(batch), Code::Cancelled, "stopped");
        ISO_VERIFY_ERROR((*source)->next(batch), Code::Cancelled, "stopped"); // and stays so
        QTRY_COMPARE(m_cluster->value(sleeping), std::string("0"));
    }

    void silence_longerThanTheLimit_deadlineExceeded()
    {
        postgres::PostgresOptions options;
        options.conninfo = m_cluster->conninfo();
        options.batchTimeout = std::chrono::milliseconds(50);
        const auto pool = std::make_shared<postgres::ConnectionPool>(options);
        auto lease = pool->takeWorking();
        ISO_VERIFY_OK(lease);
        ISO_VERIFY_OK((*lease)->run("BEGIN; SET LOCAL statement_timeout = 0"));
        const auto source = postgres::CopySource::start(
            std::move(lease).value(),
            {"COPY (SELECT pg_sleep(3600)) TO STDOUT (FORMAT binary)", 1, {}}, {});
        ISO_VERIFY_OK(source);
        RowBatch batch;
        ISO_VERIFY_ERROR((*source)->next(batch), Code::DeadlineExceeded, "did not answer in time");
    }

    void serverRestart_midRead_unavailableThenRecovers()
    {
        exec("insert into t select g, repeat('y', 1000) from generate_series(100000, 200000) g");
        {
            const auto snapshot = open("t");
            ISO_VERIFY_OK(snapshot);
            const auto source = (*snapshot)->openRows({}, {});
            ISO_VERIFY_OK(source);
            RowBatch batch;
            ISO_VERIFY_OK((*source)->next(batch));
            ISO_VERIFY_OK(m_cluster->stop(demo::StopMode::Immediate));
            Status status;
            while (status.ok()) {
                status = (*source)->next(batch);
                QVERIFY2(!status.ok() || batch.rowCount() > 0, "a cut stream looked complete");
            }
            QCOMPARE(status.error().code, Code::Unavailable);
            QVERIFY(!(*source)->next(batch).ok());
            ISO_VERIFY_ERROR(m_engine->identify(), Code::Unavailable, "hint");
            ISO_VERIFY_ERROR((*snapshot)->openRows({}, {}), Code::Unavailable, "");
        }
        ISO_VERIFY_OK(m_cluster->startAgain());
        ISO_VERIFY_OK(m_engine->identify());
        const auto snapshot = open("t");
        ISO_VERIFY_OK(snapshot);
        QCOMPARE(readRows(**snapshot, {})->size(), std::size_t{120'001});
    }

    void readerTerminated_midRead_unavailable()
    {
        exec("insert into t select g, repeat('y', 1000) from generate_series(100000, 200000) g");
        const auto snapshot = open("t");
        ISO_VERIFY_OK(snapshot);
        const auto source = (*snapshot)->openRows({}, {});
        ISO_VERIFY_OK(source);
        RowBatch batch;
        ISO_VERIFY_OK((*source)->next(batch));
        exec("select pg_terminate_backend(pid) from pg_stat_activity where query like 'COPY%'");
        Status status;
        while (status.ok()) {
            status = (*source)->next(batch);
            QVERIFY2(!status.ok() || batch.rowCount() > 0, "a cut stream looked complete");
        }
        QCOMPARE(status.error().code, Code::Unavailable);
        // The snapshot itself lives on: the reader can be tried again.
        QCOMPARE(readRows(**snapshot, {})->size(), std::size_t{120'001});
    }

    void foreignLeaf_openSnapshot_refused()
    {
        // A foreign table cannot be under a primary key.
        exec("drop table t; create table t (k int) partition by range (k);"
             "create extension if not exists file_fdw;"
             "create server if not exists files foreign data wrapper file_fdw;"
             "create foreign table t_1 partition of t for values from (0) to (10) server files"
             " options (program 'true')");
        ISO_VERIFY_ERROR(open("t"), Code::FailedPrecondition, "is a foreign table");
        QVERIFY(m_layout.shards[0].notCovered[0].starts_with("foreign table public.t_1"));
    }
};

QTEST_GUILESS_MAIN(TestSnapshot)
#include "tst_snapshot.moc"
