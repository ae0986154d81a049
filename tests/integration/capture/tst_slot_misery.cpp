// SPDX-License-Identifier: Apache-2.0
// What becomes of a feed when the server is treated badly: exact data, or a gap that is said and a
// new base that is asked for. Never silence.
#include "agent/postgres/init_sql.h"
#include "tests/harness/process.h"
#include "tests/integration/capture/capture_world.h"

#include <QScopeGuard>
#include <fstream>
#include <thread>

using namespace isotherm;
using namespace isotherm::test;

namespace
{

bool hasDiagnostic(const capture::CaptureHealth& health, const std::string& code)
{
    return std::any_of(health.diagnostics.begin(), health.diagnostics.end(),
                       [&](const Diagnostic& diagnostic) { return diagnostic.code == code; });
}

/// With owner and times: the server refuses a folder that is not its own.
bool copyFolder(const std::filesystem::path& from, const std::filesystem::path& to)
{
    std::filesystem::remove_all(to);
    ProcessOptions options;
    options.program = "cp";
    options.arguments = {"-a", from.string(), to.string()};
    const auto done = Process::run(options, std::chrono::seconds(60));
    return done.ok() && done->exitCode == 0;
}

} // namespace

class TestSlotMisery : public QObject
{
    Q_OBJECT

private:
    void exec(const std::string& sql) { ISO_VERIFY_OK(m_cluster->exec(sql)); }

    void stopReading()
    {
        m_world->stop();
        QTRY_COMPARE_WITH_TIMEOUT(
            m_cluster->value("select count(*) from pg_replication_slots where active"),
            std::string("0"), 20'000);
    }

    TakenBase base()
    {
        auto taken = m_world->takeBase(0);
        ISO_CHECK(taken.ok());
        return std::move(taken).value();
    }

    /// Base and journal give what the table is now.
    void verifyExact(const TakenBase& from)
    {
        ISO_VERIFY_OK(m_world->catchUp());
        const auto now = m_world->takeBase(0);
        ISO_VERIFY_OK(now);
        const auto replayed = m_world->replay(from, Alignment::ByVisibility);
        ISO_VERIFY_OK(replayed);
        QVERIFY(*replayed == now->rows);
    }

    /// The journal refuses to go on from the base, says why, and goes on from a new one.
    void verifyGap(const TakenBase& from, const std::string& reason)
    {
        ISO_VERIFY_OK(m_world->catchUp());
        ISO_VERIFY_ERROR(m_world->replay(from, Alignment::ByVisibility), Code::FailedPrecondition,
                         "");
        const auto cursor = m_world->journal().read({{from.leaf.objectId},
                                                     m_world->journal().usage().oldest,
                                                     m_world->journal().position(),
                                                     /*changes=*/false});
        ISO_VERIFY_OK(cursor);
        std::string said;
        for (;;) {
            const auto event = (*cursor)->next();
            ISO_VERIFY_OK(event);
            if (*event == nullptr) {
                break;
            }
            said += (*event)->kind == journal::EventKind::Gap ? (*event)->gap->reason + "; " : "";
        }
        QVERIFY2(said.find(reason) != std::string::npos, said.c_str());
        QVERIFY(hasDiagnostic(m_world->capture().health(), "capture.gap"));
        const TakenBase fresh = base();
        exec("update t set v = v || '!' where k < 50");
        verifyExact(fresh);
    }

    SystemClock m_clock;
    TestLog m_log;
    std::unique_ptr<PgCluster> m_cluster;
    std::unique_ptr<CaptureWorld> m_world;

private Q_SLOTS:
    void initTestCase()
    {
        PgClusterOptions options;
        options.settings = {
            {"wal_level", "logical"},           {"logical_decoding_work_mem", "64kB"},
            {"max_slot_wal_keep_size", "48MB"}, {"wal_keep_size", "0"},
            {"min_wal_size", "32MB"},           {"max_wal_size", "32MB"},
            {"max_prepared_transactions", "5"}};
        auto cluster = PgCluster::start(options);
        ISO_VERIFY_OK(cluster);
        m_cluster = std::move(cluster).value();
        exec("create table t (k int primary key, v text, id bigserial) partition by range (k);"
             "create table t_1 partition of t for values from (0) to (100000);"
             "create table t_2 partition of t for values from (100000) to (10000000);"
             "insert into t select g, 'v' from generate_series(1, 100) g");
        postgres::InitSqlOptions init;
        init.schemas = {"public"};
        exec(postgres::initSql(init));
        m_world = std::make_unique<CaptureWorld>(*m_cluster, m_clock, m_log);
        ISO_VERIFY_OK(m_world->start({"t"}));
    }

    void cleanupTestCase() { m_world.reset(); }

    void walsenderKilledMidTransaction_exact()
    {
        const TakenBase from = base();
        auto session = PgSession::open(m_cluster->conninfo());
        ISO_VERIFY_OK(session);
        ISO_VERIFY_OK((*session)->exec("begin; insert into t select g, repeat('x', 200) from"
                                       " generate_series(1000, 20000) g"));
        // It is streamed already: the spool has a part of it.
        QTRY_VERIFY_WITH_TIMEOUT(m_world->capture().health().openTransactions > 0 ||
                                     m_world->capture().health().spooled.get() > 0,
                                 20'000);
        for (int i = 0; i < 3; ++i) {
            exec("select pg_terminate_backend(active_pid) from pg_replication_slots where active");
            ISO_VERIFY_OK(
                (*session)->exec("update t set v = 'w' where k % 7 = " + std::to_string(i)));
        }
        ISO_VERIFY_OK((*session)->exec("commit"));
        verifyExact(from);
        QCOMPARE(m_world->capture().health().gaps, std::uint64_t{0});
    }

    void immediateStop_preparedAndOpenTransactions_exact()
    {
        const TakenBase from = base();
        auto session = PgSession::open(m_cluster->conninfo());
        ISO_VERIFY_OK(
            (*session)->exec("begin; update t set v = 'prepared' where k = 1;"
                             "prepare transaction 'p'; begin; delete from t where k = 2"));
        exec("update t set v = 'committed' where k = 3; checkpoint");
        ISO_VERIFY_OK(m_cluster->stop(demo::StopMode::Immediate));
        ISO_VERIFY_OK(m_cluster->startAgain());
        exec("commit prepared 'p'");
        exec("update t set v = 'after' where k = 4");
        verifyExact(from);
        QCOMPARE(m_world->capture().health().gaps, std::uint64_t{0});
    }

    /// Whoever comes in between is not seen: a copy of the log has all of it.
    void sequences_areKnownAtEachLook_withTheirTable()
    {
        const std::string last = m_cluster->value("select last_value from t_id_seq");
        QTRY_VERIFY_WITH_TIMEOUT(!m_world->capture().health().feed.sequences.empty(), 20'000);
        exec("insert into t (k, v) select g, 's' from generate_series(30000, 30100) g");
        const std::string now = m_cluster->value("select last_value from t_id_seq");
        QVERIFY(now != last);
        QTRY_COMPARE_WITH_TIMEOUT(
            std::to_string(m_world->capture().health().feed.sequences.at(0).last), now, 20'000);
        const SequenceValue sequence = m_world->capture().health().feed.sequences.at(0);
        QCOMPARE(sequence.name, std::string("t_id_seq"));
        QCOMPARE(sequence.table, std::string("public.t"));
    }

    /// It is in the journal long before any snapshot shows it: bases that are still to come need
    /// it.
    void commitThatWaitsForAStandby_isKeptForBasesToCome()
    {
        exec("alter system set synchronous_standby_names = 'nobody'");
        exec("select pg_reload_conf()");
        std::jthread waits([conninfo = m_cluster->conninfo()] {
            const auto session = PgSession::open(conninfo);
            (void)(*session)->exec("update t set v = 'waits' where k = 20").ok();
        });
        const auto release = qScopeGuard([this] { // or it would wait for ever
            (void)m_cluster->exec("alter system reset synchronous_standby_names");
            (void)m_cluster->exec("select pg_reload_conf()");
        });
        QTRY_COMPARE_WITH_TIMEOUT(m_cluster->value("select count(*) from pg_stat_activity where"
                                                   " wait_event = 'SyncRep'"),
                                  std::string("1"), 20'000);
        const std::uint64_t before = m_world->capture().health().transactions;
        // Enough for several segments, and all of it younger.
        for (int i = 0; i < 4; ++i) {
            exec("set synchronous_commit = local; insert into t_2 (k, v) select g, (select"
                 " string_agg(md5(g::text || i), '') from generate_series(1, 20) i)"
                 " from generate_series(" +
                 std::to_string(400'000 + i * 10'000) + ", " +
                 std::to_string(404'000 + i * 10'000) + ") g");
            ISO_VERIFY_OK(m_world->catchUp());
        }
        QVERIFY(m_world->capture().health().transactions > before);
        const TakenBase from = base(); // does not show it
        const std::string row = m_cluster->value("select v from t where k = 20");
        QVERIFY(row != "waits");
        const auto feed = m_world->engine().openChangeFeed({});
        ISO_VERIFY_OK(feed);
        const auto state = (*feed)->inspect();
        ISO_VERIFY_OK(state);
        const std::uint32_t segments = m_world->journal().usage().segments;
        QVERIFY(segments > 2);
        ISO_VERIFY_OK(
            m_world->journal().dropBelow(m_world->journal().position(), state->oldestRunning));
        exec("alter system reset synchronous_standby_names");
        exec("select pg_reload_conf()");
        waits.join();
        QCOMPARE(m_cluster->value("select v from t where k = 20"), std::string("waits"));
        verifyExact(from);
        // When everybody sees it, it may go.
        const auto later = (*feed)->inspect();
        ISO_VERIFY_OK(
            m_world->journal().dropBelow(m_world->journal().position(), later->oldestRunning));
        QVERIFY(m_world->journal().usage().segments < segments);
    }

    void walLimitBreached_saidBefore_gapAfter()
    {
        const TakenBase from = base();
        stopReading();
        exec("update t set v = 'lost' where k = 5");
        for (int i = 0; i < 8; ++i) {
            exec("insert into t_2 (k, v) values (" + std::to_string(200000 + i) +
                 ", 'x'); select pg_switch_wal()");
        }
        exec("checkpoint");
        QCOMPARE(m_cluster->value("select wal_status from pg_replication_slots"),
                 std::string("lost"));
        ISO_VERIFY_OK(m_world->restart());
        verifyGap(from, "threw away log");
    }

    /// A table is put into the feed while a writer is in it: the first of its rows is not sent, the
    /// second one is. No base is good before the writer has ended.
    void tableAddedUnderAWriter_baseBeforeItsEnd_isRefused()
    {
        exec("alter publication isotherm drop table t");
        ISO_VERIFY_OK(
            m_world->waitFor([](const capture::CaptureHealth& health) { return health.gaps > 1; }));
        stopReading();
        exec("alter publication isotherm drop table t");
        auto session = PgSession::open(m_cluster->conninfo());
        ISO_VERIFY_OK((*session)->exec("begin; update t set v = 'first' where k = 6"));
        ISO_VERIFY_OK(m_world->restart()); // it is put in again
        const TakenBase early = base();
        ISO_VERIFY_OK((*session)->exec("update t set v = 'second' where k = 7; commit"));
        ISO_VERIFY_OK(m_world->catchUp());
        ISO_VERIFY_ERROR(m_world->replay(early, Alignment::ByVisibility), Code::FailedPrecondition,
                         "");
        const TakenBase late = base();
        exec("update t set v = 'third' where k = 8");
        verifyExact(late);
    }

    void rowSecurity_baseHasAllRows_orNone()
    {
        exec("create role reader login; grant usage on schema public to reader;"
             "grant select on all tables in schema public to reader;"
             "alter table t_1 enable row level security;"
             "create policy half on t_1 for select to reader using (k % 2 = 0)");
        const auto filtered = openEngine(m_cluster->conninfo() + " user=reader", m_clock);
        QVERIFY(filtered);
        const auto layout = m_world->layout();
        ISO_VERIFY_OK(layout);
        const auto snapshot = filtered->openSnapshot(*layout, layout->shards[0]);
        const auto rows = snapshot.ok() ? readRows(**snapshot, {})
                                        : Result<std::vector<std::string>>(snapshot.error());
        QVERIFY2(!rows.ok(), "a base that a policy filters was taken as if it were whole");
        QVERIFY(rows.error().text().find("row") != std::string::npos);
        exec("alter table t_1 disable row level security; drop policy half on t_1");
    }

    void withoutEventTriggers_rewriteIsNoticed_gap()
    {
        exec("drop event trigger isotherm_ddl_end; drop event trigger isotherm_rewrite;"
             "drop event trigger isotherm_drop");
        QTRY_VERIFY_WITH_TIMEOUT(!m_world->capture().health().feed.notesSchema, 20'000);
        ISO_VERIFY_OK(m_world->waitFor([](const capture::CaptureHealth& health) {
            return hasDiagnostic(health, "capture.warning");
        }));
        const TakenBase from = base();
        const std::uint64_t gaps = m_world->capture().health().gaps;
        // The same columns afterwards, other rows, and no change in the stream.
        exec("alter table t alter v type text using v || '?'");
        ISO_VERIFY_OK(m_world->waitFor(
            [gaps](const capture::CaptureHealth& health) { return health.gaps > gaps; }));
        ISO_VERIFY_OK(m_world->waitFor([](const capture::CaptureHealth& health) {
            return health.state == capture::CaptureState::Streaming;
        }));
        verifyGap(from, "no event trigger noted");
        const auto replayed = m_world->replay(from, Alignment::ByVisibility);
        QVERIFY(!replayed.ok());
        QVERIFY2(replayed.error().message.find("does not continue this base: table ") !=
                     std::string::npos,
                 replayed.error().text().c_str()); // says why, not only that
        postgres::InitSqlOptions init;
        init.schemas = {"public"};
        exec(postgres::initSql(init));
    }

    /// A standby that had received everything takes over: nothing is lost, and that is known.
    void promotedStandby_withEverything_goesOn()
    {
        const TakenBase from = base();
        const std::uint64_t gaps = m_world->capture().health().gaps;
        exec("update t set v = 'before the fork' where k = 9");
        ISO_VERIFY_OK(m_world->catchUp());
        m_world->stop();
        ISO_VERIFY_OK(m_cluster->stop());
        promote();
        ISO_VERIFY_OK(m_world->restart());
        exec("update t set v = 'after the fork' where k = 10");
        verifyExact(from);
        QCOMPARE(m_world->capture().health().gaps + gaps, gaps);
    }

    /// One that had not: what was captured beyond the fork never happened.
    void promotedStandby_lagging_gapAndNewBase()
    {
        m_world->stop();
        ISO_VERIFY_OK(m_cluster->stop());
        const std::filesystem::path data = m_cluster->server().dataFolder();
        const std::filesystem::path copy = data.parent_path() / "standby";
        QVERIFY(copyFolder(data, copy));
        ISO_VERIFY_OK(m_cluster->startAgain());
        ISO_VERIFY_OK(m_world->restart());
        const TakenBase from = base();
        exec("update t set v = 'never happened' where k = 11");
        ISO_VERIFY_OK(m_world->catchUp());
        m_world->stop();
        ISO_VERIFY_OK(m_cluster->stop());
        QVERIFY(copyFolder(copy, data));
        promote();
        exec("update t set v = 'instead of it' where k = 12");
        ISO_VERIFY_OK(m_world->restart());
        verifyGap(from, "another server took over");
    }

private:
    void promote()
    {
        const std::filesystem::path data = m_cluster->server().dataFolder();
        std::ofstream(data / "standby.signal").close();
        ISO_VERIFY_OK(m_cluster->startAgain());
        exec("select pg_promote()");
        QTRY_COMPARE_WITH_TIMEOUT(m_cluster->value("select pg_is_in_recovery()"), std::string("f"),
                                  30'000);
    }
};

QTEST_MAIN(TestSlotMisery)
#include "tst_slot_misery.moc"
