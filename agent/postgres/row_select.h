// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/table_schema.h"

#include <string>
#include <vector>

namespace isotherm::postgres
{

/// The statement that streams rows of a table in RowBatch's form.
struct RowSelect
{
    std::string table;     ///< qualified and quoted
    std::string condition; ///< empty: all rows
    std::string order;     ///< expressions; empty: as they lie
};

/// COPY … TO STDOUT (FORMAT binary): the table itself where that is possible, else a SELECT in
/// which text-encoded columns are cast to text.
[[nodiscard]] std::string copyOutSql(const TableSchema& schema, const RowSelect& select);

/// The column list of a COPY FROM or an INSERT, quoted.
[[nodiscard]] std::string columnList(const TableSchema& schema);

} // namespace isotherm::postgres
