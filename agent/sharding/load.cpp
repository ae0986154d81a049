// SPDX-License-Identifier: Apache-2.0
#include "agent/sharding/load.h"

#include <algorithm>
#include <cmath>

namespace isotherm::sharding
{
namespace
{

void decay(double& value, double load, double seconds, double halfLife)
{
    value = load + (value - load) * std::exp2(-seconds / halfLife);
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
        decay(track.decayed.halfMinute, load, seconds, 30);
        decay(track.decayed.fiveMinutes, load, seconds, 300);
        decay(track.decayed.hour, load, seconds, 3600);
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
