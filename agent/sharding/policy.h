// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/units.h"

#include <chrono>
#include <cstddef>
#include <cstdint>

/// When a shard is split and when two are merged: pure functions over a snapshot of state, so that
/// every decision can be repeated, tested and explained. SHARDING.md has the rules in one place.
namespace isotherm::sharding
{

/// The operator's wishes ([changes] of the configuration) and the constants beside them. Loads are
/// relative to what one shard may bear; sizes are of the data in the database. The configuration
/// makes sure that mergeBelow < childTarget <= splitAbove / 2 and leastSize <= mostSize / 4:
/// otherwise a split would make what is merged at once, and the other way round.
struct Policy
{
    double splitAbove = 1.0;
    double childTarget = 0.5; ///< load that each part of a split should have at the peak
    double mergeBelow = 0.35; ///< the pair's highest load of the last hour
    std::uint32_t maxPerHour = 12;
    ByteCount leastSize{64'000'000U};    ///< no shard is made smaller on purpose
    ByteCount mostSize{65'536'000'000U}; ///< a merge makes at most half of this
    double nodeBusyAbove = 0.4;          ///< an idle node needs no split
    double shareOfNodeAbove = 0.2;       ///< else the whole node is hot, not the shard

    std::size_t window = 12;     ///< newest samples that are looked at
    std::size_t hotSamples = 10; ///< so many of them must be at the limit
    double likely = 0.8;         ///< probability of overload that is acted on
    double lead = 1.5;           ///< times the split's own duration that a forecast must reach
    /// A predicted split must be over so long before the crossing.
    std::chrono::milliseconds margin = std::chrono::minutes(30);
    double lasting = 3.0; ///< times the split's own duration that the overload must last
    std::size_t leastParts = 2;
    std::size_t mostParts = 8;
    double isolateAbove = 0.25;  ///< a key with this share of the load gets a shard of its own
    double leastRowShare = 0.01; ///< of the rows of the source, in every part but a hot key's own
    double mostHeavyPart = 0.85; ///< a split that leaves more than this in one part is no help
    double leastObservations = 200; ///< accesses with a key; fewer say nothing about cut points
    double jitter = 0.01;           ///< of the limit, by shard, so that not all act in one second
    double scanShare = 0.1; ///< of the shard's rows read by a typical read: scans span the cut

    double mergeForecastBelow = 0.5; ///< P90 of the pair over the coming season
    std::chrono::milliseconds season = std::chrono::hours(24);
    std::chrono::milliseconds leastAge = std::chrono::hours(1); ///< of a shard that is merged
    double leastOfForecast = 0.8;   ///< below this part of its forecast the cluster is not merged
    std::size_t mostOpenMerges = 2; ///< in a keyspace at a time

    std::chrono::milliseconds cooling = std::chrono::minutes(10); ///< after any change of a range
    std::chrono::milliseconds reversalCooling = std::chrono::hours(1); ///< before it is undone
    std::chrono::milliseconds reversalEvery = std::chrono::hours(24);  ///< at most one a range
    std::chrono::milliseconds lifetime = std::chrono::hours(24);       ///< of a proposal
    std::chrono::milliseconds outcomeAfter = std::chrono::minutes(15);
    double mostImbalance = 0.4; ///< of a proposed cut before the load counts as moved elsewhere
    std::chrono::milliseconds memory = std::chrono::hours(24 * 7); ///< for which reversals count
};

} // namespace isotherm::sharding
