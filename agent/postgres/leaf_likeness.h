// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/leaf_swap.h"
#include "agent/postgres/connection.h"
#include "shared/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace isotherm::postgres
{

/// The check that lets ATTACH believe the bounds without reading the rows.
inline constexpr const char* kBoundCheck = "isotherm_bound";

/// What a table needs to be like a leaf; statements have "%TABLE%" for its qualified name.
struct Likeness
{
    std::string create;                  ///< of the empty table
    std::vector<std::string> beforeLoad; ///< columns whose rows come as text are text meanwhile
    std::string boundCheck;              ///< the check constraint's expression
    std::vector<std::string> statements; ///< after the load, in order
    std::string replicaIndex; ///< definition of the replica identity's index; may be empty
    std::vector<Error> refusals;
    std::vector<std::string> warnings;
};

/// Reads the leaf's definition from the catalog.
[[nodiscard]] Result<Likeness> loadLikeness(Connection& connection, const engine::LeafRef& leaf);

/// "CHECK (…)" of the leaf's bounds.
[[nodiscard]] Result<std::string> loadBoundCheck(Connection& connection,
                                                 const engine::LeafRef& leaf);

} // namespace isotherm::postgres
