// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/postgres/change_fold.h"
#include "agent/postgres/connection.h"
#include "agent/postgres/reshard_book.h"
#include "shared/base/result.h"

#include <string>
#include <vector>

namespace isotherm::postgres
{

/// Writes what a fold came to into the parts of one side: three statements at most, however many
/// rows. In the caller's transaction. Internal when a row is not there that must be.
[[nodiscard]] Status applyFold(Connection& connection, const ReshardTable& table,
                               const std::vector<ReshardPart>& parts, ChangeFold& fold);

/// All rows of `range` go: what a TRUNCATE of a part with that range comes to on the other side.
[[nodiscard]] Status emptyRange(Connection& connection, const ReshardTable& table,
                                const std::vector<ReshardPart>& parts, const KeyRange& range);

} // namespace isotherm::postgres
