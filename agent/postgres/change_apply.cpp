// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/change_apply.h"

#include "agent/postgres/sql_text.h"

#include <algorithm>
#include <map>
#include <utility>

namespace isotherm::postgres
{
namespace
{

/// Arrays of text, one for each column, as parameters of one statement.
class Columns
{
public:
    explicit Columns(std::size_t count) : m_arrays(count, "{") {}

    void addNull(std::size_t column) { m_arrays[column] += separator(column) + "NULL"; }
    void add(std::size_t column, std::string_view text)
    {
        std::string& to = m_arrays[column];
        to += separator(column) + "\"";
        for (const char c : text) {
            if (c == '"' || c == '\\') {
                to.push_back('\\');
            }
            to.push_back(c);
        }
        to.push_back('"');
    }
    [[nodiscard]] std::vector<std::string> parameters() const
    {
        std::vector<std::string> result;
        for (const std::string& array : m_arrays) {
            result.push_back(array + "}");
        }
        return result;
    }

private:
    [[nodiscard]] std::string separator(std::size_t column) const
    {
        return m_arrays[column].size() == 1 ? "" : ",";
    }
    std::vector<std::string> m_arrays;
};

std::string typeOf(const ReshardTable& table, const std::string& column)
{
    for (const ReshardColumn& known : table.columns) {
        if (known.name == column) {
            return known.typeName;
        }
    }
    return "text";
}

std::string join(std::string list, const std::string& item, const char* with = ", ")
{
    return list.empty() ? item : list + with + item;
}

/// "WITH r AS MATERIALIZED (SELECT u.c1::int8 AS k, … FROM unnest($1::text[], …) u(c1, …))".
std::string rowsOf(const ReshardTable& table, const std::vector<std::string>& columns)
{
    std::string values;
    std::string arrays;
    std::string names;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::string number = std::to_string(i + 1);
        values = join(std::move(values), "u.c" + number + "::" + typeOf(table, columns[i]) +
                                             " AS " + quoteIdentifier(columns[i]));
        arrays = join(std::move(arrays), "$" + number + "::text[]");
        names = join(std::move(names), "c" + number);
    }
    return "WITH r AS MATERIALIZED (SELECT " + values + " FROM unnest(" + arrays + ") u(" + names +
           "))";
}

std::string sameIdentity(const ReshardTable& table)
{
    std::string text;
    for (const std::string& column : table.identity) {
        const std::string name = quoteIdentifier(column);
        text = join(std::move(text), "t." + name + " = r." + name, " AND ");
    }
    return text;
}

std::vector<std::size_t> indexesOf(const ReshardTable& table,
                                   const std::vector<std::string>& columns)
{
    std::vector<std::size_t> indexes;
    for (const std::string& name : columns) {
        const auto found =
            std::find_if(table.columns.begin(), table.columns.end(),
                         [&](const ReshardColumn& column) { return column.name == name; });
        indexes.push_back(static_cast<std::size_t>(found - table.columns.begin()));
    }
    return indexes;
}

/// Reads the rows that absent values come from, by identity.
Result<std::map<std::string, FoldedRow>> readSources(Connection& connection,
                                                     const ReshardTable& table,
                                                     const std::vector<ReshardPart>& parts,
                                                     const std::vector<std::string>& wanted)
{
    Columns columns(table.identity.size() + 1);
    for (std::size_t n = 0; n < wanted.size(); ++n) {
        const auto values = ChangeFold::identityValues(wanted[n]);
        for (std::size_t i = 0; i < values.size(); ++i) {
            columns.add(i, values[i]);
        }
        columns.add(values.size(), std::to_string(n));
    }
    std::string select;
    for (const ReshardColumn& column : table.columns) {
        select = join(std::move(select), "t." + quoteIdentifier(column.name) + "::text");
    }
    std::vector<std::string> given = table.identity;
    given.emplace_back("isotherm row"); // no column has this name with a type: text
    std::string sql = rowsOf(table, given);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        sql += (i == 0 ? " SELECT " : " UNION ALL SELECT ") + std::string("r.\"isotherm row\", ") +
               select + " FROM r JOIN ONLY " + parts[i].qualified() + " t ON " +
               sameIdentity(table);
    }
    ISO_ASSIGN(const QueryRows rows, connection.query(sql, columns.parameters()));
    std::map<std::string, FoldedRow> found;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        FoldedRow values(table.columns.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            const int at = static_cast<int>(i) + 1;
            values[i].kind =
                rows.isNull(row, at) ? FoldedValue::Kind::Null : FoldedValue::Kind::Text;
            values[i].text = rows.text(row, at);
        }
        found.emplace(wanted[static_cast<std::size_t>(rows.integer(row, 0))], std::move(values));
    }
    return found;
}

Status fillAbsent(Connection& connection, const ReshardTable& table,
                  const std::vector<ReshardPart>& parts, ChangeFold& fold)
{
    const std::vector<std::string> wanted = fold.sources();
    if (wanted.empty()) {
        return {};
    }
    ISO_ASSIGN(const auto found, readSources(connection, table, parts, wanted));
    for (auto& [identity, entry] : fold.entries()) {
        if (!entry.source) {
            continue;
        }
        const auto source = found.find(*entry.source);
        if (source == found.end()) {
            return makeError(Code::Internal,
                             "a row of " + table.schema + "." + table.name +
                                 " that was changed is not in the copy",
                             "the change of shards is rolled back; the old partitions serve");
        }
        for (std::size_t i = 0; i < entry.row.size(); ++i) {
            if (entry.row[i].kind == FoldedValue::Kind::Absent) {
                entry.row[i] = source->second[i];
            }
        }
        entry.source.reset();
    }
    return {};
}

std::string inRange(const ReshardTable& table, const ReshardPart& part)
{
    return table.condition(part.range, "r." + quoteIdentifier(table.keyColumn));
}

Status deleteAll(Connection& connection, const ReshardTable& table,
                 const std::vector<ReshardPart>& parts, const ChangeFold& fold)
{
    const std::vector<std::size_t> identity = indexesOf(table, table.identity);
    Columns columns(identity.size());
    for (const auto& [key, entry] : fold.entries()) {
        for (std::size_t i = 0; i < identity.size(); ++i) {
            columns.add(i, entry.row[identity[i]].text);
        }
    }
    std::string sql = rowsOf(table, table.identity);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        sql += ", d" + std::to_string(i) + " AS (DELETE FROM ONLY " + parts[i].qualified() +
               " t USING r WHERE " + sameIdentity(table) + " AND " + inRange(table, parts[i]) + ")";
    }
    const auto done = connection.query(sql + " SELECT 1", columns.parameters());
    return done.ok() ? Status() : Status(done.error());
}

Status insertAll(Connection& connection, const ReshardTable& table,
                 const std::vector<ReshardPart>& parts, const ChangeFold& fold)
{
    Columns columns(table.columns.size());
    std::size_t count = 0;
    for (const auto& [key, entry] : fold.entries()) {
        if (entry.gone) {
            continue;
        }
        ++count;
        for (std::size_t i = 0; i < entry.row.size(); ++i) {
            if (entry.row[i].kind == FoldedValue::Kind::Null) {
                columns.addNull(i);
            } else {
                columns.add(i, entry.row[i].text);
            }
        }
    }
    if (count == 0) {
        return {};
    }
    std::vector<std::string> names;
    for (const ReshardColumn& column : table.columns) {
        names.push_back(column.name);
    }
    std::string sql = rowsOf(table, names);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        sql += ", i" + std::to_string(i) + " AS (INSERT INTO " + parts[i].qualified() + " (" +
               table.columnList() + ") OVERRIDING SYSTEM VALUE SELECT " + table.columnList() +
               " FROM r WHERE " + inRange(table, parts[i]) + ")";
    }
    const auto done = connection.query(sql + " SELECT 1", columns.parameters());
    return done.ok() ? Status() : Status(done.error());
}

} // namespace

Status applyFold(Connection& connection, const ReshardTable& table,
                 const std::vector<ReshardPart>& parts, ChangeFold& fold)
{
    if (fold.empty()) {
        return {};
    }
    ISO_TRY(fillAbsent(connection, table, parts, fold));
    // All old versions first: unique values may have changed hands.
    ISO_TRY(deleteAll(connection, table, parts, fold));
    ISO_TRY(insertAll(connection, table, parts, fold));
    fold.clear();
    return {};
}

Status emptyRange(Connection& connection, const ReshardTable& table,
                  const std::vector<ReshardPart>& parts, const KeyRange& range)
{
    for (const ReshardPart& part : parts) {
        const KeyRange common = part.range.intersection(range);
        if (common.empty()) {
            continue;
        }
        const std::string name = part.qualified();
        ISO_TRY(connection.runLong(
            common == part.range ? "TRUNCATE ONLY " + name
                                 : "DELETE FROM ONLY " + name + " WHERE " +
                                       table.condition(common, quoteIdentifier(table.keyColumn)),
            std::chrono::hours(1)));
    }
    return {};
}

} // namespace isotherm::postgres
