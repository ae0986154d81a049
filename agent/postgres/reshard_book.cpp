// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/reshard_book.h"

#include "agent/postgres/sql_text.h"

#include <algorithm>

namespace isotherm::postgres
{
namespace
{

constexpr std::size_t kLongestName = 63;

std::string cut(std::string name, std::size_t room)
{
    if (name.size() <= room) {
        return name;
    }
    while (room > 0 && (static_cast<unsigned char>(name[room]) & 0xC0U) == 0x80U) {
        --room; // not in the middle of a character
    }
    name.resize(room);
    return name;
}

std::string withSuffix(const std::string& name, const std::string& suffix)
{
    return cut(name, kLongestName - suffix.size()) + suffix;
}

std::string literal(const Key& key, const ReshardTable& table)
{
    return quoteLiteral(formatKey(key, {table.keyType}));
}

/// The columns that updates and deletes name rows by, and whether they can.
constexpr const char* kIdentitySql =
    "SELECT c.relreplident, ARRAY(SELECT a.attname::text FROM pg_index i"
    "   CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY k(num, n)"
    "   JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num"
    "   WHERE i.indrelid = c.oid AND i.indisvalid AND i.indimmediate AND k.n <= i.indnkeyatts"
    "   AND CASE WHEN c.relreplident = 'i' THEN i.indisreplident ELSE i.indisprimary END"
    "   ORDER BY k.n), c.relpersistence, c.relkind"
    " FROM pg_class c WHERE c.oid = $1::oid";

constexpr const char* kColumnsSql =
    "SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a"
    " WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped"
    " AND a.attgenerated = '' ORDER BY a.attnum";

Status loadColumns(Connection& connection, ReshardTable& table, Oid from)
{
    const std::vector<std::string> parameters = {std::to_string(from)};
    ISO_ASSIGN(const QueryRows columns, connection.query(kColumnsSql, parameters));
    for (std::size_t i = 0; i < columns.size(); ++i) {
        table.columns.push_back({columns.text(i, 0), columns.text(i, 1)});
        if (table.columns.back().name == table.keyColumn) {
            table.keyTypeName = table.columns.back().typeName;
        }
    }
    return {};
}

Status loadIdentity(Connection& connection, ReshardTable& table, const ReshardPart& part)
{
    ISO_ASSIGN(const QueryRows rows, connection.query(kIdentitySql, {std::to_string(part.oid)}));
    if (rows.size() == 0) {
        return makeError(Code::Aborted, part.schema + "." + part.name + " was dropped");
    }
    const std::string shown = part.schema + "." + part.name;
    std::vector<std::string> identity = rows.array(0, 1);
    if (rows.view(0, 3) != "r" || rows.view(0, 2) != "p") {
        return makeError(Code::FailedPrecondition,
                         shown + (rows.view(0, 3) != "r" ? " is not an ordinary table"
                                                         : " is unlogged: its changes cannot be "
                                                           "followed"),
                         rows.view(0, 3) != "r" ? "" : "ALTER TABLE … SET LOGGED");
    }
    if (rows.view(0, 0) == "n" || identity.empty()) {
        return makeError(Code::FailedPrecondition,
                         shown + " has no primary key to tell its rows apart",
                         "give the partitioned table a primary key");
    }
    if (std::find(identity.begin(), identity.end(), table.keyColumn) == identity.end()) {
        return makeError(Code::FailedPrecondition,
                         "the replica identity of " + shown + " leaves out " + table.keyColumn,
                         "use the primary key: ALTER TABLE … REPLICA IDENTITY DEFAULT");
    }
    table.identity = std::move(identity);
    return {};
}

/// By side and number, what was registered for the token.
struct Registered
{
    bool any = false;
    std::vector<std::vector<ReshardPart>> olds; ///< by table, by source
    std::vector<std::vector<ReshardPart>> news;
    std::vector<std::optional<ReshardPart>> stages;
};

Result<Registered> loadRegistered(Connection& connection, const engine::ReshardPlan& plan)
{
    Registered found;
    found.olds.assign(plan.tables.size(), std::vector<ReshardPart>(plan.sources.size()));
    found.news.assign(plan.tables.size(), std::vector<ReshardPart>(plan.targets.size()));
    found.stages.resize(plan.tables.size());
    ISO_ASSIGN(const QueryRows there,
               connection.query("SELECT to_regclass('isotherm_reshard.part') IS NOT NULL"));
    if (!there.truth(0, 0)) {
        return found;
    }
    ISO_ASSIGN(const QueryRows rows,
               connection.query("SELECT p.side, p.tbl, p.part, coalesce(c.oid, 0), n.nspname,"
                                " c.relname, p.name FROM isotherm_reshard.part p"
                                " LEFT JOIN pg_class c ON c.oid = p.relid"
                                " LEFT JOIN pg_namespace n ON n.oid = c.relnamespace"
                                " WHERE p.token = $1",
                                {plan.token}));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows.view(i, 0) == "stage") {
            found.stages.at(static_cast<std::size_t>(rows.integer(i, 1))) = {
                static_cast<Oid>(rows.integer(i, 3)),
                rows.text(i, 4),
                rows.text(i, 5),
                {},
                rows.text(i, 6)};
            continue;
        }
        auto& side = rows.view(i, 0) == "old" ? found.olds : found.news;
        const auto table = static_cast<std::size_t>(rows.integer(i, 1));
        const auto part = static_cast<std::size_t>(rows.integer(i, 2));
        if (table >= side.size() || part >= side[table].size()) {
            return makeError(Code::Internal, "change " + plan.token + " was registered otherwise");
        }
        side[table][part] = {static_cast<Oid>(rows.integer(i, 3)),
                             rows.text(i, 4),
                             rows.text(i, 5),
                             {},
                             rows.text(i, 6)};
        found.any = true;
    }
    return found;
}

Error notThere(const ReshardTable& table, const KeyRange& range)
{
    return makeError(Code::FailedPrecondition,
                     "table " + table.schema + "." + table.name +
                         " has no partition with the range " + formatRange(range, {table.keyType}),
                     "the next look at the keyspace finds what took its place");
}

Status findSources(const std::vector<LeafEntry>& leaves, const engine::ReshardPlan& plan,
                   ReshardTable& table)
{
    for (const KeyRange& range : plan.sources) {
        const auto leaf = std::find_if(leaves.begin(), leaves.end(), [&](const LeafEntry& entry) {
            return !entry.isDefault && entry.range == range;
        });
        if (leaf == leaves.end()) {
            return notThere(table, range);
        }
        table.olds.push_back({static_cast<Oid>(leaf->ref.objectId), leaf->ref.schema,
                              leaf->ref.name, range, leaf->ref.name});
    }
    return {};
}

void takeRanges(std::vector<ReshardPart>& parts, const std::vector<KeyRange>& ranges)
{
    for (std::size_t i = 0; i < parts.size(); ++i) {
        parts[i].range = ranges[i];
    }
}

constexpr const char* kOrdinarySql =
    "SELECT c.oid, n.nspname, c.relname, a.atttypid, a.attnotnull FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attribute a"
    " ON a.attrelid = c.oid AND a.attname = $2 AND a.attnum > 0 AND NOT a.attisdropped"
    " WHERE c.relkind = 'r' AND NOT c.relispartition AND CASE WHEN $3::oid <> 0 THEN"
    "   c.oid = $3::oid ELSE c.oid = to_regclass($1) END";

/// An ordinary table that is to become a partitioned one: it is the only old part itself.
Result<ReshardTable> loadOrdinary(Connection& connection, const engine::ReshardPlan& plan,
                                  std::size_t index, const Registered& registered)
{
    const Oid known = registered.any ? registered.olds[index].front().oid : 0;
    const Oid stage =
        registered.any && registered.stages[index] ? registered.stages[index]->oid : 0;
    ReshardTable table;
    ISO_ASSIGN(
        const QueryRows rows,
        connection.query(kOrdinarySql, {plan.tables[index], plan.adoptKey, std::to_string(known)}));
    if (rows.size() != 1) {
        return makeError(Code::FailedPrecondition,
                         "there is no ordinary table " + plan.tables[index],
                         "write its name with its schema; partitioned ones need no adoption");
    }
    if (rows.isNull(0, 3)) {
        return makeError(Code::FailedPrecondition,
                         "table " + plan.tables[index] + " has no column " + plan.adoptKey);
    }
    const auto oid = static_cast<Oid>(rows.integer(0, 0));
    ISO_ASSIGN(const TypePolicy types, TypePolicy::load(connection, oid));
    table.keyType = types.keyType(static_cast<Oid>(rows.integer(0, 3)), false);
    if (table.keyType == KeyType::Opaque || table.keyType == KeyType::Text) {
        return makeError(Code::FailedPrecondition,
                         "column " + plan.adoptKey + " of " + plan.tables[index] +
                             " has a type whose order is not known",
                         "choose an integer, uuid, timestamp or date");
    }
    table.schema = rows.text(0, 1);
    table.keyColumn = plan.adoptKey;
    const std::string name = registered.any && registered.stages[index]
                                 ? registered.stages[index]->givenName
                                 : rows.text(0, 2);
    table.name = name;
    table.olds = {{oid, table.schema, rows.text(0, 2), plan.sources.front(), name}};
    if (registered.any) {
        table.news = registered.news[index];
        table.stage = registered.stages[index];
        takeRanges(table.news, plan.targets);
    } else {
        for (std::size_t i = 0; i < plan.targets.size(); ++i) {
            const std::string part = reshardPartName(name, plan.token, i + 1);
            table.news.push_back({0, table.schema, part, plan.targets[i], part});
        }
        table.stage = {0, table.schema, reshardPartName(name, plan.token, 0), {}, name};
    }
    table.root = stage != 0 && table.stage->name == name ? stage : oid;
    ISO_TRY(loadColumns(connection, table, oid));
    ISO_TRY(loadIdentity(connection, table, table.olds.front()));
    return table;
}

Result<ReshardTable> loadOne(Connection& connection, const engine::ReshardPlan& plan,
                             std::size_t index, const Registered& registered)
{
    if (plan.adopts()) {
        return loadOrdinary(connection, plan, index, registered);
    }
    ReshardTable table;
    ISO_ASSIGN(table.root, findTable(connection, plan.tables[index]));
    ISO_ASSIGN(const TableEntry entry, loadTable(connection, table.root));
    table.schema = entry.schema.schema;
    table.name = entry.schema.name;
    if (entry.keyColumns.size() != 1) {
        return makeError(Code::FailedPrecondition,
                         "table " + table.schema + "." + table.name +
                             " is partitioned by several columns",
                         "partition it by one of them alone: only such tables can be split and"
                         " merged");
    }
    table.keyColumn = entry.keyColumns.front();
    table.keyType = entry.keyTypes.front();
    ISO_ASSIGN(const std::vector<LeafEntry> leaves, loadLeaves(connection, entry));
    for (const LeafEntry& leaf : leaves) {
        if (leaf.isDefault) {
            table.defaultPart = {static_cast<Oid>(leaf.ref.objectId),
                                 leaf.ref.schema,
                                 leaf.ref.name,
                                 {},
                                 leaf.ref.name};
        }
    }
    if (registered.any) {
        table.olds = registered.olds[index];
        table.news = registered.news[index];
        takeRanges(table.olds, plan.sources);
        takeRanges(table.news, plan.targets);
    } else {
        ISO_TRY(findSources(leaves, plan, table));
        for (std::size_t i = 0; i < plan.targets.size(); ++i) {
            const std::string name = reshardPartName(table.name, plan.token, i + 1);
            table.news.push_back({0, table.schema, name, plan.targets[i], name});
        }
    }
    ISO_TRY(loadColumns(connection, table, table.root));
    // Both sides have the same one; of a finished change only one is left.
    for (const auto* side : {&table.olds, &table.news}) {
        for (const ReshardPart& part : *side) {
            if (part.oid != 0 && (side == &table.olds || table.identity.empty())) {
                ISO_TRY(loadIdentity(connection, table, part));
            }
        }
    }
    return table;
}

} // namespace

std::string reshardFeedName(const std::string& token)
{
    return std::string(kReshardPrefix) + token;
}

std::string reshardCheckName(const std::string& token)
{
    return "isotherm_" + token;
}

std::string reshardPartName(const std::string& table, const std::string& token, std::size_t index)
{
    return withSuffix(table, "_" + token + "_" + std::to_string(index));
}

std::string reshardOldName(const std::string& part, const std::string& token)
{
    return withSuffix(part, "_old_" + token);
}

std::string ReshardPart::qualified() const
{
    return quoteQualified(schema, name);
}

std::string ReshardTable::qualified() const
{
    return quoteQualified(schema, name);
}

std::string ReshardTable::bound(const KeyRange& range) const
{
    return "FROM (" + (range.begin.empty() ? "MINVALUE" : literal(range.begin, *this)) + ") TO (" +
           (range.end ? literal(*range.end, *this) : "MAXVALUE") + ")";
}

std::string ReshardTable::condition(const KeyRange& range, const std::string& column) const
{
    std::string text;
    if (!range.begin.empty()) {
        text = column + " >= " + literal(range.begin, *this) + "::" + keyTypeName;
    }
    if (range.end) {
        text += (text.empty() ? "" : " AND ") + column + " < " + literal(*range.end, *this) +
                "::" + keyTypeName;
    }
    return text.empty() ? "true" : text;
}

std::string ReshardTable::columnList() const
{
    std::vector<std::string> names;
    for (const ReshardColumn& column : columns) {
        names.push_back(column.name);
    }
    return quoteList(names);
}

Result<ReshardBook> loadReshardBook(Connection& connection, const engine::ReshardPlan& plan)
{
    ISO_ASSIGN(const Registered registered, loadRegistered(connection, plan));
    ReshardBook book;
    for (std::size_t i = 0; i < plan.tables.size(); ++i) {
        ISO_ASSIGN(ReshardTable table, loadOne(connection, plan, i, registered));
        book.tables.push_back(std::move(table));
    }
    return book;
}

} // namespace isotherm::postgres
