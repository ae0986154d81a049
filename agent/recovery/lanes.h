// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "shared/model/key.h"

#include <cstddef>
#include <vector>

/// Which part of the key space is compared in which live shard: pure functions.
namespace isotherm::recovery
{

/// What the backups of a plan hold of one table.
struct Scope
{
    std::vector<KeyRange> ordinary;  ///< of shards with a range
    std::vector<KeyRange> ofDefault; ///< asked of default shards, whose rows may lie anywhere
};

/// The ranges of the key space for which live shard `index` is to be compared, sorted and disjoint:
/// of a shard with a range, what the backups hold of it; of the default shard, what no other live
/// shard takes.
[[nodiscard]] std::vector<KeyRange> rangesFor(const std::vector<engine::ShardLayout>& shards,
                                              std::size_t index, const Scope& scope);

} // namespace isotherm::recovery
