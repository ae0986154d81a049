// SPDX-License-Identifier: Apache-2.0
#include "agent/sharding/load.h"

#include <algorithm>
#include <cmath>

namespace isotherm::sharding
{
namespace
{

/// The exponentially weighted mean of what has been seen, and of that alone: without dividing by
/// the weight so far, a young track would be its first sample for as long as a half-life, and that
/// one often covers a moment in which a new shard was not yet written to.
void decay(double& value, double load, double seconds, double covered, double halfLife)
{
    const double kept = std::exp2(-seconds / halfLife);
    const double before = (1 - std::exp2(-covered / halfLife)) * kept;
    value = (value * before + load * (1 - kept)) / (before + 1 - kept);
}

} // namespace

std::optional<double> loadOf(const heat::Rates& rates, const LoadBudget& budget)
{
    const std::array<double, 4> budgets = {budget.reads, budget.writes, budget.rows, budget.bytes};
    std::optional<double> load;
    for (std::size_t i = 0; i < budgets.size(); ++i) {
        if (budgets[i] > 0 && !std::isnan(rates[i])) {
            load = std::max(load.value_or(0), static_cast<double>(rates[i]) / budgets[i]);
        }
    }
    return load;
}

void LoadTracker::add(ShardId shard, WallTime end, double load)
{
    constexpr auto kGap = std::chrono::minutes(5);
    Track& track = m_tracks[shard];
    if (!track.recent.empty() &&
        (end <= track.recent.back().end || end - track.recent.back().end > kGap)) {
        track = {}; // the clock went back, or nothing is known of what was between
    }
    if (track.recent.empty()) {
        track.decayed = {load, load, load};
    } else {
        const double seconds = std::chrono::duration<double>(end - track.recent.back().end).count();
        if (track.covered <= 0) {
            track.covered = seconds; // the first sample: as long as the step to the next
        }
        decay(track.decayed.halfMinute, load, seconds, track.covered, 30);
        decay(track.decayed.fiveMinutes, load, seconds, track.covered, 300);
        decay(track.decayed.hour, load, seconds, track.covered, 3600);
        track.covered += seconds;
    }
    track.recent.push_back({end, load});
    if (track.recent.size() > m_keep) {
        track.recent.pop_front();
    }
}

void LoadTracker::forgetBefore(WallTime time)
{
    std::erase_if(m_tracks,
                  [time](const auto& entry) { return entry.second.recent.back().end < time; });
}

void LoadTracker::fill(ShardFacts& shard) const
{
    const auto track = m_tracks.find(shard.id);
    if (track == m_tracks.end()) {
        return;
    }
    shard.recent.assign(track->second.recent.begin(), track->second.recent.end());
    shard.decayed = track->second.decayed;
}

} // namespace isotherm::sharding
