// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/edit_sql.h"

#include "agent/postgres/sql_text.h"

#include <algorithm>

namespace isotherm::postgres
{
namespace
{

std::string join(const std::vector<std::string>& parts, const std::string& between)
{
    std::string text;
    for (const std::string& part : parts) {
        text += (text.empty() ? "" : between) + part;
    }
    return text;
}

std::string number(const char* prefix, std::size_t index)
{
    return prefix + std::to_string(index);
}

} // namespace

std::string stagedType(const ColumnSchema& column)
{
    const bool text = column.encoding == ValueEncoding::Text;
    return (text ? std::string("text") : column.typeName) +
           (!text && !column.collation.empty() ? " COLLATE " + column.collation : "");
}

EditSql::EditSql(const engine::EditTarget& target, std::size_t index)
    : m_target(target), m_index(index), m_leaf(quoteQualified(target.leaf.schema, target.leaf.name))
{
}

std::string EditSql::table(const char* what) const
{
    return number(("pg_temp.isotherm_" + std::string(what) + "_").c_str(), m_index);
}

const ColumnSchema& EditSql::column(std::uint32_t index) const
{
    return m_target.table.columns.at(index);
}

std::string EditSql::live(std::uint32_t index) const
{
    const bool text = column(index).encoding == ValueEncoding::Text;
    return "l." + quoteIdentifier(column(index).name) + (text ? "::text" : "");
}

bool EditSql::isKey(std::uint32_t index) const
{
    return std::any_of(m_target.table.key.begin(), m_target.table.key.end(),
                       [index](const KeyColumn& key) { return key.column == index; });
}

std::string EditSql::wantedName(std::uint32_t index) const
{
    const auto found = std::find(m_target.columns.begin(), m_target.columns.end(), index);
    return number("w", static_cast<std::size_t>(found - m_target.columns.begin()));
}

std::string EditSql::wantedColumn(const std::string& name) const
{
    for (const std::uint32_t index : m_target.columns) {
        if (column(index).name == name) {
            return wantedName(index);
        }
    }
    return {};
}

std::string EditSql::wantedValue(std::uint32_t index) const
{
    const bool text = column(index).encoding == ValueEncoding::Text;
    return "w." + wantedName(index) + (text ? "::" + column(index).typeName : "");
}

std::string EditSql::sameKey(const std::string& alias) const
{
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < m_target.table.key.size(); ++i) {
        parts.push_back(live(m_target.table.key[i].column) + " = " + alias + number(".k", i));
    }
    return join(parts, " AND ");
}

std::string EditSql::sameKeyAsWanted() const
{
    std::vector<std::string> parts;
    for (const KeyColumn& key : m_target.table.key) {
        parts.push_back(live(key.column) + " = w." + wantedName(key.column));
    }
    return join(parts, " AND ");
}

std::string EditSql::liveRow(bool all) const
{
    std::vector<std::string> values;
    if (all) {
        for (std::size_t i = 0; i < m_target.table.columns.size(); ++i) {
            values.push_back(live(static_cast<std::uint32_t>(i)));
        }
    } else {
        for (const std::uint32_t index : m_target.columns) {
            values.push_back(live(index));
        }
    }
    return join(values, ", ");
}

std::string EditSql::createStaging() const
{
    std::string wanted = "n int8 PRIMARY KEY";
    for (std::size_t i = 0; i < m_target.columns.size(); ++i) {
        wanted += ", " + number("w", i) + " " + stagedType(column(m_target.columns[i]));
    }
    std::string expected = "n int8 PRIMARY KEY";
    for (std::size_t i = 0; i < m_target.table.columns.size(); ++i) {
        expected += ", " + number("e", i) + " " + stagedType(m_target.table.columns[i]);
    }
    return "CREATE TEMPORARY TABLE " + table("wanted") + " (" + wanted +
           ") ON COMMIT DROP;CREATE TEMPORARY TABLE " + table("expected") + " (" + expected +
           ") ON COMMIT DROP";
}

std::string EditSql::copyWanted() const
{
    return "COPY " + table("wanted") + " FROM STDIN (FORMAT binary)";
}

std::string EditSql::copyExpected() const
{
    return "COPY " + table("expected") + " FROM STDIN (FORMAT binary)";
}

std::string EditSql::gatherKeys() const
{
    std::string keys;
    for (std::size_t i = 0; i < m_target.table.key.size(); ++i) {
        const std::uint32_t index = m_target.table.key[i].column;
        keys += ", coalesce(w." + wantedName(index) + ", e." + number("e", index) + ") AS " +
                number("k", i);
    }
    return "ANALYZE " + table("wanted") + ";ANALYZE " + table("expected") +
           ";CREATE TEMPORARY TABLE " + table("keys") +
           " ON COMMIT DROP AS SELECT coalesce(w.n, e.n) AS n, w.n IS NOT NULL AS wants,"
           " e.n IS NOT NULL AS expects" +
           keys + " FROM " + table("wanted") + " w FULL JOIN " + table("expected") +
           " e ON e.n = w.n;ANALYZE " + table("keys");
}

std::string EditSql::lockRows() const
{
    return "SELECT count(*) FROM (SELECT 1 FROM ONLY " + m_leaf + " l JOIN " + table("keys") +
           " k ON " + sameKey("k") + " ORDER BY k.n FOR UPDATE OF l) locked";
}

std::string EditSql::decide(engine::OnConflict rule) const
{
    std::vector<std::string> expected;
    for (std::size_t i = 0; i < m_target.table.columns.size(); ++i) {
        expected.push_back(number("e.e", i));
    }
    std::vector<std::string> wanted;
    for (std::size_t i = 0; i < m_target.columns.size(); ++i) {
        wanted.push_back(number("w.w", i));
    }
    // Images, not values: also of types without equality, and 1.0 is not 1.00.
    const std::string asExpected = "CASE WHEN k.expects THEN l.ctid IS NOT NULL AND ROW(" +
                                   liveRow(true) + ")::record *= ROW(" + join(expected, ", ") +
                                   ")::record ELSE l.ctid IS NULL END";
    const std::string asWanted = "CASE WHEN k.wants THEN l.ctid IS NOT NULL AND ROW(" +
                                 liveRow(false) + ")::record *= ROW(" + join(wanted, ", ") +
                                 ")::record ELSE l.ctid IS NULL END";
    const bool overwrite = rule == engine::OnConflict::Overwrite;
    return "CREATE TEMPORARY TABLE " + table("state") +
           " ON COMMIT DROP AS SELECT *, NOT already AND (expected OR " +
           (overwrite ? "true" : "false") +
           ") AS chosen FROM (SELECT k.*, l.ctid IS NOT NULL AS live, " + asExpected +
           " AS expected, " + asWanted + " AS already FROM " + table("keys") + " k LEFT JOIN " +
           table("wanted") + " w ON w.n = k.n LEFT JOIN " + table("expected") +
           " e ON e.n = k.n LEFT JOIN ONLY " + m_leaf + " l ON " + sameKey("k") +
           ") found;ANALYZE " + table("state");
}

std::string EditSql::count() const
{
    return "SELECT count(*) FILTER (WHERE chosen AND wants AND NOT live),"
           " count(*) FILTER (WHERE chosen AND wants AND live),"
           " count(*) FILTER (WHERE chosen AND NOT wants),"
           " count(*) FILTER (WHERE already),"
           " count(*) FILTER (WHERE NOT expected AND NOT already) FROM " +
           table("state");
}

std::string EditSql::conflicting(std::size_t limit) const
{
    return "SELECT n FROM " + table("state") +
           " WHERE NOT expected AND NOT already ORDER BY n LIMIT " + std::to_string(limit);
}

std::string EditSql::keepBefore() const
{
    std::string columns;
    for (std::size_t i = 0; i < m_target.table.columns.size(); ++i) {
        columns += ", " + live(static_cast<std::uint32_t>(i)) + " AS " + number("b", i);
    }
    return "CREATE TEMPORARY TABLE " + table("before") + " ON COMMIT DROP AS SELECT s.n" + columns +
           " FROM " + table("state") + " s JOIN ONLY " + m_leaf + " l ON " + sameKey("s") +
           " WHERE s.chosen";
}

std::string EditSql::update(const std::vector<std::string>& fixed) const
{
    std::vector<std::string> sets;
    for (const std::uint32_t index : m_target.columns) {
        const bool isFixed =
            std::find(fixed.begin(), fixed.end(), column(index).name) != fixed.end();
        if (!isKey(index) && !isFixed) {
            sets.push_back(quoteIdentifier(column(index).name) + " = " + wantedValue(index));
        }
    }
    if (sets.empty()) {
        return {};
    }
    return "UPDATE ONLY " + m_leaf + " l SET " + join(sets, ", ") + " FROM " + table("wanted") +
           " w JOIN " + table("state") + " s ON s.n = w.n WHERE s.chosen AND s.live AND " +
           sameKeyAsWanted();
}

std::string EditSql::insert() const
{
    std::vector<std::string> names;
    std::vector<std::string> values;
    for (const std::uint32_t index : m_target.columns) {
        names.push_back(column(index).name);
        values.push_back(wantedValue(index));
    }
    return "INSERT INTO " + m_leaf + " (" + quoteList(names) + ") OVERRIDING SYSTEM VALUE SELECT " +
           join(values, ", ") + " FROM " + table("wanted") + " w JOIN " + table("state") +
           " s ON s.n = w.n WHERE s.chosen AND NOT s.live ORDER BY "
           "s.n";
}

std::string EditSql::remove() const
{
    return "DELETE FROM ONLY " + m_leaf + " l USING " + table("state") +
           " s WHERE s.chosen AND s.live AND NOT s.wants AND " + sameKey("s");
}

std::string EditSql::declareImages() const
{
    std::string before;
    for (std::size_t i = 0; i < m_target.table.columns.size(); ++i) {
        before += ", " + number("b.b", i);
    }
    return "DECLARE isotherm_images NO SCROLL CURSOR FOR SELECT s.n, b.n IS NOT NULL" + before +
           ", l.ctid IS NOT NULL, " + liveRow(true) + " FROM " + table("state") + " s LEFT JOIN " +
           table("before") + " b ON b.n = s.n LEFT JOIN ONLY " + m_leaf + " l ON " + sameKey("s") +
           " WHERE s.chosen ORDER BY s.n";
}

std::string EditSql::countOrphans(const std::vector<std::string>& columns, const std::string& table,
                                  const std::vector<std::string>& referenced) const
{
    std::vector<std::string> present;
    std::vector<std::string> same;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        present.push_back("l." + quoteIdentifier(columns[i]) + " IS NOT NULL");
        same.push_back("r." + quoteIdentifier(referenced.at(i)) + " = l." +
                       quoteIdentifier(columns[i]));
    }
    return "SELECT count(*) FROM " + this->table("state") + " s JOIN ONLY " + m_leaf + " l ON " +
           sameKey("s") + " WHERE s.chosen AND s.wants AND " + join(present, " AND ") +
           " AND NOT EXISTS (SELECT 1 FROM " + table + " r WHERE " + join(same, " AND ") +
           " FOR KEY SHARE)";
}

std::string EditSql::countAbandoned(const std::string& table,
                                    const std::vector<std::string>& columns,
                                    const std::vector<std::string>& referenced) const
{
    std::vector<std::string> same;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto found = std::find_if(
            m_target.table.columns.begin(), m_target.table.columns.end(),
            [&](const ColumnSchema& column) { return column.name == referenced.at(i); });
        same.push_back(
            "r." + quoteIdentifier(columns[i]) + " = b." +
            number("b", static_cast<std::size_t>(found - m_target.table.columns.begin())));
    }
    return "SELECT count(*) FROM " + this->table("state") + " s JOIN " + this->table("before") +
           " b ON b.n = s.n JOIN " + table + " r ON " + join(same, " AND ") +
           " WHERE s.chosen AND NOT s.wants";
}

} // namespace isotherm::postgres
