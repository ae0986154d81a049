// SPDX-License-Identifier: Apache-2.0
// A random workload against a base and the journal together: what they give must be what the
// database has, row for row and byte for byte.
#include "agent/postgres/init_sql.h"
#include "tests/integration/capture/capture_world.h"

#include <random>

using namespace isotherm;
using namespace isotherm::test;

namespace
{

const char* const kTables =
    "create type mood as enum ('sad', 'ok', 'glad');"
    "create table t (k int not null, s int not null, v text, big text, n numeric, m mood,"
    "  rc regclass, j jsonb, primary key (k, s)) partition by range (k);"
    "create table t_1 partition of t for values from (minvalue) to (250);"
    "create table t_2 partition of t for values from (250) to (500);"
    "create table t_3 partition of t for values from (500) to (750);"
    "create table t_4 partition of t for values from (750) to (maxvalue);"
    "alter table t_1 alter big set storage external; alter table t_2 alter big set storage "
    "external;"
    "insert into t select g % 1000, g, 'v' || g, repeat('b', 3000), g / 7.0, 'ok', 'pg_class',"
    "  '{\"a\": 1}' from generate_series(1, 3000) g";

/// One client: statements at random, all of them allowed to fail.
class Client
{
public:
    Client(std::string conninfo, std::uint64_t seed, int number)
        : m_conninfo(std::move(conninfo)), m_random(seed), m_number(number)
    {
    }

    void run(const std::atomic<bool>& stop)
    {
        while (!stop) {
            auto session = PgSession::open(m_conninfo);
            if (!session.ok()) {
                std::this_thread::sleep_for(std::chrono::milliseconds(50));
                continue;
            }
            for (bool alive = true; alive && !stop;) {
                m_second.clear();
                const auto done = (*session)->exec(next());
                if (!done.ok()) {
                    alive = (*session)->exec("rollback").ok();
                } else if (!m_second.empty()) { // cannot stand behind other statements
                    alive = (*session)->exec(m_second).ok();
                }
            }
        }
    }

private:
    std::string number(std::uint64_t below) { return std::to_string(m_random() % below); }

    std::string change()
    {
        const std::string k = number(1000);
        switch (m_random() % 11) {
        case 0:
        case 1:
            return "insert into t values (" + k + ", " + number(4000) + ", 'n', repeat('x', " +
                   number(5000) +
                   "), 1.5, 'glad', 'pg_type', null) on conflict (k, s) do update"
                   " set v = excluded.v, rc = excluded.rc;";
        case 2:
            return "update t set n = n + 1 where k = " + k + ";";
        case 3:
            return "update t set big = repeat('y', " + number(6000) + ") where k = " + k + ";";
        case 4: // keys change, rows move between partitions
            return "update t set k = (k + " + number(400) +
                   ") % 1000, s = s + 100000 where k = " + k +
                   " and s = (select min(s) from t where k = " + k + ");";
        case 5:
            return "delete from t where k = " + k + " and s % 3 = 0;";
        case 6:
            return "savepoint p; delete from t where k = " + k +
                   "; rollback to p; update t set m = 'sad' where k = " + k + ";";
        case 7:
            return "update t set v = null, j = j || '{\"b\": 2}' where k between " + k + " and " +
                   k + " + 3;";
        case 8: // large enough to be streamed before it commits
            return "savepoint q; insert into t select " + k + ", 200000 + g + " +
                   std::to_string(m_serial += 1000) + " * " + std::to_string(1 + m_number) +
                   ", 'bulk', repeat('z', 200) from generate_series(1, 400) g; " +
                   (m_random() % 2 == 0 ? "rollback to q;" : "") +
                   "update t set n = 0 where k = " + k + ";";
        case 9:
            return "delete from t where k = " + k + " and s >= 200000;";
        default:
            return m_random() % 400 == 0 ? "truncate t_" + std::to_string(1 + m_random() % 4) + ";"
                                         : "copy t (k, s, v) from program 'printf \"" + k + "\\t" +
                                               number(4000) + "\\tc\\n\"';";
        }
    }

    std::string next()
    {
        std::string sql = "begin;";
        for (std::uint64_t i = 1 + m_random() % 4; i > 0; --i) {
            sql += change();
        }
        switch (m_random() % 12) {
        case 0:
            return sql + "rollback";
        case 1: {
            const std::string name =
                "'p" + std::to_string(m_number) + "_" + std::to_string(m_serial += 1) + "'";
            m_second = (m_random() % 4 == 0 ? "rollback prepared " : "commit prepared ") + name;
            return sql + "prepare transaction " + name;
        }
        default:
            return sql + "commit";
        }
    }

    const std::string m_conninfo;
    std::mt19937_64 m_random;
    const int m_number;
    std::uint64_t m_serial = 0;
    std::string m_second;
};

/// Clients that work until it is destroyed.
class Load
{
public:
    Load(const PgCluster& cluster, std::uint64_t seed, int clients)
    {
        for (int i = 0; i < clients; ++i) {
            m_threads.emplace_back([this, conninfo = cluster.conninfo(), seed, i] {
                Client(conninfo, seed * 100 + static_cast<std::uint64_t>(i), i).run(m_stop);
            });
        }
    }
    ~Load()
    {
        m_stop = true;
        for (std::thread& thread : m_threads) {
            thread.join();
        }
    }
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

private:
    std::atomic<bool> m_stop{false};
    std::vector<std::thread> m_threads;
};

} // namespace

class TestCaptureOracle : public QObject
{
    Q_OBJECT

private:
    /// Every base with the journal is what the leaf is now. Returns how many are not by
    /// `alignment`.
    std::size_t compare(const std::vector<TakenBase>& bases, Alignment alignment)
    {
        std::size_t wrong = 0;
        for (const TakenBase& base : bases) {
            const std::string shard = base.leaf.name.substr(base.leaf.name.size() - 1);
            const auto now = m_world->takeBase(std::stoul(shard) - 1);
            const auto then = m_world->replay(base, alignment);
            const bool same = now.ok() && then.ok() && now->rows == *then;
            if (!same && alignment == Alignment::ByVisibility) {
                qWarning("leaf %s, base %s: %s", base.leaf.name.c_str(), base.visibility.c_str(),
                         then.ok() ? "rows differ" : then.error().text().c_str());
            }
            wrong += same ? 0 : 1;
        }
        return wrong;
    }

    /// Empty when one could not be taken.
    std::vector<TakenBase> takeBasesUnderLoad(std::uint64_t seed)
    {
        std::vector<TakenBase> bases;
        std::mt19937_64 random(seed);
        const Load load(*m_cluster, seed, 4);
        for (int round = 0; round < 40; ++round) {
            auto base = m_world->takeBase(random() % 4);
            if (!base.ok()) {
                qWarning("%s", base.error().text().c_str());
                return {};
            }
            bases.push_back(std::move(base).value());
            if (round % 20 == 10) { // the server's side of the stream dies in the middle
                (void)m_cluster->exec("select pg_terminate_backend(active_pid)"
                                      " from pg_replication_slots where active");
            }
            if (round == 30 && !m_world->restart().ok()) { // and so does the agent
                return {};
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(random() % 60));
        }
        return bases;
    }

    SystemClock m_clock;
    TestLog m_log;
    std::unique_ptr<PgCluster> m_cluster;
    std::unique_ptr<CaptureWorld> m_world;
    std::uint64_t m_seed = 0;

private Q_SLOTS:
    void initTestCase()
    {
        PgClusterOptions options;
        options.fsync = true; // else commits do not wait, and bases meet none on its way
        options.settings = {{"wal_level", "logical"},
                            {"logical_decoding_work_mem", "64kB"},
                            {"max_prepared_transactions", "20"},
                            {"commit_delay", "100000"},
                            {"commit_siblings", "0"}};
        auto cluster = PgCluster::start(options);
        ISO_VERIFY_OK(cluster);
        m_cluster = std::move(cluster).value();
        ISO_VERIFY_OK(m_cluster->exec(kTables));
        // Without event triggers a TRUNCATE cannot be told from a rewrite.
        postgres::InitSqlOptions init;
        init.schemas = {"public"};
        ISO_VERIFY_OK(m_cluster->exec(postgres::initSql(init)));
        m_world = std::make_unique<CaptureWorld>(*m_cluster, m_clock, m_log);
        const char* seed = std::getenv("ISOTHERM_SEED");
        m_seed = seed == nullptr ? std::random_device{}() : std::strtoull(seed, nullptr, 10);
        qInfo("seed %llu (ISOTHERM_SEED repeats it)", static_cast<unsigned long long>(m_seed));
        ISO_VERIFY_OK(m_world->start({"t"}));
    }

    void cleanupTestCase() { m_world.reset(); }

    void randomWorkload_basesUnderLoad_journalGivesTheTable()
    {
        // Bases meet commits on their way by chance: as often as it takes for the wrong rule to
        // fail, the right one must hold.
        constexpr int kMostPhases = 6;
        std::size_t wrongByPosition = 0;
        std::size_t bases = 0;
        for (int phase = 0; phase < kMostPhases && wrongByPosition == 0; ++phase) {
            const std::vector<TakenBase> taken =
                takeBasesUnderLoad(m_seed + static_cast<std::uint64_t>(phase));
            ISO_VERIFY_OK(m_world->catchUp());
            QVERIFY(!taken.empty());
            QCOMPARE(compare(taken, Alignment::ByVisibility), std::size_t{0});
            wrongByPosition = compare(taken, Alignment::ByLsn);
            bases += taken.size();
        }
        qInfo("%zu bases exact by visibility; by position %zu of them are wrong", bases,
              wrongByPosition);
        QVERIFY2(wrongByPosition > 0, "the negative control passed: nothing would find lost rows");
        QCOMPARE(m_world->capture().health().gaps, std::uint64_t{0});
    }

    void serverDiesInTheMiddle_nothingLostNothingTwice()
    {
        std::vector<TakenBase> bases;
        for (int round = 0; round < 3; ++round) {
            {
                const Load load(*m_cluster, m_seed + 7 + static_cast<std::uint64_t>(round), 3);
                auto base = m_world->takeBase(static_cast<std::size_t>(round));
                ISO_VERIFY_OK(base);
                bases.push_back(std::move(base).value());
                std::this_thread::sleep_for(std::chrono::milliseconds(700));
                ISO_VERIFY_OK(m_cluster->stop(demo::StopMode::Immediate));
                ISO_VERIFY_OK(m_cluster->startAgain());
                std::this_thread::sleep_for(std::chrono::milliseconds(700));
            }
            const auto prepared = m_cluster->exec("select gid from pg_prepared_xacts");
            ISO_VERIFY_OK(prepared);
            for (const auto& row : *prepared) {
                (void)m_cluster->exec("commit prepared '" + *row[0] + "'");
            }
        }
        ISO_VERIFY_OK(m_world->catchUp());
        QCOMPARE(compare(bases, Alignment::ByVisibility), std::size_t{0});
        QCOMPARE(m_world->capture().health().gaps, std::uint64_t{0});
    }
};

QTEST_MAIN(TestCaptureOracle)
#include "tst_capture_oracle.moc"
