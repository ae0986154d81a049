// SPDX-License-Identifier: Apache-2.0
// What capture costs the server: transactions a second of pgbench with it and without it, in turn;
// beside it what pg_dump and pgBackRest's full backups cost while they run. The reader of the
// stream works on the same machine. isotherm-bench-capture [SECONDS [CLIENTS]]
#include "agent/capture/capture.h"
#include "agent/postgres/init_sql.h"
#include "agent/postgres/postgres_engine.h"
#include "tests/bench/bench_kit.h"
#include "tests/harness/temp_dir.h"
#include "tests/harness/test_log.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <thread>

namespace isotherm::bench
{
namespace
{

constexpr const char* kTable = "pgbench_accounts";

struct BenchOptions
{
    int seconds = 20;
    int clients = 4;
};

double tpsOf(const std::string& report)
{
    const std::size_t at = report.find("tps = ");
    return at == std::string::npos ? 0 : std::atof(report.c_str() + at + 6);
}

/// A journal and capture into it, for as long as it lives; then the server keeps nothing for it.
class Capturing
{
public:
    static Result<std::unique_ptr<Capturing>> start(test::PgCluster& cluster)
    {
        std::unique_ptr<Capturing> made(new Capturing(cluster));
        postgres::PostgresOptions options;
        options.conninfo = cluster.conninfo();
        ISO_ASSIGN(made->m_engine, postgres::PostgresEngine::open(options, made->m_clock));
        ISO_ASSIGN(
            made->m_journal,
            journal::Journal::open({made->m_folder.path() / "journal",
                                    repository::SecretKey(std::string(32, 'k')), made->m_clock}));
        capture::CaptureOptions wishes;
        wishes.spoolFolder = made->m_folder.path() / "spool";
        wishes.tables = [] { return std::vector<std::string>{kTable}; };
        made->m_capture = capture::Capture::make(
            {*made->m_engine, *made->m_journal, made->m_clock, made->m_log}, wishes);
        made->m_capture->start();
        for (int i = 0; i < 600; ++i) {
            if (made->m_capture->health().state == capture::CaptureState::Streaming) {
                return made;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
        return makeError(Code::DeadlineExceeded, made->m_capture->health().error);
    }

    ~Capturing()
    {
        if (m_capture) {
            m_capture->stop();
        }
        for (int i = 0; m_engine && i < 100; ++i) {
            const auto feed = m_engine->openChangeFeed({});
            if (feed.ok() && (*feed)->drop().ok()) {
                return;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
    }
    Capturing(const Capturing&) = delete;
    Capturing& operator=(const Capturing&) = delete;

    [[nodiscard]] capture::CaptureHealth health() const { return m_capture->health(); }

private:
    explicit Capturing(test::PgCluster& cluster) : m_cluster(cluster) {}

    test::PgCluster& m_cluster;
    SystemClock m_clock;
    test::TestLog m_log;
    test::TempDir m_folder{"isobench"};
    std::unique_ptr<engine::Engine> m_engine;
    std::unique_ptr<journal::Journal> m_journal;
    std::unique_ptr<capture::Capture> m_capture;
};

class CaptureBench
{
public:
    CaptureBench(test::PgCluster& cluster, const BenchOptions& options)
        : m_cluster(cluster), m_options(options)
    {
    }

    Status run()
    {
        ISO_TRY(prepare());
        for (std::size_t i = 0; i < benchRepeats(); ++i) {
            tell("repetition " + std::to_string(i + 1));
            ISO_ASSIGN(m_tps["without"].emplace_back(), load());
            ISO_TRY(captured());
            ISO_TRY(beside("pg_recvlogical", [this] { return receive(); }));
            ISO_TRY(beside("pg_dump", [this] { return dump(); }));
            ISO_TRY(beside("pgBackRest", [this] {
                return backrest("--no-archive-check --type=full --repo1-retention-full=1"
                                " --start-fast --compress-type=zst backup");
            }));
        }
        const std::size_t n = benchRepeats();
        print({"capture-cost", "pgbench", "tps", median(m_tps["captured"]),
               median(m_tps["without"]), "without capture", n});
        // The least that any reader of the same stream costs.
        print({"capture-cost", "pgbench", "tps", median(m_tps["captured"]),
               median(m_tps["pg_recvlogical"]), "pg_recvlogical to /dev/null", n});
        for (const std::string peer : {"pg_recvlogical", "pg_dump", "pgBackRest"}) {
            print({"capture-cost", "pgbench while " + peer + " runs", "tps", median(m_tps[peer]),
                   median(m_tps["without"]), "without " + peer, n});
        }
        print({"capture-cost", "lag at the end of the load", "bytes", median(m_lag), 0, "", n});
        return {};
    }

private:
    Status prepare()
    {
        ISO_ASSIGN(const std::string made,
                   m_cluster.tool("pgbench", {"-i", "-q", "-s", "10", "--partitions=8",
                                              "--partition-method=range"}));
        (void)made;
        postgres::InitSqlOptions init;
        init.schemas = {"public"};
        ISO_ASSIGN(const auto ran, m_cluster.exec(postgres::initSql(init)));
        (void)ran;
        ISO_ASSIGN(const double warm, load());
        (void)warm;
        return backrest("stanza-create");
    }

    Result<double> load()
    {
        ISO_ASSIGN(const auto checkpoint, m_cluster.exec("checkpoint"));
        (void)checkpoint;
        ISO_ASSIGN(const std::string report,
                   m_cluster.tool("pgbench",
                                  {"-n", "-M", "prepared", "-T", std::to_string(m_options.seconds),
                                   "-c", std::to_string(m_options.clients), "-j", "2"}));
        return tpsOf(report);
    }

    Status captured()
    {
        ISO_ASSIGN(const auto capturing, Capturing::start(m_cluster));
        ISO_ASSIGN(m_tps["captured"].emplace_back(), load());
        m_lag.push_back(static_cast<double>(capturing->health().lag.get()));
        return {};
    }

    /// The load while `work` is done again and again.
    Status beside(const std::string& name, const std::function<Status()>& work)
    {
        std::atomic<bool> stop{false};
        Status worked;
        std::jthread other([&] {
            while (!stop && worked.ok()) {
                worked = work();
            }
        });
        auto tps = load();
        stop = true;
        other.join();
        ISO_TRY(worked);
        ISO_ASSIGN(m_tps[name].emplace_back(), std::move(tps));
        return {};
    }

    /// PostgreSQL's own reader of the stream, for as long as the load.
    Status receive()
    {
        const std::string tool = (m_cluster.server().binaries() / "pg_recvlogical").string() +
                                 " -h " + m_cluster.server().folder().string() + " -p " +
                                 std::to_string(m_cluster.server().port()) +
                                 " -U postgres -d postgres -S peer";
        return runShell(tool + " --create-slot -P pgoutput; timeout -s INT " +
                        std::to_string(m_options.seconds + 1) + " " + tool +
                        " --start -F 0 -f /dev/null -o proto_version=2 -o"
                        " publication_names=isotherm || true; sleep 0.3; " +
                        tool + " --drop-slot");
    }

    Status dump()
    {
        const auto dumped =
            m_cluster.tool("pg_dump", {"-Fc", "-Z", "1", "--no-sync", "-f", "/dev/null"});
        return dumped.ok() ? Status() : Status(dumped.error());
    }

    /// Of the whole cluster: it knows no shards.
    Status backrest(const std::string& command)
    {
        const std::string folder = m_folder.path().string();
        return runShell(
            "cd " + folder + "; pgbackrest --config=/dev/null --stanza=bench" + " --repo1-path=" +
            folder + "/repo --lock-path=" + folder + "/lock" + " --log-path=" + folder +
            " --log-level-file=off --pg1-path=" + m_cluster.server().dataFolder().string() +
            " --pg1-socket-path=" + m_cluster.server().folder().string() +
            " --pg1-user=postgres --pg1-port=" + std::to_string(m_cluster.server().port()) + " " +
            command);
    }

    test::PgCluster& m_cluster;
    const BenchOptions m_options;
    test::TempDir m_folder{"isobench"};
    std::map<std::string, std::vector<double>> m_tps;
    std::vector<double> m_lag;
};

Status runBench(const BenchOptions& options)
{
    test::PgClusterOptions cluster;
    cluster.fsync = true;
    cluster.settings = {{"wal_level", "logical"}, {"shared_buffers", "512MB"},
                        {"max_wal_size", "8GB"},  {"checkpoint_timeout", "30min"},
                        {"autovacuum", "off"},    {"max_replication_slots", "10"}};
    ISO_ASSIGN(const auto started, test::PgCluster::start(cluster));
    return CaptureBench(*started, options).run();
}

} // namespace
} // namespace isotherm::bench

int main(int argc, char** argv)
{
    isotherm::bench::BenchOptions options;
    options.seconds = argc > 1 ? std::atoi(argv[1]) : options.seconds;
    options.clients = argc > 2 ? std::atoi(argv[2]) : options.clients;
    const isotherm::Status status = isotherm::bench::runBench(options);
    if (!status.ok()) {
        std::fprintf(stderr, "bench capture-cost: %s\n", status.error().text().c_str());
        return 1;
    }
    return 0;
}
