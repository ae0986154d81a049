// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace isotherm::postgres
{

/// The functions that tell, from inside of an event trigger, what a table is after a change:
/// isotherm.describe_table(oid) gives the JSON that schema_marker.h reads. Nobody else can know
/// it: when the change is read in the stream, the table may have changed again.
[[nodiscard]] std::string describeSql();

} // namespace isotherm::postgres
