// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/restorable.h"
#include "app/viewmath/viewport.h"
#include "shared/model/records.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace isotherm::viewmath
{

/// A stretch of a lane. Covered: a restore to any moment in it loses no more than the objective
/// allows. Gap: it would lose more.
struct LaneSegment
{
    double begin = 0; ///< seconds since the epoch
    double end = 0;
    bool gap = false;
};

struct LaneMark
{
    double time = 0;
    std::size_t backup = 0; ///< index into the backups given
};

/// A backup that will be due.
struct PlannedMark
{
    double time = 0;
    std::size_t entry = 0; ///< index into the schedule ahead given
};

/// The backups of one shard along time.
struct BackupLane
{
    ShardId shard;
    std::vector<LaneSegment> segments; ///< ascending, without holes from the first backup to now
    std::vector<LaneMark> marks;       ///< ascending
    Restorable restorable;             ///< to any commit, and why not in between
    std::vector<PlannedMark> planned;  ///< ascending
    std::optional<double> nextDue;
};

struct LaneInput
{
    std::span<const ShardRecord> shards;     ///< one lane each, in this order
    std::span<const BackupRecord> backups;   ///< in any order
    std::span<const ScheduleEntry> schedule; ///< in any order
    std::span<const RestorableRange> ranges; ///< in any order
    std::span<const ScheduleEntry> ahead;    ///< of the whole rotation, in any order
    WallTime now{};
};

[[nodiscard]] std::vector<BackupLane> backupLanes(const LaneInput& input);

/// The mark nearest to `seconds` within `reach` seconds.
[[nodiscard]] std::optional<LaneMark> nearestMark(const BackupLane& lane, double seconds,
                                                  double reach);

} // namespace isotherm::viewmath
