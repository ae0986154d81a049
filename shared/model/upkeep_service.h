// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/model/upkeep_records.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace isotherm
{

/// The schedule ahead.
struct RotationQuery
{
    std::string keyspace;          ///< empty: all
    std::optional<WallTime> until; ///< nullopt: the end of the coming rotation
    bool fullsOnly = false;
    std::size_t limit = 10'000; ///< the soonest
};

struct PruneRequest
{
    std::string keyspace; ///< empty: all
};

struct DrillRequest
{
    std::string keyspace;
    std::vector<ShardId> shards; ///< empty: of each keyspace the one whose turn it is
};

/// What becomes of backups after they were made: the rotation ahead, retention, proofs. Thread-safe;
/// see AgentService.
class UpkeepService
{
public:
    virtual ~UpkeepService() = default;

    /// Every backup that will be due, the soonest first, and why; if no backup fails and
    /// temperatures stay.
    [[nodiscard]] virtual Result<std::vector<ScheduleEntry>>
    scheduleAhead(const RotationQuery& query) = 0;
    /// What retention would remove now, and why. Changes nothing. NotFound: an unknown keyspace.
    [[nodiscard]] virtual Result<PrunePlan> planPrune(const PruneRequest& request) = 0;
    /// The newest drills, newest first.
    [[nodiscard]] virtual Result<std::vector<DrillReceipt>> drills(std::size_t limit) = 0;

    // Changes: role operator; audited.
    /// Retention and garbage collection now, as a job.
    [[nodiscard]] virtual Result<JobId> runPrune(const PruneRequest& request,
                                                 const std::string& caller) = 0;
    /// A job for each shard.
    [[nodiscard]] virtual Result<std::vector<JobId>> runDrill(const DrillRequest& request,
                                                              const std::string& caller) = 0;
};

} // namespace isotherm
