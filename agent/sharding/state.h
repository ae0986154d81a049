// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/sharding/policy.h"
#include "shared/base/clock.h"
#include "shared/model/changes_records.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::sharding
{

/// The load over one sample of the counters.
struct LoadSample
{
    WallTime end{};
    double load = 0; ///< the highest of its dimensions, each relative to its budget
};

/// The load with older samples weighing less and less: half as much after the time in the name.
struct DecayedLoads
{
    double halfMinute = 0;
    double fiveMinutes = 0;
    double hour = 0;
};

/// What is expected of a stretch of time, as loads.
struct ForecastStep
{
    WallTime start{};
    std::chrono::milliseconds length{0};
    double low = 0; ///< 10th percentile
    double median = 0;
    double high = 0; ///< 90th percentile
};

/// The load by key, from the newest accesses on: bars in key order, their shares add up to 1.
/// Every `from` but the first is the key of a row, so that it can be cut there.
struct KeyLoads
{
    std::vector<KeyBar> bars;
    double observations = 0; ///< accesses with a key, decayed
    std::string from;        ///< "changes and sampled queries", in words
};

struct ShardFacts
{
    ShardId id;
    std::string keyspace;
    std::string node;
    KeyRange range;
    std::string rangeText;
    std::vector<KeyType> keyTypes;
    bool isDefault = false;
    std::uint64_t rows = 0;
    ByteCount size;
    std::optional<WallTime> created; ///< nullopt: before the agent knew it
    std::string pinned;              ///< why it must stay as it is; empty: it need not
    bool changing = false;           ///< an open proposal or a running change has it

    std::vector<LoadSample> recent; ///< the newest ones, oldest first
    DecayedLoads decayed;
    std::vector<float> lastHour;        ///< highest load by minute, NaN: not measured
    std::vector<float> lastSeason;      ///< load by ten minutes over the season that ends now
    std::vector<ForecastStep> forecast; ///< the coming season, gapless; empty: none
    KeyLoads keys;
    std::vector<Key> rowBounds; ///< keys that cut the rows into equal parts; empty: not known
    double rowsPerRead = 0;     ///< rows that a read touches, newest sample; 0: not known
};

struct NodeFacts
{
    std::optional<double> busy; ///< in [0, 1]; nullopt: not known
    double load = 0;            ///< of all its shards
    std::optional<ByteCount> freeSpace;
};

/// A change that was carried out.
struct PastChange
{
    ChangeKind kind = ChangeKind::Split;
    std::string keyspace;
    KeyRange range; ///< of all its shards together
    WallTime when{};
};

/// How fast the executor is, learned from what it did.
struct CopySpeed
{
    double bytesPerSecond = 20e6;
    std::chrono::milliseconds overhead = std::chrono::seconds(10);
};

/// Everything that decisions depend on, as of one moment.
struct ShardingState
{
    WallTime now{};
    Policy policy;
    std::vector<ShardFacts> shards;
    std::map<std::string, NodeFacts> nodes;
    std::vector<PastChange> history;   ///< by time
    std::uint32_t changesLastHour = 0; ///< proposed by the planner or carried out
    CopySpeed speed;
    std::optional<double> clusterLoad;             ///< of the last minutes, all shards
    std::optional<double> clusterForecast;         ///< the median that was expected of them
    std::map<std::string, std::size_t> openMerges; ///< by keyspace
};

/// The time that copying `bytes` and switching over takes.
[[nodiscard]] std::chrono::milliseconds changeTime(const CopySpeed& speed, ByteCount bytes);

} // namespace isotherm::sharding
