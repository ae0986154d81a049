// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/scheduler.h"
#include "agent/metadata/keyspace_store.h"
#include "agent/runtime/upkeep_part.h"
#include "shared/model/upkeep_service.h"

namespace isotherm::runtime
{

/// Upkeep as the agent's users see it. Thread-safe; the parts outlive it.
class UpkeepCore final : public UpkeepService
{
public:
    struct Parts
    {
        const backup::Scheduler& scheduler;
        metadata::KeyspaceStore& keyspaces;
        const topology::Topology& topology;
        jobs::JobEngine& jobs;
        UpkeepPart& upkeep;
    };

    explicit UpkeepCore(Parts parts) : m_parts(parts) {}

    [[nodiscard]] Result<std::vector<ScheduleEntry>>
    scheduleAhead(const RotationQuery& query) override;
    [[nodiscard]] Result<PrunePlan> planPrune(const PruneRequest& request) override;
    [[nodiscard]] Result<std::vector<DrillReceipt>> drills(std::size_t limit) override;
    [[nodiscard]] Result<JobId> runPrune(const PruneRequest& request,
                                         const std::string& caller) override;
    [[nodiscard]] Result<std::vector<JobId>> runDrill(const DrillRequest& request,
                                                      const std::string& caller) override;

private:
    [[nodiscard]] Status checkKeyspace(const std::string& keyspace);
    /// Those that are asked for, or of each keyspace the one whose turn it is.
    [[nodiscard]] Result<std::vector<ShardId>> chooseForDrill(const DrillRequest& request);

    const Parts m_parts;
};

} // namespace isotherm::runtime
