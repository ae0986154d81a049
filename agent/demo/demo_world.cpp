// SPDX-License-Identifier: Apache-2.0
#include "agent/demo/demo_world.h"

#include "agent/demo/recorded_past.h"
#include "agent/runtime/maintenance.h"
#include "agent/runtime/setup.h"
#include "shared/base/file.h"
#include "shared/base/time_text.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <sys/stat.h>
#include <utility>

namespace isotherm::demo
{
namespace
{

constexpr const char* kDatabase = "postgres";
constexpr double kHotRate = 1'000; ///< rows a second that are too much for a shard

/// The agent's events go to a file in the demo's folder, plainly.
class FileLog final : public Log
{
public:
    FileLog(const std::filesystem::path& file, const Clock& clock)
        : m_file(std::fopen(file.c_str(), "ae"), &std::fclose), m_clock(clock)
    {
    }

    void write(LogLevel level, std::string_view event, std::string_view message,
               std::vector<LogField> /*fields*/) override
    {
        static constexpr std::array<const char*, 4> kLevels = {"debug", "info", "warning", "error"};
        const std::lock_guard lock(m_mutex);
        if (m_file) {
            std::fprintf(m_file.get(), "%s %s %.*s: %.*s\n", formatUtc(m_clock.wallNow()).c_str(),
                         kLevels[static_cast<std::size_t>(level)], static_cast<int>(event.size()),
                         event.data(), static_cast<int>(message.size()), message.data());
            std::fflush(m_file.get());
        }
    }

private:
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> m_file;
    const Clock& m_clock;
    std::mutex m_mutex;
};

Result<std::filesystem::path> makeFolder()
{
    std::string name = (std::filesystem::temp_directory_path() / "isotherm-demo-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        return errnoError(errno, "cannot make a folder for the demo");
    }
    // The server may run as another user, who has to get through to its own folder.
    ::chmod(name.c_str(), 0711);
    return std::filesystem::path(name);
}

config::AgentConfig demoConfig(const std::filesystem::path& folder, const std::string& conninfo,
                               std::chrono::seconds day)
{
    config::AgentConfig config;
    config.agent.listen = "127.0.0.1:0";
    config.agent.stateDir = folder / "agent";
    config.metrics.listen = "127.0.0.1:0";
    config::KeyspaceSection keyspace;
    keyspace.name = kDemoKeyspace;
    keyspace.tables = {"pgbench_accounts"};
    keyspace.keyColumns = {"aid"};
    keyspace.rpo = std::chrono::duration_cast<std::chrono::milliseconds>(day);
    // Little enough for the hot range to be too much for a shard on any machine, also a busy one.
    keyspace.hotRate = kHotRate;
    config.clusters.push_back({"demo", "postgresql", conninfo, "demo", {keyspace}});
    // An hour, a quarter and a whole of the story's day.
    config.schedule.hot = std::chrono::duration_cast<std::chrono::milliseconds>(day) / 6;
    config.schedule.warm = std::chrono::duration_cast<std::chrono::milliseconds>(day) / 3;
    config.schedule.cold = std::chrono::duration_cast<std::chrono::milliseconds>(day);
    // The recorded past has its peak at the next full hour, which may be nearly an hour ahead.
    config.changes.margin = std::chrono::minutes(70);
    // Small as everything here.
    config.changes.minSizeMb = 1;
    config.changes.nodeBusyAbove = 0.02;
    config.changes.nodeCores = 1;
    // After what filled the parts was published.
    config.changes.outcomeAfter = std::chrono::seconds(15);
    config.changes.grace = std::chrono::duration_cast<std::chrono::milliseconds>(day) / 6;
    config.tiers.push_back({"local", "directory", folder / "repository"});
    config.repository.passphraseFile = folder / "agent" / "passphrase";
    return config;
}

} // namespace

DemoWorld::DemoWorld(std::filesystem::path folder, bool keep)
    : m_folder(std::move(folder)), m_keep(keep),
      m_log(std::make_unique<FileLog>(m_folder / "agent.log", m_clock))
{
}

DemoWorld::~DemoWorld()
{
    m_workload.reset();
    m_client.reset();
    m_runtime.reset();
    m_engine.reset();
    m_psql.reset();
    m_server.reset();
    if (!m_keep) {
        std::error_code ignored;
        std::filesystem::remove_all(m_folder, ignored);
    }
}

Result<std::unique_ptr<DemoWorld>> DemoWorld::make(const DemoOptions& options,
                                                   std::chrono::seconds day)
{
    ISO_ASSIGN(std::filesystem::path folder, makeFolder());
    std::unique_ptr<DemoWorld> world(new DemoWorld(std::move(folder), options.keep));
    ISO_TRY(world->startServer());
    ISO_TRY(world->makeTables(options));
    ISO_TRY(world->startAgent(options, day));
    ISO_TRY(world->startWorkload(day));
    return world;
}

Status DemoWorld::startServer()
{
    PrivateServerOptions server;
    server.folder = m_folder / "server";
    server.fsync = false; // nothing in it outlives the demo
    // Statements are logged, so that reads are told by key; all of them, for the story is short.
    server.settings = {{"shared_buffers", "256MB"},      {"max_wal_size", "4GB"},
                       {"logging_collector", "on"},      {"log_destination", "jsonlog"},
                       {"log_min_duration_sample", "0"}, {"log_statement_sample_rate", "1.0"},
                       {"wal_level", "logical"}};
    ISO_ASSIGN(m_server, PrivateServer::start(server));
    m_psql = std::make_unique<Psql>(m_server->binaries(), m_folder, m_server->conninfo(kDatabase));
    return {};
}

Status DemoWorld::runTool(const std::string& program, const std::vector<std::string>& arguments)
{
    ChildOptions child;
    child.command = {(m_server->binaries() / program).string(),
                     "-h",
                     m_server->folder().string(),
                     "-p",
                     std::to_string(m_server->port()),
                     "-U",
                     "postgres"};
    child.command.insert(child.command.end(), arguments.begin(), arguments.end());
    child.directory = m_folder;
    child.outputFile = m_folder / (program + ".log");
    ISO_ASSIGN(const int exitCode, runChild(child, std::chrono::minutes(5)));
    if (exitCode != 0) {
        const auto output = readFile(child.outputFile);
        return makeError(Code::FailedPrecondition,
                         program + " failed: " + output.valueOr("(no output)"));
    }
    return {};
}

Status DemoWorld::makeTables(const DemoOptions& options)
{
    ISO_TRY(runTool("pgbench", {"-i", "-q", "-s", std::to_string(kDemoAccounts / 100'000),
                                "--partitions=" + std::to_string(kDemoShards),
                                "--partition-method=range", kDatabase}));
    // As in a real database the tables are an application's, so that the agent's rights come from
    // membership in its role and not from a superuser.
    ISO_TRY(m_psql->run("CREATE ROLE shop;\n"
                        "DO $$ DECLARE t regclass; BEGIN FOR t IN SELECT oid FROM pg_class WHERE "
                        "relkind IN ('r', 'p') AND relname LIKE 'pgbench%' LOOP "
                        "EXECUTE format('ALTER TABLE %s OWNER TO shop', t); END LOOP; END $$"));
    ISO_TRY(m_psql->run(options.initSql(kDatabase)));
    return {};
}

Status DemoWorld::startAgent(const DemoOptions& options, std::chrono::seconds day)
{
    // As the least-privileged role that init-db makes, not as the superuser.
    const std::string conninfo = "host=" + m_server->folder().string() +
                                 " port=" + std::to_string(m_server->port()) +
                                 " dbname=" + kDatabase + " user=isotherm";
    const config::AgentConfig config = demoConfig(m_folder, conninfo, day);
    ISO_TRY(runtime::initialise(config, m_clock));
    ISO_ASSIGN(m_engine, options.openEngine(conninfo, m_clock));
    ISO_TRY(giveThePast(config));
    runtime::RuntimeOptions runtime{.config = config,
                                    .engine = *m_engine,
                                    .clock = m_clock,
                                    .log = *m_log,
                                    .version = options.version};
    if (options.openStatements) {
        m_statements = options.openStatements(conninfo);
        runtime.statements = m_statements.get();
    }
    runtime.forecastCatchUp = 1; // the story is short
    runtime.collector.interval = std::chrono::seconds(1);
    runtime.temperature.recent = std::chrono::seconds(5);
    runtime.temperature.referenceEvery = std::chrono::seconds(5);
    ISO_ASSIGN(m_runtime, runtime::AgentRuntime::start(runtime));
    const std::string address = "127.0.0.1:" + std::to_string(m_runtime->apiPort());
    ISO_ASSIGN(const client::Profile profile,
               runtime::enrol(config, {"demo", Role::Admin, address}, m_clock));
    ISO_TRY(client::saveProfile(profile, profileFile(), ""));
    ISO_ASSIGN(m_client, client::connectAgent(profile, {}));
    return {};
}

Status DemoWorld::giveThePast(const config::AgentConfig& config)
{
    const WallTime now = m_clock.wallNow();
    const RecordedPast past{kDemoShards, kDemoBusyShard, nextHour(now), 3 * kHotRate,
                            0.1 * kHotRate};
    const std::filesystem::path trace = m_folder / "past.csv";
    ISO_TRY(writeRecordedPast(past, now, trace));
    ISO_TRY(runtime::importRecordedHeat(config, *m_engine, {trace, 60}, m_clock, *m_log));
    return {};
}

Status DemoWorld::startWorkload(std::chrono::seconds day)
{
    WorkloadOptions workload;
    workload.pgbench = m_server->binaries() / "pgbench";
    workload.folder = m_folder;
    workload.host = m_server->folder().string();
    workload.port = m_server->port();
    workload.user = "postgres";
    workload.database = kDatabase;
    workload.accounts = kDemoAccounts;
    workload.day = day;
    ISO_ASSIGN(m_workload, Workload::start(workload));
    return {};
}

} // namespace isotherm::demo
