// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/change_marks.h"

#include "app/viewmath/viewport.h"

#include <algorithm>

namespace isotherm::viewmath
{

std::vector<ChangeMark> changeMarks(std::span<const ChangeRecord> changes,
                                    std::span<const ShardRecord> shards)
{
    std::vector<ChangeMark> marks;
    for (const ChangeRecord& change : changes) {
        if (change.state != ChangeState::Done || !change.finishedAt) {
            continue;
        }
        for (const ShardRecord& shard : shards) {
            const bool made = std::ranges::any_of(shard.parents, [&](ShardId parent) {
                return std::ranges::find(change.sources, parent) != change.sources.end();
            });
            if (made) {
                marks.push_back(
                    {shard.id, toSeconds(*change.finishedAt), change.kind == ChangeKind::Split});
            }
        }
    }
    return marks;
}

} // namespace isotherm::viewmath
