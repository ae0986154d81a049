// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/model/records.h"

#include <chrono>
#include <optional>
#include <span>
#include <vector>

namespace isotherm::viewmath
{

enum class RpoState {
    Missing,     ///< no backup at all
    Breached,    ///< the newest backup is older than the objective allows
    Near,        ///< less than a fifth of the objective is left
    NoObjective, ///< backed up, but nobody said how often
    Met
};

/// How much would be lost if a shard were lost now.
struct RpoRow
{
    ShardId shard;
    RpoState state = RpoState::Missing;
    std::optional<std::chrono::milliseconds> objective = {};
    std::optional<std::chrono::milliseconds> now = {};    ///< age of the newest backup
    std::optional<std::chrono::milliseconds> margin = {}; ///< objective − now; negative: breached
};

[[nodiscard]] RpoRow rpoOf(const ShardRecord& shard, WallTime now);

/// All active shards, worst first.
[[nodiscard]] std::vector<RpoRow> rpoBoard(std::span<const ShardRecord> shards, WallTime now);

} // namespace isotherm::viewmath
