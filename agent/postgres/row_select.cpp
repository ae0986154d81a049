// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/row_select.h"

#include "agent/postgres/sql_text.h"

#include <algorithm>

namespace isotherm::postgres
{

std::string columnList(const TableSchema& schema)
{
    std::vector<std::string> names;
    for (const ColumnSchema& column : schema.columns) {
        names.push_back(column.name);
    }
    return quoteList(names);
}

std::string copyOutSql(const TableSchema& schema, const RowSelect& select)
{
    const bool allBinary =
        std::all_of(schema.columns.begin(), schema.columns.end(), [](const ColumnSchema& column) {
            return column.encoding == ValueEncoding::Binary;
        });
    // A table without stored columns has no column list that COPY could take.
    if (allBinary && select.condition.empty() && select.order.empty() && !schema.columns.empty()) {
        return "COPY " + select.table + " (" + columnList(schema) + ") TO STDOUT (FORMAT binary)";
    }
    std::string columns;
    for (const ColumnSchema& column : schema.columns) {
        columns += (columns.empty() ? "" : ", ") + quoteIdentifier(column.name);
        if (column.encoding == ValueEncoding::Text) {
            columns += "::text";
        }
    }
    std::string query = "SELECT " + columns + " FROM ONLY " + select.table;
    if (!select.condition.empty()) {
        query += " WHERE " + select.condition;
    }
    if (!select.order.empty()) {
        query += " ORDER BY " + select.order;
    }
    return "COPY (" + query + ") TO STDOUT (FORMAT binary)";
}

} // namespace isotherm::postgres
