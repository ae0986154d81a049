// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/sharding/cuts.h"
#include "agent/sharding/refusal.h"
#include "agent/sharding/state.h"

#include <optional>
#include <variant>

namespace isotherm::sharding
{

/// Why a shard counts as hot.
struct HotSign
{
    ChangeTrigger trigger = ChangeTrigger::HotNow;
    std::string why;
    double peak = 0; ///< the load to be divided: the highest seen lately or expected
    std::optional<double> probability;
    std::optional<WallTime> expectedAt;
    /// How long the load is expected to stay over the limit; nullopt: nothing is known.
    std::optional<std::chrono::milliseconds> lasting;
};

/// The limit of this shard: policy.splitAbove, moved by up to policy.jitter either way.
[[nodiscard]] double limitOf(const ShardFacts& shard, const Policy& policy);

/// At the limit in policy.hotSamples of the newest policy.window samples; or likely to be, soon and
/// for long. nullopt: neither.
[[nodiscard]] std::optional<HotSign> hotSign(const ShardFacts& shard, const ShardingState& state);

/// A split that should be made.
struct SplitPlan
{
    ShardId shard;
    HotSign sign;
    CutPlan cuts;
    double urgency = 0; ///< the load above the limit
};

/// Precondition: `sign` is hotSign of the shard. Budget and window are not looked at.
[[nodiscard]] std::variant<SplitPlan, Refusal>
decideSplit(const ShardFacts& shard, const HotSign& sign, const ShardingState& state);

/// How many parts a load asks for: clamp(ceil(peak / childTarget), leastParts, mostParts).
[[nodiscard]] std::size_t partsFor(double peak, const Policy& policy);

} // namespace isotherm::sharding
