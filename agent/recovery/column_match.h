// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/model/table_schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::recovery
{

/// Which columns of a table as it was are which of the table as it is: by name.
struct ColumnMatch
{
    std::vector<std::uint32_t> then; ///< columns that both have, in the order of the live table
    std::vector<std::uint32_t> now;  ///< the same ones there
    std::vector<std::string> onlyThen;
    std::vector<std::string> onlyNow;
    bool sameRows = false; ///< equal rows are equal byte for byte
};

/// A column whose type became another one is in both of the lists of what is not compared; another
/// length or precision is no other type. FailedPrecondition when the keys are not the same.
[[nodiscard]] Result<ColumnMatch> matchColumns(const TableSchema& then, const TableSchema& now);

/// The fields of `row` (of `columns` fields) at `chosen`, in that order, in RowBatch's form.
/// InvalidArgument when it is malformed.
[[nodiscard]] Result<std::string> project(std::string_view row, std::size_t columns,
                                          const std::vector<std::uint32_t>& chosen);

} // namespace isotherm::recovery
