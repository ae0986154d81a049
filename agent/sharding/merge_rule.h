// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/sharding/state.h"

#include <array>
#include <optional>
#include <string>
#include <variant>

namespace isotherm::sharding
{

/// Two neighbours that should become one.
struct MergePlan
{
    std::array<ShardId, 2> shards;
    std::string why;
    double hourPeak = 0;   ///< of the pair, highest load of the last hour
    double seasonPeak = 0; ///< P90 of the pair over the coming season
};

/// Why a pair stays two, in words; for `isothermctl change why`.
struct NoMerge
{
    std::string why;
};

/// Precondition: `left` and `right` are neighbours in key order, of one keyspace. What is expected
/// of the coming season is the forecast's P90; without a forecast it is the season that was, which
/// must be known.
[[nodiscard]] std::variant<MergePlan, NoMerge>
decideMerge(const ShardFacts& left, const ShardFacts& right, const ShardingState& state);

/// While the load is far below its forecast something is wrong with the application, not with the
/// shards: nothing is merged then.
[[nodiscard]] std::optional<std::string> mergesAreHeld(const ShardingState& state);

} // namespace isotherm::sharding
