// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/restore_points.h"

#include <algorithm>
#include <map>
#include <ranges>

namespace isotherm::viewmath
{
namespace
{

/// Moments of every wanted shard, ascending.
std::map<ShardId, std::vector<WallTime>> momentsOf(std::span<const BackupRecord> backups,
                                                   std::span<const ShardId> shards)
{
    std::map<ShardId, std::vector<WallTime>> moments;
    for (const ShardId shard : shards) {
        moments[shard];
    }
    for (const BackupRecord& backup : backups) {
        if (shards.empty() || moments.contains(backup.shard)) {
            moments[backup.shard].push_back(backup.asOf);
        }
    }
    for (auto& [shard, times] : moments) {
        std::ranges::sort(times);
    }
    return moments;
}

} // namespace

std::vector<RestorePoint> restorePoints(std::span<const BackupRecord> backups,
                                        std::span<const ShardId> shards)
{
    const auto moments = momentsOf(backups, shards);
    std::vector<WallTime> times;
    std::vector<WallTime> firsts;
    for (const auto& [shard, own] : moments) {
        times.insert(times.end(), own.begin(), own.end());
        if (!own.empty()) {
            firsts.push_back(own.front());
        }
    }
    std::ranges::sort(times, std::greater{});
    times.erase(std::ranges::unique(times).begin(), times.end());
    std::ranges::sort(firsts);
    std::vector<RestorePoint> points;
    for (const WallTime at : times) {
        const auto covered = std::ranges::upper_bound(firsts, at) - firsts.begin();
        points.push_back({at, static_cast<std::size_t>(covered)});
    }
    return points;
}

std::optional<RestoreTarget> resolveTarget(std::span<const BackupRecord> backups,
                                           std::span<const ShardId> shards,
                                           std::optional<WallTime> wish)
{
    const auto moments = momentsOf(backups, shards);
    std::optional<WallTime> earliest; // from here on every shard that has backups is covered
    std::optional<WallTime> newest;
    for (const auto& times : moments | std::views::values) {
        if (!times.empty()) {
            earliest = earliest ? std::max(*earliest, times.front()) : times.front();
            newest = newest ? std::max(*newest, times.back()) : times.back();
        }
    }
    if (!earliest) {
        return std::nullopt;
    }
    RestoreTarget target{.at = wish.value_or(*newest), .wanted = moments.size()};
    if (target.at < *earliest) {
        target.at = *earliest;
        target.clamped = true;
    }
    for (const auto& times : moments | std::views::values) {
        const auto after = std::ranges::upper_bound(times, target.at);
        if (after == times.begin()) {
            continue;
        }
        const WallTime state = *(after - 1);
        ++target.covered;
        target.oldestState = target.oldestState ? std::min(*target.oldestState, state) : state;
        target.newestState = target.newestState ? std::max(*target.newestState, state) : state;
    }
    return target;
}

} // namespace isotherm::viewmath
