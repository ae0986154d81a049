// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/client/agent_client.h"
#include "tests/harness/pg_cluster.h"
#include "tests/harness/process.h"
#include "tests/harness/temp_dir.h"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace isotherm::test
{

struct AgentWorldOptions
{
    std::string keyspace = "orders";
    std::vector<std::string> tables; ///< "shop.orders"
    std::string key = "customer_id";
    std::string rpo = "1h";
    std::string schedule = {}; ///< lines of [schedule]
    PgClusterOptions database = {};
    std::vector<std::string> initDb = {}; ///< further arguments of init-db
    /// With [target.files], the folder "export", and [target.reports], a database of that name.
    bool targets = false;
    std::string rotation = "7d";
    std::string sections = {};     ///< further ones, whole
    std::string metrics = {};      ///< where to listen; empty: no endpoint
};

/// The real programs on a real private server: a folder with the agent's configuration, state and
/// repository, and the profiles of its clients. The agent works as the least-privileged role that
/// its own init-db makes. Everything is ended and removed on destruction. Not thread-safe.
class AgentWorld
{
public:
    /// A running server with `schemaSql` in it; no agent yet.
    [[nodiscard]] static Result<std::unique_ptr<AgentWorld>> make(AgentWorldOptions options,
                                                                  const std::string& schemaSql);

    [[nodiscard]] PgCluster& database() { return *m_database; }
    [[nodiscard]] std::filesystem::path configFile() const
    {
        return m_folder.path() / "agent.toml";
    }
    [[nodiscard]] std::filesystem::path repository() const
    {
        return m_folder.path() / "repository";
    }
    [[nodiscard]] std::filesystem::path stateFolder() const { return m_folder.path() / "state"; }
    [[nodiscard]] std::filesystem::path passphraseFile() const;
    [[nodiscard]] std::filesystem::path profile(const std::string& name) const;
    [[nodiscard]] const std::filesystem::path& folder() const { return m_folder.path(); }

    /// Writes the configuration; `schedule` replaces the lines of [schedule].
    void writeConfig(const std::string& schedule);
    /// The configuration of another agent for the same database, with a state of its own.
    [[nodiscard]] std::filesystem::path writeRivalConfig();
    /// And of one for another database, with a state of its own, that is to write to our repository.
    [[nodiscard]] std::filesystem::path writeIntruderConfig(PgCluster& database);

    /// init, init-db (its SQL run by psql as the superuser) and enroll of admin, operator, viewer.
    [[nodiscard]] Status setUp();

    /// Starts `isotherm-agent run` and waits until it is ready. `limits`: shell commands before
    /// the exec ("ulimit -f 100").
    [[nodiscard]] Status startAgent(const std::string& limits = {});
    /// The same without waiting.
    [[nodiscard]] Status launchAgent(const std::string& limits = {});
    [[nodiscard]] Process& agent() { return *m_agent; }
    /// SIGTERM; how it ended.
    [[nodiscard]] Result<ProcessResult> stopAgent();
    /// SIGKILL.
    void killAgent();
    /// Its log from all its lives.
    [[nodiscard]] std::string logText() const;
    /// Lines of level error in it.
    [[nodiscard]] std::vector<std::string> errorLines() const;

    /// Runs isotherm-agent with `arguments` and --config.
    [[nodiscard]] Result<ProcessResult> agentCommand(std::vector<std::string> arguments);
    /// Runs isothermctl with the profile of `who`.
    [[nodiscard]] Result<ProcessResult> ctl(const std::string& who,
                                            std::vector<std::string> arguments);
    /// The real client.
    [[nodiscard]] std::unique_ptr<client::AgentClient> connect(const std::string& who) const;

private:
    explicit AgentWorld(AgentWorldOptions options) : m_options(std::move(options)) {}
    [[nodiscard]] std::string configText(const std::string& schedule,
                                         const std::filesystem::path& state,
                                         std::uint16_t port) const;
    [[nodiscard]] static std::string dsnOf(demo::PrivateServer& server);

    const AgentWorldOptions m_options;
    TempDir m_folder{"isoagent"};
    std::unique_ptr<PgCluster> m_database;
    std::unique_ptr<Process> m_agent;
    std::uint16_t m_port = 0;
    std::string m_earlierLogs;
};

/// The value, or the end of the test program with the error.
template <class T>
T must(Result<T> result)
{
    if (!result.ok()) {
        std::fprintf(stderr, "test step failed: %s\n", result.error().text().c_str());
        std::abort();
    }
    return std::move(result).value();
}

/// Waits (polling) until `condition` holds; false after `limit`.
template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds limit = std::chrono::seconds(60))
{
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= deadline) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return true;
}

} // namespace isotherm::test
