// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/sharding/state.h"
#include "shared/model/changes_records.h"

#include <optional>
#include <span>
#include <string>

/// What becomes of a proposal and of a finished change. Pure.
namespace isotherm::sharding
{

/// Why a proposal is not worth deciding any more; nullopt: it still is. `sources`: the change's
/// shards as the state has them; fewer than the change has when some are gone.
[[nodiscard]] std::optional<std::string> whyExpired(const ChangeRecord& change,
                                                    std::span<const ShardFacts* const> sources,
                                                    const ShardingState& state);

/// True once every part of the change is a shard of its own in the state.
[[nodiscard]] bool partsServe(const ChangeRecord& change, const ShardingState& state);
/// The shards that are the change's parts now, in key order.
[[nodiscard]] std::vector<const ShardFacts*> partsOf(const ChangeRecord& change,
                                                     const ShardingState& state);

/// Whether the change helped, from the loads of its parts now. A split did not when the load is
/// still there and nearly all of it on one part; a merge did not when the one shard is too hot.
/// Unknown when the load has gone elsewhere meanwhile.
[[nodiscard]] ChangeOutcome measureOutcome(const ChangeRecord& change,
                                           std::span<const ShardFacts* const> parts,
                                           const ShardingState& state);

/// The changes that were carried out and not taken back, by time.
[[nodiscard]] std::vector<PastChange> historyOf(const std::vector<ChangeRecord>& changes);

/// How fast changes went, from those that were carried out: the median rate of the large ones, the
/// median duration of the small ones. Careful defaults where there are none.
[[nodiscard]] CopySpeed speedOf(const std::vector<ChangeRecord>& changes);

} // namespace isotherm::sharding
