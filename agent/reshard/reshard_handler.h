// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/engine/reshard_port.h"
#include "agent/jobs/job_handler.h"
#include "agent/reshard/reshard_control.h"
#include "agent/reshard/reshard_request.h"
#include "agent/reshard/reshard_state.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace isotherm::reshard
{

/// A switch that has been made, for those whose records follow the shards.
struct SwitchedShards
{
    std::string keyspace;
    std::vector<ShardId> sources;
    std::vector<KeyRange> targets;
    Lsn at; ///< end of the switch's commit
};

struct ReshardSettings
{
    engine::SwitchLimits limits;
    /// Between attempts to switch, at random up to this.
    std::chrono::milliseconds switchPause{400};
    /// How long it is tried before the change is given up.
    std::chrono::milliseconds switchPatience = std::chrono::hours(4);
    /// How long a server that does not answer is waited for.
    std::chrono::milliseconds serverPatience = std::chrono::minutes(30);
    /// How long capture is waited for after the switch, for backups to go on.
    std::chrono::milliseconds historyPatience = std::chrono::minutes(2);
    /// How long the application is looked at before the copy begins.
    std::chrono::milliseconds learning{2'000};
};

/// Carries out changes of shards (RESHARD.md has the states and what follows a crash). Phases:
/// check → prepare → copy rows → build indexes → catch up → verify → switch → grace → clean up.
/// A cancellation before the switch removes everything again; one in the grace period switches
/// back. Thread-safe.
class ReshardHandler final : public jobs::JobHandler
{
public:
    struct Parts
    {
        engine::Engine& engine;
        topology::Topology& topology;
        ReshardControl& control;
        const Clock& clock;
        Log& log;
        /// Lets backups of the new shards begin where those of the old ones end; one line for
        /// people. Unavailable: not yet, ask again. May be null.
        std::function<Result<std::string>(const SwitchedShards&)> history = {};
        /// The new shards have backups of their own: the old parts may go. May be null: they may.
        std::function<bool(const std::vector<ShardId>& children)> backedUp = {};
        /// Told when shards have changed. May be null.
        std::function<void()> changed = {};
    };

    ReshardHandler(Parts parts, ReshardSettings settings)
        : m_parts(std::move(parts)), m_settings(settings)
    {
    }

    [[nodiscard]] Result<std::string> run(jobs::JobContext& context) override;
    [[nodiscard]] jobs::Recovery recovery(const jobs::JobContext& context) override;
    [[nodiscard]] Result<std::string> resume(jobs::JobContext& context) override;
    [[nodiscard]] Status rollBack(jobs::JobContext& context) override;

    /// A dry run: changes nothing. NotFound for shards that are not there, InvalidArgument for
    /// targets that do not fit them.
    [[nodiscard]] Result<engine::PreflightReport> preflight(const ReshardRequest& request);

    /// Removes what changes left whose jobs are not known (any more): the metadata was lost. Such a
    /// change before its switch is undone, after it finished. Returns one line for each.
    [[nodiscard]] Result<std::vector<std::string>>
    removeLeftovers(const std::vector<std::string>& knownTokens);

    /// The token of a job's change; empty before there is one.
    [[nodiscard]] static std::string tokenOf(std::string_view checkpointState);

private:
    [[nodiscard]] Result<engine::ReshardPlan> planFor(const ReshardRequest& request,
                                                      const std::string& token);

    const Parts m_parts;
    const ReshardSettings m_settings;
};

} // namespace isotherm::reshard
