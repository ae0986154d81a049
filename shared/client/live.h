// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/model/heat_matrix.h"
#include "shared/model/records.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::client
{

enum class ConnectionState { Connecting, Connected, Disconnected };

/// One message of the live stream: a snapshot first, then deltas with consecutive sequence numbers.
struct LiveUpdate
{
    std::uint64_t sequence = 0;
    bool snapshot = false; ///< replaces everything known; else only what is present has changed
    std::optional<ClusterStatus> status;
    std::vector<ShardRecord> shards; ///< new or changed
    std::vector<ShardId> removedShards;
    std::vector<JobRecord> jobs;         ///< new or changed
    std::vector<BackupRecord> backups;   ///< new or changed
    std::vector<ScheduleEntry> schedule; ///< whole, when it changed
    bool scheduleChanged = false;        ///< tells an empty schedule from an unchanged one
    std::optional<HeatMatrix>
        heat; ///< snapshot: the whole window; delta: the columns that are new or changed (the whole
              ///< window again when its rows or its step changed)
};

/// What to follow. The heat window ends now and is `heatWindow` long; 0: no heat.
struct LiveRequest
{
    HeatMetric metric = HeatMetric::Rows;
    std::chrono::seconds heatWindow{600};
    std::chrono::milliseconds heatStep{1000};
    bool wantSecondSampling =
        true; ///< asks the agent to sample every second while this stream is open
};

/// What a live stream tells. Called from one background thread of the client, never concurrently.
struct LiveObserver
{
    std::function<void(LiveUpdate)> onUpdate;
    /// `reason` says why when Disconnected; `retryIn` how long until the next try.
    std::function<void(ConnectionState, std::string reason, std::chrono::milliseconds retryIn)>
        onState;
};

/// Ends the stream when destroyed; blocks until no callback runs any more.
class LiveSubscription
{
public:
    virtual ~LiveSubscription() = default;
};

} // namespace isotherm::client
