// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/backup_lanes.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace isotherm::viewmath
{
namespace
{

void addSegments(BackupLane& lane, const ShardRecord& shard, double now)
{
    if (lane.marks.empty()) {
        return;
    }
    const std::optional<double> allowed =
        shard.rpoObjective
            ? std::optional(std::chrono::duration<double>(*shard.rpoObjective).count())
            : std::nullopt;
    for (std::size_t i = 0; i < lane.marks.size(); ++i) {
        const double begin = lane.marks[i].time;
        const double end =
            i + 1 < lane.marks.size() ? lane.marks[i + 1].time : std::max(now, begin);
        const double covered = allowed ? std::min(end, begin + *allowed) : end;
        if (covered > begin) {
            lane.segments.push_back({begin, covered, false});
        }
        if (end > covered) {
            lane.segments.push_back({covered, end, true});
        }
    }
}

} // namespace

std::vector<BackupLane> backupLanes(const LaneInput& input)
{
    std::vector<BackupLane> lanes(input.shards.size());
    std::unordered_map<ShardId, std::size_t> index;
    for (std::size_t i = 0; i < lanes.size(); ++i) {
        lanes[i].shard = input.shards[i].id;
        index.emplace(input.shards[i].id, i);
    }
    for (std::size_t i = 0; i < input.backups.size(); ++i) {
        if (const auto found = index.find(input.backups[i].shard); found != index.end()) {
            lanes[found->second].marks.push_back({toSeconds(input.backups[i].asOf), i});
        }
    }
    for (const ScheduleEntry& entry : input.schedule) {
        if (const auto found = index.find(entry.shard); found != index.end()) {
            lanes[found->second].nextDue = toSeconds(entry.due);
        }
    }
    std::unordered_map<ShardId, std::vector<RestorableRange>> ranges;
    for (const RestorableRange& range : input.ranges) {
        ranges[range.shard].push_back(range);
    }
    for (std::size_t i = 0; i < input.ahead.size(); ++i) {
        if (const auto found = index.find(input.ahead[i].shard); found != index.end()) {
            lanes[found->second].planned.push_back({toSeconds(input.ahead[i].due), i});
        }
    }
    for (std::size_t i = 0; i < lanes.size(); ++i) {
        std::ranges::sort(lanes[i].planned, {}, &PlannedMark::time);
        if (const auto found = ranges.find(lanes[i].shard); found != ranges.end()) {
            lanes[i].restorable = restorableTogether(found->second, std::span(&lanes[i].shard, 1));
        }
        std::ranges::sort(lanes[i].marks, {}, &LaneMark::time);
        addSegments(lanes[i], input.shards[i], toSeconds(input.now));
    }
    return lanes;
}

std::optional<LaneMark> nearestMark(const BackupLane& lane, double seconds, double reach)
{
    std::optional<LaneMark> nearest;
    for (const LaneMark& mark : lane.marks) {
        const double distance = std::abs(mark.time - seconds);
        if (distance <= reach && (!nearest || distance < std::abs(nearest->time - seconds))) {
            nearest = mark;
        }
    }
    return nearest;
}

} // namespace isotherm::viewmath
