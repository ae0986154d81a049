// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

/// Queries behind TableSchema::completion, for the table $1: asked by the agent, and in functions
/// that event triggers call at the moment of a change.
namespace isotherm::postgres
{

inline constexpr std::string_view kGeneratedSql =
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

inline constexpr std::string_view kConstraintsSql =
    "SELECT CASE WHEN contype = 'c' THEN 'CONSTRAINT ' || quote_ident(conname) || ' ' ELSE '' END"
    "   || pg_get_constraintdef(oid)"
    "   || CASE WHEN contype = 'c' AND convalidated THEN ' NOT VALID' ELSE '' END"
    " FROM pg_constraint WHERE conrelid = $1::oid AND contype IN ('p', 'c', 'u', 'x')"
    " ORDER BY position(contype::text IN 'pcux'), conname";

/// The definition after the index's and the table's name, which are ours to choose.
inline constexpr std::string_view kIndexesSql =
    "SELECT i.indisunique, substr(pg_get_indexdef(i.indexrelid), 1 + length(format("
    "   'CREATE %sINDEX %I ON %s%I.%I', CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END,"
    "   x.relname, CASE WHEN x.relkind = 'I' THEN 'ONLY ' ELSE '' END, n.nspname, c.relname)))"
    " FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid"
    " JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE i.indrelid = $1::oid AND NOT EXISTS (SELECT FROM pg_constraint k"
    "   WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid"
    "   AND k.contype IN ('p', 'u', 'x'))"
    " ORDER BY x.relname";

} // namespace isotherm::postgres
