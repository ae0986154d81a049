// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/heat/key_sketch.h"
#include "agent/sharding/state.h"

#include <vector>

namespace isotherm::sharding
{

/// What a sketch of a shard's newest accesses says of its load by key: about 128 bars of equal
/// load, and one for every key that has 5 % of it or more. Accesses at keys outside of `range` are
/// left out. No bars for a sketch that has seen nothing.
[[nodiscard]] KeyLoads keyLoadsOf(const heat::KeySketch& sketch, const KeyRange& range,
                                  const std::vector<KeyType>& types);

} // namespace isotherm::sharding
