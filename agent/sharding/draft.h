// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/sharding/merge_rule.h"
#include "agent/sharding/split_rule.h"
#include "agent/sharding/state.h"
#include "shared/base/result.h"
#include "shared/model/changes_service.h"

#include <span>
#include <string>
#include <vector>

/// From a decision to a proposal with its evidence: what people read, and what would be done. Pure.
namespace isotherm::sharding
{

[[nodiscard]] ChangeRecord draftOf(const SplitPlan& plan, const ShardFacts& shard,
                                   const ShardingState& state);
[[nodiscard]] ChangeRecord draftOf(const MergePlan& plan, const ShardFacts& left,
                                   const ShardFacts& right, const ShardingState& state);

/// What a person wants. `sources`: the shards that the request names, as the state has them.
/// InvalidArgument for cuts that cannot be read, are not inside the range or not ascending, and for
/// shards that are no neighbours; FailedPrecondition, with a hint, when cuts must be chosen but
/// nothing is known of the keys.
[[nodiscard]] Result<ChangeRecord> draftByHand(const ProposeRequest& request,
                                               std::span<const ShardFacts* const> sources,
                                               const ShardingState& state);

/// The change that takes `done` back: its parts become its sources again.
[[nodiscard]] ChangeRecord draftOfUndo(const ChangeRecord& done,
                                       std::span<const ShardFacts* const> parts,
                                       const ShardingState& state);

/// Of everything that will be done, and of nothing else: sources and targets.
[[nodiscard]] std::string planHashOf(const ChangeRecord& change);

/// A key of `types` as people write it: "42", "(42, abc)"; components left out at the end are the
/// lowest.
[[nodiscard]] Result<Key> keyFromText(std::string_view text, const std::vector<KeyType>& types);

} // namespace isotherm::sharding
