// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/sharding/merge_rule.h"
#include "agent/sharding/refusal.h"
#include "agent/sharding/split_rule.h"
#include "agent/sharding/state.h"

#include <vector>

namespace isotherm::sharding
{

/// What follows from a state.
struct Decisions
{
    std::vector<SplitPlan> splits; ///< the most urgent first
    std::vector<MergePlan> merges; ///< the coldest first; no shard twice
    std::vector<Refusal> refusals; ///< one for every hot shard that is not in `splits`
    std::string mergesHeld;        ///< why there are none, if that is a matter of the cluster
};

/// What to look at: merges need the history of an hour and a day, which is dear to fetch.
enum class Look { Splits, SplitsAndMerges };

/// Deterministic: the same state gives the same decisions, in whatever order the shards come.
/// Splits go before merges within policy.maxPerHour. A shard that an open change has (`changing`)
/// gets neither, and when it is hot the refusal NotDecided.
[[nodiscard]] Decisions decide(const ShardingState& state, Look look = Look::SplitsAndMerges);

} // namespace isotherm::sharding
