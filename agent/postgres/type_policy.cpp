// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/type_policy.h"

#include "agent/postgres/sql_text.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace isotherm::postgres
{
namespace
{

/// Sorted, for binary_search.
constexpr std::array<std::string_view, 47> kPortable = {
    "bit",     "bool",           "box",       "bpchar",         "bytea",          "char",
    "cidr",    "circle",         "date",      "datemultirange", "daterange",      "float4",
    "float8",  "inet",           "int2",      "int4",           "int4multirange", "int4range",
    "int8",    "int8multirange", "int8range", "interval",       "json",           "jsonb",
    "line",    "lseg",           "macaddr",   "macaddr8",       "money",          "name",
    "numeric", "nummultirange",  "numrange",  "path",           "pg_lsn",         "point",
    "polygon", "text",           "time",      "timestamp",      "timestamptz",    "timetz",
    "tsquery", "tsvector",       "uuid",      "varbit",         "varchar"};

static_assert(std::is_sorted(kPortable.begin(), kPortable.end()));

constexpr std::string_view kTypesOfTable =
    "SELECT atttypid FROM pg_attribute"
    " WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped";
constexpr std::string_view kTypesAsGiven = "SELECT unnest($1::oid[])";

/// Behind the query for the types to begin with.
constexpr std::string_view kTypesSql =
    "  UNION"
    "  SELECT part FROM needed n JOIN pg_type t ON t.oid = n.oid CROSS JOIN LATERAL ("
    "    SELECT t.typbasetype WHERE t.typtype = 'd'"
    "    UNION ALL SELECT t.typelem WHERE t.typcategory = 'A'"
    "    UNION ALL SELECT r.rngsubtype FROM pg_range r WHERE t.oid IN (r.rngtypid, r.rngmultitypid)"
    "    UNION ALL SELECT a.atttypid FROM pg_attribute a WHERE a.attrelid = t.typrelid"
    "      AND t.typtype = 'c' AND a.attnum > 0 AND NOT a.attisdropped) parts(part)"
    "  WHERE part <> 0)"
    "SELECT t.oid, s.nspname, t.typname, t.typtype,"
    "  CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE 0 END,"
    "  CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END,"
    "  ARRAY(SELECT r.rngsubtype FROM pg_range r WHERE t.oid IN (r.rngtypid, r.rngmultitypid)"
    "    UNION ALL SELECT a.atttypid FROM pg_attribute a WHERE a.attrelid = t.typrelid"
    "      AND t.typtype = 'c' AND a.attnum > 0 AND NOT a.attisdropped),"
    "  (SELECT quote_ident(fs.nspname) || '.' || quote_ident(f.proname) FROM pg_proc f"
    "     JOIN pg_namespace fs ON fs.oid = f.pronamespace WHERE f.oid = t.typsend),"
    "  t.typreceive <> 0 "
    "FROM needed n JOIN pg_type t ON t.oid = n.oid JOIN pg_namespace s ON s.oid = t.typnamespace";

/// Composites may nest; a type that nests deeper than this is kept as text.
constexpr int kDeepest = 32;

std::string typesSql(std::string_view beginWith)
{
    return "WITH RECURSIVE needed(oid) AS (" + std::string(beginWith) + std::string(kTypesSql);
}

Oid toOid(const std::string& text)
{
    return static_cast<Oid>(std::stoul(text));
}

KeyType builtInKeyType(std::string_view name, bool byteOrder)
{
    if (name == "int2" || name == "int4" || name == "int8") {
        return KeyType::Integer;
    }
    if ((name == "text" || name == "varchar" || name == "name") && byteOrder) {
        return KeyType::Text;
    }
    if (name == "timestamptz" || name == "timestamp") {
        return KeyType::Timestamp;
    }
    if (name == "date") {
        return KeyType::Date;
    }
    if (name == "uuid") {
        return KeyType::Uuid;
    }
    if (name == "bytea") {
        return KeyType::Bytes;
    }
    return name == "bool" ? KeyType::Bool : KeyType::Opaque;
}

} // namespace

Result<TypePolicy> TypePolicy::load(Connection& connection, Oid table)
{
    ISO_ASSIGN(const QueryRows rows,
               connection.query(typesSql(kTypesOfTable), {std::to_string(table)}));
    return collect(rows);
}

Result<TypePolicy> TypePolicy::loadTypes(Connection& connection, const std::vector<Oid>& types)
{
    std::vector<std::string> ids;
    for (const Oid type : types) {
        ids.push_back(std::to_string(type));
    }
    ISO_ASSIGN(const QueryRows rows,
               connection.query(typesSql(kTypesAsGiven), {arrayLiteral(ids)}));
    return collect(rows);
}

TypePolicy TypePolicy::collect(const QueryRows& rows)
{
    TypePolicy policy;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        TypeInfo info;
        info.schema = rows.text(row, 1);
        info.name = rows.text(row, 2);
        info.kind = rows.text(row, 3).front();
        info.base = toOid(rows.text(row, 4));
        info.element = toOid(rows.text(row, 5));
        for (const std::string& part : rows.array(row, 6)) {
            info.parts.push_back(toOid(part));
        }
        info.send = rows.text(row, 7);
        info.receives = rows.truth(row, 8);
        policy.m_types.emplace(toOid(rows.text(row, 0)), std::move(info));
    }
    return policy;
}

ValueEncoding TypePolicy::encoding(Oid type) const
{
    return survivesBinary(type, 0) ? ValueEncoding::Binary : ValueEncoding::Text;
}

bool TypePolicy::survivesBinary(Oid type, int depth) const
{
    const auto found = m_types.find(type);
    if (found == m_types.end() || depth > kDeepest) {
        return false;
    }
    const TypeInfo& info = found->second;
    if (info.send.empty() || !info.receives) {
        return false;
    }
    const auto partSurvives = [&](Oid part) { return survivesBinary(part, depth + 1); };
    switch (info.kind) {
    case 'd':
        return partSurvives(info.base);
    case 'e':
        return true;
    case 'c':
    case 'r':
    case 'm':
        return std::all_of(info.parts.begin(), info.parts.end(), partSurvives);
    default:
        break;
    }
    if (info.element != 0) {
        return partSurvives(info.element);
    }
    return info.schema == "pg_catalog" &&
           std::binary_search(kPortable.begin(), kPortable.end(), std::string_view(info.name));
}

bool TypePolicy::streamable(Oid type) const
{
    const auto found = m_types.find(type);
    // Text is sent instead only where the column's own type has no send function.
    return found == m_types.end() || found->second.send.empty() || sendsBinary(type, 0);
}

bool TypePolicy::sendsBinary(Oid type, int depth) const
{
    const auto found = m_types.find(type);
    if (found == m_types.end() || depth > kDeepest) {
        return true; // a type that nothing is known of may be anything: let the server decide
    }
    const TypeInfo& info = found->second;
    const auto partSends = [&](Oid part) { return sendsBinary(part, depth + 1); };
    return !info.send.empty() && (info.base == 0 || partSends(info.base)) &&
           (info.element == 0 || partSends(info.element)) &&
           std::all_of(info.parts.begin(), info.parts.end(), partSends);
}

const TypeInfo* TypePolicy::beneathDomains(Oid type) const
{
    for (int depth = 0; depth < kDeepest; ++depth) {
        const auto found = m_types.find(type);
        if (found == m_types.end()) {
            return nullptr;
        }
        if (found->second.kind != 'd') {
            return &found->second;
        }
        type = found->second.base;
    }
    return nullptr;
}

KeyType TypePolicy::keyType(Oid type, bool byteOrder) const
{
    const TypeInfo* info = beneathDomains(type);
    if (info == nullptr || info->kind != 'b' || info->schema != "pg_catalog") {
        return KeyType::Opaque;
    }
    return builtInKeyType(info->name, byteOrder);
}

bool TypePolicy::isLargeObject(Oid type) const
{
    for (int depth = 0; depth < kDeepest; ++depth) {
        const auto found = m_types.find(type);
        if (found == m_types.end()) {
            return false;
        }
        if (found->second.name == "lo" || found->second.name == "oid") {
            return true;
        }
        if (found->second.kind != 'd') {
            return false;
        }
        type = found->second.base;
    }
    return false;
}

std::string TypePolicy::sendFunction(Oid type) const
{
    const TypeInfo* info = beneathDomains(type);
    return info == nullptr ? std::string() : info->send;
}

} // namespace isotherm::postgres
