// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/completion.h"

#include <string_view>

namespace isotherm::postgres
{
namespace
{

constexpr std::string_view kPlaceholder = "%TABLE%";

constexpr std::string_view kGeneratedSql =
    "SELECT string_agg(CASE WHEN first THEN '' ELSE 'ADD COLUMN IF NOT EXISTS ' END"
    "   || definition, ', ' ORDER BY attnum) FROM ("
    " SELECT a.attnum, row_number() OVER (ORDER BY a.attnum) = 1 AS first,"
    "   quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)"
    "   || CASE WHEN a.attcollation <> t.typcollation THEN ' COLLATE '"
    "     || quote_ident(n.nspname) || '.' || quote_ident(c.collname) ELSE '' END"
    "   || ' GENERATED ALWAYS AS (' || pg_get_expr(d.adbin, d.adrelid) || ') STORED'"
    "   || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END AS definition"
    " FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
    " JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
    " LEFT JOIN pg_collation c ON c.oid = a.attcollation"
    " LEFT JOIN pg_namespace n ON n.oid = c.collnamespace"
    " WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped"
    " AND a.attgenerated = 's') g";

constexpr std::string_view kConstraintsSql =
    "SELECT CASE WHEN contype = 'c' THEN 'CONSTRAINT ' || quote_ident(conname) || ' ' ELSE '' END"
    "   || pg_get_constraintdef(oid)"
    "   || CASE WHEN contype = 'c' AND convalidated THEN ' NOT VALID' ELSE '' END"
    " FROM pg_constraint WHERE conrelid = $1::oid AND contype IN ('p', 'c', 'u', 'x')"
    " ORDER BY position(contype::text IN 'pcux'), conname";

/// The definition after the index's and the table's name, which are ours to choose.
constexpr std::string_view kIndexesSql =
    "SELECT i.indisunique, substr(pg_get_indexdef(i.indexrelid), 1 + length(format("
    "   'CREATE %sINDEX %I ON %s%I.%I', CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END,"
    "   x.relname, CASE WHEN x.relkind = 'I' THEN 'ONLY ' ELSE '' END, n.nspname, c.relname)))"
    " FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid"
    " JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE i.indrelid = $1::oid AND NOT EXISTS (SELECT FROM pg_constraint k"
    "   WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid"
    "   AND k.contype IN ('p', 'u', 'x'))"
    " ORDER BY x.relname";

} // namespace

Result<std::vector<std::string>> loadCompletion(Connection& connection, Oid table)
{
    const std::vector<std::string> parameters = {std::to_string(table)};
    std::vector<std::string> statements;
    ISO_ASSIGN(const QueryRows generated, connection.query(std::string(kGeneratedSql), parameters));
    if (!generated.isNull(0, 0)) {
        statements.push_back(std::string(kAddGenerated) + generated.text(0, 0));
    }
    ISO_ASSIGN(const QueryRows constraints,
               connection.query(std::string(kConstraintsSql), parameters));
    for (std::size_t row = 0; row < constraints.size(); ++row) {
        statements.push_back("ALTER TABLE %TABLE% ADD " + constraints.text(row, 0));
    }
    ISO_ASSIGN(const QueryRows indexes, connection.query(std::string(kIndexesSql), parameters));
    for (std::size_t row = 0; row < indexes.size(); ++row) {
        statements.push_back(
            (indexes.truth(row, 0) ? "CREATE UNIQUE INDEX ON %TABLE%" : "CREATE INDEX ON %TABLE%") +
            indexes.text(row, 1));
    }
    return statements;
}

std::string completionFor(const std::string& statement, const std::string& qualified)
{
    std::string text = statement;
    if (const std::size_t at = text.find(kPlaceholder); at != std::string::npos) {
        text.replace(at, kPlaceholder.size(), qualified);
    }
    return text;
}

} // namespace isotherm::postgres
