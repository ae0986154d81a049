// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/model/records.h"

#include <optional>
#include <span>
#include <vector>

namespace isotherm::viewmath
{

/// A moment to which a set of shards can be brought back: a backup of at least one of them.
struct RestorePoint
{
    WallTime at{};
    std::size_t shards = 0; ///< how many of them have a backup at or before it
};

/// Newest first. `shards` empty: all that have backups.
[[nodiscard]] std::vector<RestorePoint> restorePoints(std::span<const BackupRecord> backups,
                                                      std::span<const ShardId> shards);

/// What a wished moment comes to.
struct RestoreTarget
{
    WallTime at{};           ///< the moment used
    bool clamped = false;    ///< the wish was before anything can be restored
    std::size_t covered = 0; ///< shards with a backup at or before `at`
    std::size_t wanted = 0;
    std::optional<WallTime> oldestState =
        {}; ///< the oldest backup that will be used: data is as of
    std::optional<WallTime> newestState = {}; ///< between these two
};

/// The newest backup at or before `wish` (none: the newest of all), clamped to what every shard can
/// be restored to. nullopt when nothing can.
[[nodiscard]] std::optional<RestoreTarget> resolveTarget(std::span<const BackupRecord> backups,
                                                         std::span<const ShardId> shards,
                                                         std::optional<WallTime> wish);

} // namespace isotherm::viewmath
