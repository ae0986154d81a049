// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace isotherm::postgres
{

/// The part of initSql() for splitting and merging shards: rights that an agent which only watches
/// and backs up does not need.
[[nodiscard]] std::string reshardSql(const std::string& role,
                                     const std::vector<std::string>& schemas);

} // namespace isotherm::postgres
