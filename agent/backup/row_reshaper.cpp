// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/row_reshaper.h"

#include "shared/base/byte_io.h"
#include "shared/model/row_batch.h"

#include <algorithm>
#include <numeric>

namespace isotherm::backup
{

Result<RowReshaper> RowReshaper::make(const engine::ChangeRelation& relation,
                                      const TableSchema& schema)
{
    const auto differs = [&relation](const std::string& what) {
        return makeError(Code::FailedPrecondition, "the columns of " + relation.leaf.schema + "." +
                                                       relation.leaf.name + " changed: " + what);
    };
    if (relation.columns.size() != schema.columns.size()) {
        return differs(std::to_string(schema.columns.size()) + " before, " +
                       std::to_string(relation.columns.size()) + " now");
    }
    RowReshaper reshaper;
    for (const ColumnSchema& column : schema.columns) {
        const auto found = std::find_if(
            relation.columns.begin(), relation.columns.end(),
            [&](const engine::ChangeColumn& other) { return other.name == column.name; });
        if (found == relation.columns.end()) {
            return differs("no column " + column.name);
        }
        if (found->typeName != column.typeName || found->encoding != column.encoding) {
            return differs(column.name + " has type " + found->typeName + ", not " +
                           column.typeName);
        }
        reshaper.m_from.push_back(static_cast<std::size_t>(found - relation.columns.begin()));
    }
    std::vector<std::size_t> same(reshaper.m_from.size());
    std::iota(same.begin(), same.end(), std::size_t{0});
    if (reshaper.m_from == same) {
        reshaper.m_from.clear();
    }
    return reshaper;
}

Result<std::string_view> RowReshaper::reshape(std::string_view row)
{
    if (m_from.empty() || row.empty()) {
        return row;
    }
    ISO_ASSIGN(const std::vector<Field> fields, splitRow(row, m_from.size()));
    m_row.clear();
    for (const std::size_t from : m_from) {
        appendBigEndian(m_row, static_cast<std::uint32_t>(fields[from].length));
        m_row.append(fields[from].bytes);
    }
    return std::string_view(m_row);
}

} // namespace isotherm::backup
