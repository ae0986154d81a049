// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/sharding/state.h"

#include <optional>
#include <span>
#include <string>

namespace isotherm::sharding
{

/// Why a range may not be changed yet.
struct Cooling
{
    WallTime until{};
    std::string why;
};

/// The rules against flapping, for a change of this kind on this range at `now`: nothing for
/// policy.cooling after any change of it, doubled for every reversal in policy.memory; what undoes
/// the last change waits for policy.reversalCooling, doubled in the same way, and comes at most
/// once in policy.reversalEvery. nullopt: it may.
[[nodiscard]] std::optional<Cooling>
coolingOf(const PastChange& wanted, std::span<const PastChange> history, const Policy& policy);

/// How often the changes of a range went the other way, in the policy's memory.
[[nodiscard]] std::size_t reversals(const PastChange& wanted, std::span<const PastChange> history,
                                    const Policy& policy);

} // namespace isotherm::sharding
