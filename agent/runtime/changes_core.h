// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/jobs/job_engine.h"
#include "agent/reshard/reshard_control.h"
#include "agent/reshard/reshard_request.h"
#include "agent/runtime/planner.h"
#include "agent/runtime/sharding_view.h"
#include "agent/sharding/keyspace_plan.h"
#include "agent/sharding/proposal_book.h"
#include "agent/topology/topology.h"
#include "shared/model/changes_service.h"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace isotherm::runtime
{

/// Splits and merges as the agent's users see them. Thread-safe; the parts outlive it.
class ChangesCore final : public ChangesService
{
public:
    struct Parts
    {
        engine::Engine& engine;
        topology::Topology& topology;
        jobs::JobEngine& jobs;
        sharding::ProposalBook& book;
        ShardingView& view;
        const Planner& planner;
        Planner::Preflight preflight = {};
        /// The executor's dry run and what it is asked while it runs; none: it is not there.
        std::function<Result<engine::PreflightReport>(const reshard::ReshardRequest&)> dryRun = {};
        reshard::ReshardControl* control = nullptr;
        std::chrono::milliseconds grace = std::chrono::hours(24);
    };

    explicit ChangesCore(Parts parts) : m_parts(std::move(parts)) {}

    [[nodiscard]] Result<std::vector<ChangeRecord>> changes(const ChangeFilter& filter) override;
    [[nodiscard]] Result<ChangeRecord> change(ChangeId id) override;
    [[nodiscard]] Result<std::vector<ChangeRefusal>>
    refusals(std::optional<ShardId> shard) override;
    [[nodiscard]] Result<KeyspacePlan> planKeyspace(const KeyspacePlanRequest& request) override;
    [[nodiscard]] Result<ChangeRecord> propose(const ProposeRequest& request) override;
    [[nodiscard]] Result<ChangeRecord> approve(const ChangeDecision& decision) override;
    [[nodiscard]] Result<ChangeRecord> reject(const ChangeDecision& decision) override;
    [[nodiscard]] Result<std::string> steer(const ChangeSteering& steering) override;
    [[nodiscard]] Result<TableAdoption> adoptTables(const AdoptTablesRequest& request) override;

private:
    /// With what its job says at this moment.
    [[nodiscard]] ChangeRecord live(ChangeRecord change);
    [[nodiscard]] Result<ChangeRefusal> explain(ShardId shard);
    [[nodiscard]] Result<sharding::KeyspaceFacts> surveyed(const KeyspacePlanRequest& request);
    [[nodiscard]] Result<sharding::KeyspaceFacts> managed(const std::string& keyspace);

    const Parts m_parts;
};

/// What the executor is asked for.
[[nodiscard]] reshard::ReshardRequest reshardRequestOf(const ChangeRecord& change,
                                                       std::chrono::milliseconds grace);
/// What a dry run found, in words for people.
[[nodiscard]] std::vector<PreflightFinding> findingsOf(const engine::PreflightReport& report);
/// What its dry run found, in the words of a change.
void describePreflight(ChangeRecord& change, const engine::PreflightReport& report);
/// How a change is handed to the job engine.
[[nodiscard]] jobs::JobSpec reshardJobOf(const ChangeRecord& change,
                                         std::chrono::milliseconds grace);

} // namespace isotherm::runtime
