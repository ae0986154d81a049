// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/model/agent_service.h"

#include <isotherm/v1/agent.pb.h>
#include <map>
#include <optional>
#include <vector>

namespace isotherm::api
{

/// What live clients know: one look at the service.
struct LiveState
{
    ClusterStatus status;
    std::map<ShardId, ShardRecord> shards;
    std::map<JobId, JobRecord> jobs;
    std::map<std::string, BackupRecord> backups; ///< by id
    std::vector<ScheduleEntry> schedule;
    Instant backupsRead{};
};

/// Looks at the service. Backups and the schedule change seldom and may be many: they are read when
/// a job has changed, when `previous` is older than a few seconds, or when there is no previous.
[[nodiscard]] Result<LiveState> readLiveState(AgentService& service, const LiveState* previous,
                                              Instant now);

/// All of `state`.
[[nodiscard]] isotherm::v1::LiveUpdate snapshotOf(const LiveState& state);

/// What differs. The status is always there: it is the stream's heartbeat.
[[nodiscard]] isotherm::v1::LiveUpdate changesBetween(const LiveState& before,
                                                      const LiveState& after);

} // namespace isotherm::api
