// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/heat/heat_store.h"
#include "shared/base/result.h"

#include <chrono>
#include <optional>
#include <vector>

namespace isotherm::predict
{

/// What was read and written per shard, 10 minutes a row, as the history of heat has it: by its 10
/// minutes as far as they reach back, before that by its hours. What is older than a shard comes
/// from the cells that its key range had then (HeatStore): a child begins with its part of its
/// parents' history. What was not measured is NaN. Not thread-safe.
class RateHistory
{
public:
    static constexpr std::chrono::seconds kStep{600};
    static constexpr std::chrono::hours kFineReach{14 * 24};

    RateHistory(const heat::HeatStore& store, std::vector<ShardId> shards);

    /// Where history begins: a full hour at or after `from`; nullopt: nothing was measured yet.
    [[nodiscard]] Result<std::optional<WallTime>> begin(WallTime from, WallTime to) const;

    /// Counts of rows read and written in each step of [from, to): row by row, two values a shard
    /// (read, then written). Both on the grid of the steps.
    [[nodiscard]] Result<std::vector<std::vector<double>>> rows(WallTime from, WallTime to) const;

private:
    const heat::HeatStore& m_store;
    const std::vector<ShardId> m_shards;
};

} // namespace isotherm::predict
