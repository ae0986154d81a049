// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/postgres/schema_marker.h"

#include <nlohmann/json_fwd.hpp>

namespace isotherm::postgres
{

/// Reads what isotherm.describe_table() gave into the marker. False, and nothing done, when it is
/// not a whole table: it is not trusted.
[[nodiscard]] bool readTable(const nlohmann::json& table, ParsedMarker& into);

} // namespace isotherm::postgres
