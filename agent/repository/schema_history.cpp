// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/schema_history.h"

#include <algorithm>

namespace isotherm::repository
{
namespace
{

Error chainEnds(const TableSchema& table, const std::string& why)
{
    return makeError(Code::FailedPrecondition,
                     "the history of " + table.schema + "." + table.name + " ends here: " + why,
                     "a new full backup starts the next chain");
}

std::optional<std::uint32_t> columnNamed(const TableSchema& schema, const std::string& name)
{
    for (std::uint32_t i = 0; i < schema.columns.size(); ++i) {
        if (schema.columns[i].name == name) {
            return i;
        }
    }
    return std::nullopt;
}

} // namespace

Result<std::vector<ColumnOrigin>> composeOrigins(const std::vector<ColumnOrigin>& earlier,
                                                 const std::vector<ColumnOrigin>& later)
{
    std::vector<ColumnOrigin> composed;
    for (const ColumnOrigin& origin : later) {
        if (!origin.previous) {
            composed.push_back(origin);
        } else if (*origin.previous < earlier.size()) {
            composed.push_back(earlier[*origin.previous]);
        } else {
            return makeError(Code::DataLoss, "a column's origin is not a column");
        }
    }
    return composed;
}

Result<std::vector<ColumnOrigin>> originsByName(const TableSchema& previous,
                                                const TableSchema& next)
{
    std::vector<ColumnOrigin> origins;
    for (const ColumnSchema& column : next.columns) {
        const auto before = columnNamed(previous, column.name);
        if (before && previous.columns[*before].encoding != column.encoding) {
            return chainEnds(next, "column " + column.name + " is stored in another form");
        }
        origins.push_back({before, std::nullopt});
    }
    const bool sameKey =
        previous.keyIsUnique == next.keyIsUnique &&
        std::equal(previous.key.begin(), previous.key.end(), next.key.begin(), next.key.end(),
                   [&](const KeyColumn& a, const KeyColumn& b) {
                       return a.type == b.type && origins[b.column].previous == a.column;
                   });
    if (!sameKey) {
        return chainEnds(next, "its key is another one");
    }
    return origins;
}

std::size_t versionAt(const std::vector<SchemaVersion>& versions, Lsn commit)
{
    ISO_CHECK(!versions.empty());
    std::size_t found = 0;
    for (std::size_t i = 1; i < versions.size(); ++i) {
        found = versions[i].from <= commit ? i : found;
    }
    return found;
}

Result<RowMapper> RowMapper::make(const std::vector<SchemaVersion>& versions, std::size_t from,
                                  std::size_t to)
{
    RowMapper mapper;
    if (versions.empty() || from == to) {
        return mapper;
    }
    if (to < from || to >= versions.size()) {
        return makeError(Code::FailedPrecondition,
                         "rows of a newer form of the table cannot be read as an older one",
                         "ask for a later moment");
    }
    mapper.m_identity = false;
    mapper.m_columns = versions[from].schema.columns.size();
    for (std::uint32_t i = 0; i < mapper.m_columns; ++i) {
        mapper.m_origins.push_back({i, std::nullopt});
    }
    for (std::size_t i = from + 1; i <= to; ++i) {
        if (versions[i].origins.size() != versions[i].schema.columns.size()) {
            return makeError(Code::DataLoss, "a table's version does not say where its columns "
                                             "come from");
        }
        ISO_ASSIGN(mapper.m_origins, composeOrigins(mapper.m_origins, versions[i].origins));
    }
    return mapper;
}

Result<std::string_view> RowMapper::map(std::string_view row)
{
    if (m_identity) {
        return row;
    }
    m_fields.clear();
    ByteReader reader(row);
    for (std::size_t i = 0; i < m_columns; ++i) {
        const std::string_view rest = row.substr(row.size() - reader.remaining());
        const auto length = static_cast<std::int32_t>(reader.takeBigEndian<std::uint32_t>());
        const std::size_t size = length > 0 ? static_cast<std::size_t>(length) : 0;
        (void)reader.take(size);
        if (!reader.ok() || length < kAbsentField) {
            return makeError(Code::InvalidArgument,
                             "malformed row: its fields do not fit its columns");
        }
        m_fields.push_back(rest.substr(0, sizeof(length) + size));
    }
    m_row.clear();
    for (const ColumnOrigin& origin : m_origins) {
        if (origin.previous) {
            m_row += m_fields[*origin.previous];
        } else if (origin.missing) {
            appendBigEndian(m_row, static_cast<std::uint32_t>(origin.missing->size()));
            m_row += *origin.missing;
        } else {
            appendBigEndian(m_row, static_cast<std::uint32_t>(kNullField));
        }
    }
    return std::string_view(m_row);
}

} // namespace isotherm::repository
