// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/heat/rate_meter.h"
#include "agent/sharding/state.h"

#include <cstddef>
#include <deque>
#include <map>
#include <optional>

namespace isotherm::sharding
{

/// What one shard may bear, a second; 0: that dimension does not count.
struct LoadBudget
{
    double reads = 0;
    double writes = 0;
    double rows = 0;
    double bytes = 0;
};

/// The highest of the rates, each relative to its budget; nullopt when none is known that counts.
[[nodiscard]] std::optional<double> loadOf(const heat::Rates& rates, const LoadBudget& budget);

/// The newest samples and the decayed loads of every shard, which are weighted means over what was
/// seen (a track younger than a half-life weighs its samples nearly alike). A gap of more than five
/// minutes starts anew. Not thread-safe.
class LoadTracker
{
public:
    /// `keep`: so many of the newest samples.
    explicit LoadTracker(std::size_t keep) : m_keep(keep) {}

    /// A sample that ends at `end`, later than the one before.
    void add(ShardId shard, WallTime end, double load);
    /// Forgets shards that have had no sample since.
    void forgetBefore(WallTime time);

    /// Fills `recent` and `decayed`; leaves them empty for an unknown shard.
    void fill(ShardFacts& shard) const;

private:
    struct Track
    {
        std::deque<LoadSample> recent;
        DecayedLoads decayed;
        double covered = 0; ///< seconds that the means are made of
    };

    const std::size_t m_keep;
    std::map<ShardId, Track> m_tracks;
};

} // namespace isotherm::sharding
