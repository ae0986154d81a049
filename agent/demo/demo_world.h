// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/demo/demo.h"
#include "agent/demo/private_server.h"
#include "agent/demo/psql.h"
#include "agent/demo/workload.h"
#include "agent/runtime/agent_runtime.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/client/agent_client.h"

#include <filesystem>
#include <memory>
#include <string>

namespace isotherm::demo
{

inline constexpr std::int64_t kDemoAccounts = 1'000'000;
inline constexpr int kDemoShards = 8;
inline constexpr const char* kDemoKeyspace = "accounts";
/// The shard (0 is the first) that was busy at this time of every day before. The load gets there
/// some time after the story has begun.
inline constexpr int kDemoBusyShard = 5;

/// Everything that the story happens in: a folder, a private server with pgbench's tables, an agent
/// with a sped-up schedule, a client that is connected to it, and the load. Taken down in order
/// when destroyed; the folder goes last.
class DemoWorld
{
public:
    /// `day` is how long a day of the story takes.
    [[nodiscard]] static Result<std::unique_ptr<DemoWorld>> make(const DemoOptions& options,
                                                                 std::chrono::seconds day);
    ~DemoWorld();
    DemoWorld(const DemoWorld&) = delete;
    DemoWorld& operator=(const DemoWorld&) = delete;

    [[nodiscard]] const std::filesystem::path& folder() const { return m_folder; }
    [[nodiscard]] std::filesystem::path profileFile() const { return m_folder / "profile.json"; }
    [[nodiscard]] AgentService& agent() { return *m_client; }
    [[nodiscard]] runtime::AgentRuntime& runtime() { return *m_runtime; }
    [[nodiscard]] PrivateServer& server() { return *m_server; }
    [[nodiscard]] Psql& psql() { return *m_psql; }
    [[nodiscard]] Workload& workload() { return *m_workload; }

private:
    DemoWorld(std::filesystem::path folder, bool keep);

    [[nodiscard]] Status startServer();
    [[nodiscard]] Status makeTables(const DemoOptions& options);
    [[nodiscard]] Status startAgent(const DemoOptions& options, std::chrono::seconds day);
    /// Some days of heat for the shards, as if somebody had recorded it.
    [[nodiscard]] Status giveThePast(const config::AgentConfig& config);
    [[nodiscard]] Status startWorkload(std::chrono::seconds day);
    [[nodiscard]] Status runTool(const std::string& program,
                                 const std::vector<std::string>& arguments);

    const std::filesystem::path m_folder;
    const bool m_keep;
    SystemClock m_clock;
    std::unique_ptr<Log> m_log;
    std::unique_ptr<PrivateServer> m_server;
    std::unique_ptr<Psql> m_psql;
    std::unique_ptr<engine::Engine> m_engine;
    std::unique_ptr<engine::StatementSource> m_statements;
    std::unique_ptr<runtime::AgentRuntime> m_runtime;
    std::unique_ptr<client::AgentClient> m_client;
    std::unique_ptr<Workload> m_workload;
};

} // namespace isotherm::demo
