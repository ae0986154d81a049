// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/catalog.h"

#include "agent/postgres/bounds.h"
#include "agent/postgres/completion.h"
#include "agent/postgres/sql_text.h"

#include <algorithm>
#include <utility>

namespace isotherm::postgres
{
namespace
{

/// True where a collation (alias c) orders text by its bytes as we get them: by code points, in an
/// encoding whose code points map to UTF-8 in order.
constexpr std::string_view kByteOrder =
    "(getdatabaseencoding() IN ('UTF8', 'SQL_ASCII', 'LATIN1') AND CASE "
    " WHEN c.collprovider = 'd' THEN (SELECT d.datlocprovider = 'b' OR d.datlocprovider = 'c'"
    "   AND d.datcollate IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8') FROM pg_database d"
    "   WHERE d.datname = current_database())"
    " WHEN c.collprovider = 'b' THEN true"
    " ELSE c.collprovider = 'c' AND c.collisdeterministic"
    "   AND c.collcollate IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8') END)";

struct ColumnEntry
{
    int number = 0; ///< attnum
    Oid type = 0;
    std::string name;
    bool byteOrder = false;
};

/// A column of the partition key or of the primary key.
struct KeyEntry
{
    int number = 0;
    bool defaultOrder = true; ///< the type's default operator class
    bool byteOrder = false;
    std::string collation;
};

/// Everything that loadTable gathers on its way.
struct TableBuilder
{
    Connection& connection;
    TableEntry entry;
    TypePolicy types;
    std::vector<ColumnEntry> columns; ///< as entry.schema.columns

    [[nodiscard]] std::string shown() const
    {
        return entry.schema.schema + "." + entry.schema.name;
    }
    [[nodiscard]] std::optional<std::uint32_t> columnIndex(int number) const
    {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (columns[i].number == number) {
                return static_cast<std::uint32_t>(i);
            }
        }
        return std::nullopt;
    }
};

Error refused(const TableBuilder& table, const std::string& reason, std::string hint)
{
    return makeError(Code::FailedPrecondition, "table " + table.shown() + " " + reason,
                     std::move(hint));
}

Status loadIdentity(TableBuilder& table)
{
    ISO_ASSIGN(
        const QueryRows rows,
        table.connection.query("SELECT n.nspname, c.relname, c.relkind, p.partstrat FROM pg_class c"
                               " JOIN pg_namespace n ON n.oid = c.relnamespace"
                               " LEFT JOIN pg_partitioned_table p ON p.partrelid = c.oid"
                               " WHERE c.oid = $1::oid",
                               {std::to_string(table.entry.oid)}));
    if (rows.size() == 0) {
        return makeError(Code::NotFound, "the table was dropped a moment ago");
    }
    table.entry.schema.schema = rows.text(0, 0);
    table.entry.schema.name = rows.text(0, 1);
    if (rows.view(0, 2) != "p") {
        return refused(table, "is not partitioned",
                       "isothermctl keyspace adopt … --divide makes it so, online");
    }
    if (rows.view(0, 3) != "r") {
        return refused(table,
                       rows.view(0, 3) == "h" ? "is partitioned by hash" : "is partitioned by list",
                       "only range partitioning has key ranges that can be split and restored");
    }
    return {};
}

Status loadColumns(TableBuilder& table)
{
    ISO_ASSIGN(const QueryRows rows,
               table.connection.query(
                   "SELECT a.attnum, a.attname, a.atttypid, format_type(a.atttypid, a.atttypmod),"
                   " a.attnotnull, CASE WHEN a.attcollation <> t.typcollation THEN"
                   "   quote_ident(n.nspname) || '.' || quote_ident(c.collname) END, " +
                       std::string(kByteOrder) +
                       " FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
                       " LEFT JOIN pg_collation c ON c.oid = a.attcollation"
                       " LEFT JOIN pg_namespace n ON n.oid = c.collnamespace"
                       " WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped"
                       " AND a.attgenerated = '' ORDER BY a.attnum",
                   {std::to_string(table.entry.oid)}));
    for (std::size_t row = 0; row < rows.size(); ++row) {
        ColumnEntry column;
        column.number = static_cast<int>(rows.integer(row, 0));
        column.name = rows.text(row, 1);
        column.type = static_cast<Oid>(rows.integer(row, 2));
        column.byteOrder = rows.truth(row, 6);
        ColumnSchema schema;
        schema.name = column.name;
        schema.typeName = rows.text(row, 3);
        schema.encoding = table.types.encoding(column.type);
        schema.notNull = rows.truth(row, 4);
        schema.collation = rows.text(row, 5);
        schema.number = static_cast<std::uint32_t>(column.number);
        if (table.types.isLargeObject(column.type)) {
            table.entry.notCovered.push_back("large objects that column " + column.name + " of " +
                                             table.shown() + " may refer to");
        }
        table.columns.push_back(std::move(column));
        table.entry.schema.columns.push_back(std::move(schema));
    }
    return {};
}

std::vector<KeyEntry> keyEntries(const QueryRows& rows)
{
    std::vector<KeyEntry> entries;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        entries.push_back({static_cast<int>(rows.integer(row, 0)), rows.truth(row, 1),
                           rows.truth(row, 2), rows.text(row, 3)});
    }
    return entries;
}

Status addPartitionColumn(TableBuilder& table, const KeyEntry& key)
{
    if (key.number == 0) {
        return refused(table, "has an expression in its partition key",
                       "partition by plain columns");
    }
    const auto index = table.columnIndex(key.number);
    if (!index) {
        return refused(table, "is partitioned by a generated column", "partition by a stored one");
    }
    const ColumnEntry& column = table.columns[*index];
    const ColumnSchema& schema = table.entry.schema.columns[*index];
    if (!key.defaultOrder) {
        return refused(table, "orders its partition key " + column.name + " in an unusual way",
                       "use the type's default operator class");
    }
    const KeyType type = table.types.keyType(column.type, key.byteOrder);
    if (type == KeyType::Opaque && !key.collation.empty() &&
        table.types.keyType(column.type, true) == KeyType::Text) {
        return refused(table,
                       "orders its partition key " + column.name + " by the collation " +
                           key.collation + ", whose order is not that of the bytes",
                       "declare the key column as " + column.name + " " + schema.typeName +
                           " COLLATE \"C\"");
    }
    if (type == KeyType::Opaque) {
        return refused(table,
                       "has the partition key " + column.name + " of type " + schema.typeName +
                           ", whose order cannot be encoded",
                       "use an integer, text (COLLATE \"C\"), uuid, date, timestamp, bytea or "
                       "boolean key");
    }
    table.entry.schema.key.push_back({*index, type});
    table.entry.keyColumns.push_back(column.name);
    table.entry.keyTypes.push_back(type);
    table.entry.keyTypeOids.push_back(column.type);
    return {};
}

Status loadPartitionKey(TableBuilder& table)
{
    ISO_ASSIGN(const QueryRows rows,
               table.connection.query(
                   "SELECT k.attnum, o.opcdefault, " + std::string(kByteOrder) +
                       ", coalesce(quote_ident(c.collname), '')"
                       " FROM pg_partitioned_table p CROSS JOIN LATERAL unnest(p.partattrs::int2[],"
                       "   p.partclass::oid[], p.partcollation::oid[])"
                       "   WITH ORDINALITY k(attnum, opclass, coll, n)"
                       " JOIN pg_opclass o ON o.oid = k.opclass"
                       " LEFT JOIN pg_collation c ON c.oid = k.coll"
                       " WHERE p.partrelid = $1::oid ORDER BY k.n",
                   {std::to_string(table.entry.oid)}));
    for (const KeyEntry& key : keyEntries(rows)) {
        ISO_TRY(addPartitionColumn(table, key));
    }
    table.entry.schema.partitionKeyColumns =
        static_cast<std::uint32_t>(table.entry.schema.key.size());
    return {};
}

/// The primary key's other columns follow the partition key.
Status loadPrimaryKey(TableBuilder& table)
{
    ISO_ASSIGN(const QueryRows rows,
               table.connection.query(
                   "SELECT k.attnum, true, " + std::string(kByteOrder) +
                       ", '' FROM pg_index i CROSS JOIN LATERAL"
                       " unnest((i.indkey::int2[])[0:i.indnkeyatts - 1], i.indcollation::oid[])"
                       "   WITH ORDINALITY k(attnum, coll, n)"
                       " LEFT JOIN pg_collation c ON c.oid = k.coll"
                       " WHERE i.indrelid = $1::oid AND i.indisprimary ORDER BY k.n",
                   {std::to_string(table.entry.oid)}));
    TableSchema& schema = table.entry.schema;
    schema.keyIsUnique = rows.size() > 0;
    for (const KeyEntry& key : keyEntries(rows)) {
        const auto index = table.columnIndex(key.number);
        const bool known =
            std::any_of(schema.key.begin(), schema.key.end(),
                        [&](const KeyColumn& column) { return index && column.column == *index; });
        if (!index) {
            // A generated column in the primary key is not stored, so the rest of the key need not
            // tell rows apart.
            schema.keyIsUnique = false;
        } else if (!known) {
            const bool binary = schema.columns[*index].encoding == ValueEncoding::Binary;
            const KeyType type =
                binary ? table.types.keyType(table.columns[*index].type, key.byteOrder)
                       : KeyType::Opaque;
            schema.key.push_back({*index, type});
        }
    }
    return {};
}

Status loadSequences(TableBuilder& table)
{
    ISO_ASSIGN(const QueryRows rows,
               table.connection.query(
                   "SELECT n.nspname || '.' || s.relname FROM pg_depend d"
                   " JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'"
                   " JOIN pg_namespace n ON n.oid = s.relnamespace"
                   " WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass"
                   " AND d.refobjid = $1::oid AND d.deptype IN ('a', 'i') ORDER BY 1",
                   {std::to_string(table.entry.oid)}));
    for (std::size_t row = 0; row < rows.size(); ++row) {
        table.entry.notCovered.push_back("sequence " + rows.text(row, 0));
    }
    return {};
}

LeafEntry leafEntry(const QueryRows& rows, std::size_t row)
{
    LeafEntry leaf;
    leaf.ref.objectId = static_cast<std::uint64_t>(rows.integer(row, 0));
    leaf.ref.generation = static_cast<std::uint64_t>(rows.integer(row, 1));
    leaf.ref.schema = rows.text(row, 2);
    leaf.ref.name = rows.text(row, 3);
    leaf.rows = static_cast<std::uint64_t>(std::max<std::int64_t>(0, rows.integer(row, 7)));
    leaf.bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(0, rows.integer(row, 8)));
    const std::string shown = leaf.ref.schema + "." + leaf.ref.name;
    if (rows.view(row, 4) == "f") {
        leaf.notCovered.push_back("foreign table " + shown + ": its rows are not in this database");
    }
    if (rows.view(row, 5) == "u") {
        leaf.notCovered.push_back("changes of the unlogged table " + shown +
                                  " between two full backups");
    }
    return leaf;
}

Result<QueryRows> queryLeaves(Connection& connection, Oid table)
{
    return connection.query(
        "SELECT c.oid, coalesce(pg_relation_filenode(c.oid), 0), n.nspname, c.relname, c.relkind,"
        " c.relpersistence, pg_get_expr(c.relpartbound, c.oid),"
        " CASE WHEN pg_stat_get_live_tuples(c.oid) > 0 THEN pg_stat_get_live_tuples(c.oid)"
        "   ELSE greatest(c.reltuples, 0)::int8 END,"
        " CASE WHEN c.relkind = 'r' THEN coalesce(pg_table_size(c.oid), 0) ELSE 0 END"
        " FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE i.inhparent = $1::oid AND NOT i.inhdetachpending ORDER BY c.oid",
        {std::to_string(table)});
}

bool before(const LeafEntry& a, const LeafEntry& b)
{
    return a.isDefault != b.isDefault ? b.isDefault : a.range.begin < b.range.begin;
}

Result<QueryRows> findExact(Connection& connection, const std::string& name)
{
    return connection.query(
        "SELECT c.oid, n.nspname || '.' || c.relname, c.relkind = 'p' FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')"
        " AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
        " AND (c.relname = $1 OR n.nspname || '.' || c.relname = $1)"
        " ORDER BY c.relkind <> 'p', 2",
        {name});
}

Result<QueryRows> findAsSql(Connection& connection, const std::string& name)
{
    return connection.query(
        "SELECT c.oid, n.nspname || '.' || c.relname, c.relkind = 'p' FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace,"
        " parse_ident($1) AS parts"
        " WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')"
        " AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
        " AND c.relname = parts[cardinality(parts)]"
        " AND (cardinality(parts) = 1 OR n.nspname = parts[1])"
        " AND cardinality(parts) <= 2 ORDER BY c.relkind <> 'p', 2",
        {name});
}

} // namespace

Result<Oid> findTable(Connection& connection, const std::string& name)
{
    ISO_ASSIGN(QueryRows rows, findExact(connection, name));
    if (rows.size() == 0) {
        auto asSql = findAsSql(connection, name);
        if (!asSql.ok() && asSql.error().code != Code::InvalidArgument) {
            return asSql.error();
        }
        if (asSql.ok()) {
            rows = std::move(asSql).value();
        }
    }
    if (rows.size() == 0) {
        return makeError(Code::NotFound, "there is no table " + name,
                         "write it as schema.table; the agent's role needs no rights to see it");
    }
    // A partitioned table goes before plain ones of that name: a side restore may have made one.
    if (rows.size() > 1 && rows.truth(0, 2) == rows.truth(1, 2)) {
        return makeError(Code::FailedPrecondition,
                         "table " + name + " is ambiguous: " + rows.text(0, 1) + " or " +
                             rows.text(1, 1),
                         "write it as schema.table");
    }
    return static_cast<Oid>(rows.integer(0, 0));
}

Result<TableEntry> loadTable(Connection& connection, Oid table)
{
    ISO_ASSIGN(TypePolicy types, TypePolicy::load(connection, table));
    TableBuilder builder{connection, {}, std::move(types), {}};
    builder.entry.oid = table;
    ISO_TRY(loadIdentity(builder));
    ISO_TRY(loadColumns(builder));
    ISO_TRY(loadPartitionKey(builder));
    ISO_TRY(loadPrimaryKey(builder));
    ISO_TRY(loadSequences(builder));
    ISO_ASSIGN(builder.entry.schema.completion, loadCompletion(connection, table));
    return std::move(builder.entry);
}

Result<std::vector<LeafEntry>> loadLeaves(Connection& connection, const TableEntry& table)
{
    ISO_ASSIGN(const QueryRows rows, queryLeaves(connection, table.oid));
    std::vector<LeafEntry> leaves;
    std::vector<PartitionBound> bounds;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        LeafEntry leaf = leafEntry(rows, row);
        if (rows.view(row, 4) == "p") {
            return makeError(Code::FailedPrecondition,
                             "partition " + leaf.ref.schema + "." + leaf.ref.name + " of table " +
                                 table.schema.schema + "." + table.schema.name +
                                 " is partitioned itself",
                             "Isotherm manages one level of range partitions");
        }
        ISO_ASSIGN(PartitionBound bound, parseBound(rows.view(row, 6)));
        leaf.isDefault = bound.isDefault;
        bounds.push_back(std::move(bound));
        leaves.push_back(std::move(leaf));
    }
    std::vector<std::string> typeNames;
    for (std::uint32_t i = 0; i < table.schema.partitionKeyColumns; ++i) {
        typeNames.push_back(table.schema.columns[table.schema.key[i].column].typeName);
    }
    ISO_ASSIGN(const std::vector<KeyRange> ranges,
               boundRanges(connection, bounds, typeNames, table.keyTypes));
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        leaves[i].range = ranges[i];
    }
    std::sort(leaves.begin(), leaves.end(), before);
    return leaves;
}

} // namespace isotherm::postgres
