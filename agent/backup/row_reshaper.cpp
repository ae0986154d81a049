// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/row_reshaper.h"

#include "shared/base/byte_io.h"
#include "shared/model/row_batch.h"

#include <algorithm>

namespace isotherm::backup
{

Result<RowReshaper> RowReshaper::make(const engine::ChangeRelation& relation,
                                      const TableSchema& form,
                                      const std::vector<repository::ColumnOrigin>& origins)
{
    const auto differs = [&relation](const std::string& what) {
        return makeError(Code::FailedPrecondition, "the columns of " + relation.leaf.schema + "." +
                                                       relation.leaf.name + " changed: " + what);
    };
    if (relation.columns.size() != form.columns.size()) {
        return differs(std::to_string(form.columns.size()) + " before, " +
                       std::to_string(relation.columns.size()) + " now");
    }
    std::vector<std::uint32_t> places; // of the form's columns in the relation
    for (const ColumnSchema& column : form.columns) {
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
        places.push_back(static_cast<std::uint32_t>(found - relation.columns.begin()));
    }
    RowReshaper reshaper;
    reshaper.m_columns = places.size();
    if (origins.empty() && std::is_sorted(places.begin(), places.end())) {
        return reshaper;
    }
    for (std::size_t i = 0; i < (origins.empty() ? places.size() : origins.size()); ++i) {
        repository::ColumnOrigin from;
        from.previous = static_cast<std::uint32_t>(i);
        from = origins.empty() ? from : origins[i];
        if (from.previous) {
            from.previous = places.at(*from.previous);
        }
        reshaper.m_from.push_back(std::move(from));
    }
    return reshaper;
}

Result<std::string_view> RowReshaper::reshape(std::string_view row)
{
    if (m_from.empty() || row.empty()) {
        return row;
    }
    ISO_ASSIGN(const std::vector<Field> fields, splitRow(row, m_columns));
    m_row.clear();
    for (const repository::ColumnOrigin& from : m_from) {
        if (from.previous) {
            appendBigEndian(m_row, static_cast<std::uint32_t>(fields[*from.previous].length));
            m_row.append(fields[*from.previous].bytes);
        } else if (from.missing) {
            appendBigEndian(m_row, static_cast<std::uint32_t>(from.missing->size()));
            m_row.append(*from.missing);
        } else {
            appendBigEndian(m_row, static_cast<std::uint32_t>(kNullField));
        }
    }
    return std::string_view(m_row);
}

} // namespace isotherm::backup
