// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/config/agent_config.h"
#include "agent/engine/engine.h"
#include "agent/engine/statement_source.h"
#include "agent/heat/temperature_model.h"
#include "agent/runtime/caretaker.h"
#include "agent/runtime/collector.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/result.h"
#include "shared/model/agent_service.h"

#include <functional>
#include <memory>
#include <string>

namespace isotherm::runtime
{

/// What a runtime is made of. The referenced objects outlive it.
struct RuntimeOptions
{
    config::AgentConfig config; ///< with exactly one cluster and one tier
    engine::Engine& engine;
    Clock& clock;
    Log& log;
    std::string version;
    CollectorOptions collector = {};
    heat::TemperatureOptions temperature = {};
    std::uint32_t backupReaders = 1; ///< per shard
    double forecastCatchUp = 0.25;   ///< ForecastPartOptions::catchUpShare
    /// Opens another database, for restores elsewhere; empty: there are none.
    std::function<Result<std::unique_ptr<engine::Engine>>(const std::string& dsn)> openEngine = {};
    engine::StatementSource* statements = nullptr; ///< nullptr: no reads by key
};

/// The whole agent in one process: builds every part, connects them, and takes them down in order.
/// Thread-safe.
class AgentRuntime
{
public:
    /// FailedPrecondition: the agent was not initialised (`isotherm-agent init`), another agent
    /// holds the cluster or the repository. Unavailable: an address is taken. Unauthenticated: the
    /// repository's passphrase.
    [[nodiscard]] static Result<std::unique_ptr<AgentRuntime>> start(const RuntimeOptions& options);

    virtual ~AgentRuntime() = default;

    [[nodiscard]] virtual AgentService& service() = 0;
    [[nodiscard]] virtual int apiPort() const = 0;
    [[nodiscard]] virtual int metricsPort() const = 0; ///< 0: no endpoint
    [[nodiscard]] virtual std::uint64_t samples() const = 0;
    /// Takes over what can change while running: schedule, keyspaces.
    virtual void reload(const config::AgentConfig& config) = 0;
};

} // namespace isotherm::runtime
