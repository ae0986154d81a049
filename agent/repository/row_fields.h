// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/row_batch.h"

#include <cstddef>
#include <string>
#include <string_view>

/// Absent fields of rows in RowBatch's form. Preconditions: rows have been checked to be such rows
/// of `columns` fields.
namespace isotherm::repository
{

[[nodiscard]] bool hasAbsentField(std::string_view row, std::size_t columns);

/// Takes what is absent in `row` from `older`. Returns whether something is still absent.
[[nodiscard]] bool fillAbsentFields(std::string& row, std::string_view older, std::size_t columns);

/// False when `row` is not `columns` fields.
[[nodiscard]] bool isRow(std::string_view row, std::size_t columns);

} // namespace isotherm::repository
