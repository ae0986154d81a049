// SPDX-License-Identifier: Apache-2.0
// What goes wrong with feeds: exact data, or a gap that is said.
#include "agent/postgres/init_sql.h"
#include "tests/integration/capture/capture_world.h"

#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

using namespace isotherm;
using namespace isotherm::test;

namespace
{

/// Resident memory of this process in bytes.
std::uint64_t residentBytes()
{
    std::ifstream statm("/proc/self/statm");
    std::uint64_t size = 0;
    std::uint64_t resident = 0;
    statm >> size >> resident;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

bool hasDiagnostic(const capture::CaptureHealth& health, const std::string& code)
{
    return std::any_of(health.diagnostics.begin(), health.diagnostics.end(),
                       [&](const Diagnostic& diagnostic) { return diagnostic.code == code; });
}

} // namespace

class TestCapture : public QObject
{
    Q_OBJECT

private:
    void exec(const std::string& sql) { ISO_VERIFY_OK(m_cluster->exec(sql)); }

    /// Stops reading, does `misdeed`, and reads again.
    void behindItsBack(const std::string& misdeed)
    {
        m_world->stop();
        for (int i = 0; i < 50; ++i) {
            if (m_cluster->value("select count(*) from pg_replication_slots where active") == "0") {
                break;
            }
            QTest::qWait(100);
        }
        exec(misdeed);
        ISO_VERIFY_OK(m_world->restart());
    }

    /// The base is not continued any more, a new one is.
    void verifyGap(const TakenBase& base, const std::string& reason)
    {
        ISO_VERIFY_OK(m_world->catchUp());
        const auto then = m_world->replay(base, Alignment::ByVisibility);
        ISO_VERIFY_ERROR(then, Code::FailedPrecondition, "");
        const auto cursor = m_world->journal().read(
            {{base.leaf.objectId}, base.lsn, m_world->journal().position()});
        ISO_VERIFY_OK(cursor);
        bool said = false;
        for (;;) {
            const auto event = (*cursor)->next();
            ISO_VERIFY_OK(event);
            if (*event == nullptr) {
                break;
            }
            said = said || ((*event)->kind == journal::EventKind::Gap &&
                            (*event)->gap->reason.find(reason) != std::string::npos);
        }
        QVERIFY2(said, "no gap in the journal");
        const auto fresh = m_world->takeBase(0);
        ISO_VERIFY_OK(fresh);
        exec("update t set v = v || '!'");
        ISO_VERIFY_OK(m_world->catchUp());
        const auto now = m_world->takeBase(0);
        const auto replayed = m_world->replay(*fresh, Alignment::ByVisibility);
        ISO_VERIFY_OK(replayed);
        QVERIFY(*replayed == now->rows);
    }

    SystemClock m_clock;
    TestLog m_log;
    std::unique_ptr<PgCluster> m_cluster;
    std::unique_ptr<CaptureWorld> m_world;

private Q_SLOTS:
    void initTestCase()
    {
        auto cluster = startLogical("64kB");
        ISO_VERIFY_OK(cluster);
        m_cluster = std::move(cluster).value();
        exec("create table t (k int primary key, v text) partition by range (k);"
             "create table t_1 partition of t for values from (0) to (100000);"
             "create table t_2 partition of t for values from (100000) to (10000000);"
             "insert into t select g, 'v' from generate_series(1, 100) g");
        m_world = std::make_unique<CaptureWorld>(*m_cluster, m_clock, m_log);
        ISO_VERIFY_OK(m_world->start({"t"}));
    }

    void cleanupTestCase() { m_world.reset(); }

    void slotDropped_gapAndNewEpoch()
    {
        const auto base = m_world->takeBase(0);
        ISO_VERIFY_OK(base);
        QVERIFY(m_world->replay(*base, Alignment::ByVisibility).ok());
        const std::uint32_t epoch = m_world->capture().health().epoch;
        behindItsBack("select pg_drop_replication_slot(slot_name) from pg_replication_slots;"
                      "update t set v = 'unseen'");
        QCOMPARE(m_world->capture().health().epoch, epoch + 1);
        QVERIFY(hasDiagnostic(m_world->capture().health(), "capture.gap"));
        verifyGap(*base, "slot is gone");
    }

    void slotMadeAnew_gap()
    {
        const auto base = m_world->takeBase(0);
        const std::string slot = m_cluster->value("select slot_name from pg_replication_slots");
        behindItsBack("select pg_drop_replication_slot('" + slot +
                      "'); update t set v = 'unseen';"
                      "select 1");
        m_world->stop();
        QTest::qWait(500);
        const auto second = m_world->takeBase(0);
        // The same name again, but younger than what the journal holds.
        exec("select pg_drop_replication_slot('" + slot + "')");
        exec("update t set v = 'unseen again'");
        exec("select pg_create_logical_replication_slot('" + slot + "', 'pgoutput')");
        ISO_VERIFY_OK(m_world->restart());
        verifyGap(*second, "made anew or moved on");
    }

    void publicationDropped_gap()
    {
        const auto base = m_world->takeBase(0);
        behindItsBack("drop publication isotherm; update t set v = 'unpublished'");
        verifyGap(*base, "publication was dropped");
    }

    void publicationMadeAnew_gap()
    {
        const auto base = m_world->takeBase(0);
        behindItsBack("drop publication isotherm; create publication isotherm for table t");
        verifyGap(*base, "publication was dropped and made anew");
    }

    void tableTakenOutWhileStreaming_gapForItsLeaves()
    {
        const auto base = m_world->takeBase(0);
        const std::uint64_t before = m_world->capture().health().gaps;
        const std::string reader = m_cluster->value("select active_pid from pg_replication_slots");
        exec("alter publication isotherm drop table t");
        exec("update t set v = 'unpublished'");
        ISO_VERIFY_OK(m_world->waitFor(
            [before](const capture::CaptureHealth& health) { return health.gaps > before; }));
        ISO_VERIFY_OK(m_world->waitFor([](const capture::CaptureHealth& health) {
            return health.state == capture::CaptureState::Streaming;
        }));
        verifyGap(*base, "taken out");
        // The stream that was open all the time has what comes now.
        const auto fresh = m_world->takeBase(0);
        ISO_VERIFY_OK(fresh);
        exec("update t set v = 'published again'");
        ISO_VERIFY_OK(m_world->catchUp());
        const auto replayed = m_world->replay(*fresh, Alignment::ByVisibility);
        ISO_VERIFY_OK(replayed);
        QVERIFY(*replayed == m_world->takeBase(0)->rows);
        QCOMPARE(m_cluster->value("select active_pid from pg_replication_slots"), reader);
    }

    void rewrite_needsNewBase_columnsAdded_doNot()
    {
        // Without the event triggers nothing tells of a rewrite: install them.
        exec(postgresInitSql());
        auto base = m_world->takeBase(0);
        exec("alter table t add w int");
        exec("update t set w = k where k < 10");
        ISO_VERIFY_OK(m_world->catchUp());
        const std::uint64_t table = tableId();
        QVERIFY(m_world->journal()
                    .requirement(base->leaf.objectId, table)
                    .continues(Visibility::parse(base->visibility).value()));
        exec("alter table t alter w type bigint");
        ISO_VERIFY_OK(m_world->catchUp());
        const auto after = m_world->journal().requirement(base->leaf.objectId, table);
        QVERIFY(!after.continues(Visibility::parse(base->visibility).value()));
        QVERIFY2(after.reason.find("rewritten") != std::string::npos, after.reason.c_str());
        base = m_world->takeBase(0);
        exec("update t set w = 1");
        ISO_VERIFY_OK(m_world->catchUp());
        const auto replayed = m_world->replay(*base, Alignment::ByVisibility);
        ISO_VERIFY_OK(replayed);
        QVERIFY(*replayed == m_world->takeBase(0)->rows);
    }

    void leafAttached_needsABaseAfterIt_detached_forgotten()
    {
        exec("create table t_9 (like t including all); insert into t_9 (k, v) values "
             "(10000001, 'before')");
        exec("alter table t attach partition t_9 for values from (10000000) to (20000000)");
        exec("insert into t (k, v) values (10000002, 'after')");
        ISO_VERIFY_OK(m_world->catchUp());
        const std::uint64_t leaf =
            std::stoull(m_cluster->value("select 't_9'::regclass::oid::int8"));
        QVERIFY(m_world->journal().state().leaves.contains(leaf));
        const auto base = m_world->takeBase(2);
        ISO_VERIFY_OK(base);
        QCOMPARE(base->rows.size(), std::size_t{2});
        exec("insert into t (k, v) values (10000003, 'later')");
        ISO_VERIFY_OK(m_world->catchUp());
        const auto replayed = m_world->replay(*base, Alignment::ByVisibility);
        ISO_VERIFY_OK(replayed);
        QCOMPARE(replayed->size(), std::size_t{3});
        exec("alter table t detach partition t_9");
        ISO_VERIFY_OK(m_world->catchUp());
        QVERIFY(!m_world->journal().state().leaves.contains(leaf));
    }

    void largeTransaction_memoryStaysBounded()
    {
        const std::uint64_t before = residentBytes();
        const auto started = std::chrono::steady_clock::now();
        exec("insert into t (k, v) select g, 'row ' || g || repeat('-', 80)"
             " from generate_series(200000, 1199999) g");
        std::uint64_t most = 0;
        ISO_VERIFY_OK(m_world->waitFor([&](const capture::CaptureHealth& health) {
            most = std::max(most, residentBytes());
            return health.changes >= 1'000'000;
        }));
        ISO_VERIFY_OK(m_world->catchUp());
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
        const double grown = static_cast<double>(most > before ? most - before : 0) / 1'000'000.0;
        qInfo("1,000,000 rows in one transaction: %.1f s with the insert, %.1f MB more memory",
              seconds, grown);
        QVERIFY2(grown <= 32, "a large transaction took more than 32 MB");
    }

    void diskFull_saidAndCaughtUpLater()
    {
        m_world->stop();
        // Files of this process may not grow beyond a few kB: the journal meets an error.
        exec("insert into t (k, v) select g, md5(g::text) || md5((g * 7)::text)"
             " from generate_series(2000000, 2020000) g");
        struct rlimit old = {};
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &old), 0);
        struct rlimit small = old;
        small.rlim_cur = 20'000;
        std::signal(SIGXFSZ, SIG_IGN);
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
        const auto position = m_world->begin();
        ISO_VERIFY_OK(position);
        QTRY_VERIFY_WITH_TIMEOUT(hasDiagnostic(m_world->capture().health(), "capture.down"),
                                 20'000);
        const auto health = m_world->capture().health();
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &old), 0);
        QVERIFY2(health.error.find("journal") != std::string::npos ||
                     health.error.find("spool") != std::string::npos,
                 health.error.c_str());
        QVERIFY(health.feed.confirmed <= std::max(*position, health.position));
        ISO_VERIFY_OK(m_world->catchUp());
        QCOMPARE(m_world->capture().health().gaps, std::uint64_t{0});
    }

private:
    static std::string postgresInitSql()
    {
        postgres::InitSqlOptions options;
        options.schemas = {"public"};
        return postgres::initSql(options);
    }
    std::uint64_t tableId()
    {
        return std::stoull(m_cluster->value("select 't'::regclass::oid::int8"));
    }
};

QTEST_MAIN(TestCapture)
#include "tst_capture.moc"
