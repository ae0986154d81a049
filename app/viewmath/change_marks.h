// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/model/changes_records.h"
#include "shared/model/records.h"

#include <span>
#include <vector>

namespace isotherm::viewmath
{

/// Where on the map a finished split or merge is shown.
struct ChangeMark
{
    ShardId shard;
    double time = 0; ///< seconds since the epoch
    bool split = true;

    friend bool operator==(const ChangeMark&, const ChangeMark&) = default;
};

/// Of the changes that are done: on the shards that came of them, as far as they are still there.
[[nodiscard]] std::vector<ChangeMark> changeMarks(std::span<const ChangeRecord> changes,
                                                  std::span<const ShardRecord> shards);

} // namespace isotherm::viewmath
