// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/rpo.h"

#include <algorithm>
#include <tuple>

namespace isotherm::viewmath
{
namespace
{

using std::chrono::milliseconds;

/// Smaller is worse: the kind of trouble first, then how much of the objective is left.
auto urgency(const RpoRow& row)
{
    double left = 0.0;
    if (row.margin && row.objective && row.objective->count() > 0) {
        left =
            static_cast<double>(row.margin->count()) / static_cast<double>(row.objective->count());
    } else if (row.now) {
        left = -static_cast<double>(row.now->count());
    }
    return std::tuple(static_cast<int>(row.state), left, row.shard);
}

} // namespace

RpoRow rpoOf(const ShardRecord& shard, WallTime now)
{
    RpoRow row{.shard = shard.id, .objective = shard.rpoObjective};
    if (!shard.lastBackup) {
        return row;
    }
    row.now = std::max(std::chrono::duration_cast<milliseconds>(now - *shard.lastBackup),
                       milliseconds(0));
    if (!row.objective) {
        row.state = RpoState::NoObjective;
        return row;
    }
    row.margin = *row.objective - *row.now;
    if (row.margin->count() < 0) {
        row.state = RpoState::Breached;
    } else {
        row.state = *row.margin * 5 < *row.objective ? RpoState::Near : RpoState::Met;
    }
    return row;
}

std::vector<RpoRow> rpoBoard(std::span<const ShardRecord> shards, WallTime now)
{
    std::vector<RpoRow> rows;
    for (const ShardRecord& shard : shards) {
        if (shard.state == ShardState::Active) {
            rows.push_back(rpoOf(shard, now));
        }
    }
    std::ranges::sort(rows, {}, urgency);
    return rows;
}

} // namespace isotherm::viewmath
