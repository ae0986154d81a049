// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/keyspace.h"

#include "agent/postgres/catalog.h"

#include <algorithm>

namespace isotherm::postgres
{
namespace
{

using engine::KeyspaceLayout;
using engine::KeyspaceSpec;
using engine::ShardLayout;

struct LoadedTable
{
    TableEntry entry;
    std::vector<LeafEntry> leaves;
};

std::string joined(const std::vector<std::string>& names)
{
    std::string text;
    for (const std::string& name : names) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

std::string shown(const LoadedTable& table)
{
    return table.entry.schema.schema + "." + table.entry.schema.name;
}

Status checkKeys(const KeyspaceSpec& spec, const std::vector<LoadedTable>& tables)
{
    const LoadedTable& first = tables.front();
    if (!spec.keyColumns.empty() && spec.keyColumns != first.entry.keyColumns) {
        return makeError(Code::FailedPrecondition,
                         "table " + shown(first) + " is partitioned by " +
                             joined(first.entry.keyColumns) + ", not by " + joined(spec.keyColumns),
                         "leave the key away to take the table's own");
    }
    for (const LoadedTable& table : tables) {
        if (table.entry.keyTypes != first.entry.keyTypes) {
            return makeError(Code::FailedPrecondition,
                             "the partition keys of " + shown(first) + " and " + shown(table) +
                                 " have different types",
                             "co-located tables share one partition key; give " + shown(table) +
                                 " a keyspace of its own");
        }
    }
    return {};
}

/// Co-located tables must have the same ranges, one leaf each.
Status checkRanges(const std::vector<LoadedTable>& tables)
{
    const LoadedTable& first = tables.front();
    const auto lineUp = [](const LeafEntry& a, const LeafEntry& b) {
        return a.isDefault == b.isDefault && a.range == b.range;
    };
    for (const LoadedTable& table : tables) {
        const auto [mine, theirs] = std::mismatch(first.leaves.begin(), first.leaves.end(),
                                                  table.leaves.begin(), table.leaves.end(), lineUp);
        if (mine == first.leaves.end() && theirs == table.leaves.end()) {
            continue;
        }
        const bool inFirst = mine != first.leaves.end();
        const LeafEntry& odd = inFirst ? *mine : *theirs;
        return makeError(Code::FailedPrecondition,
                         "the partitions of " + shown(first) + " and " + shown(table) +
                             " do not line up: " + odd.ref.schema + "." + odd.ref.name +
                             (odd.isDefault ? " (default)"
                                            : " " + formatRange(odd.range, first.entry.keyTypes)) +
                             " has no counterpart",
                         "give both tables partitions with the same bounds, or keyspaces of "
                         "their own");
    }
    return {};
}

ShardLayout shardLayout(const std::vector<LoadedTable>& tables, std::size_t index)
{
    ShardLayout shard;
    shard.range = tables.front().leaves[index].range;
    shard.isDefault = tables.front().leaves[index].isDefault;
    std::uint64_t bytes = 0;
    for (const LoadedTable& table : tables) {
        const LeafEntry& leaf = table.leaves[index];
        shard.leaves.push_back(leaf.ref);
        shard.rows += leaf.rows;
        bytes += leaf.bytes;
        for (const auto* source : {&table.entry.notCovered, &leaf.notCovered}) {
            shard.notCovered.insert(shard.notCovered.end(), source->begin(), source->end());
        }
    }
    shard.size = ByteCount(bytes);
    return shard;
}

Result<KeyspaceLayout> describe(Connection& connection, const KeyspaceSpec& spec)
{
    std::vector<LoadedTable> tables;
    for (const std::string& name : spec.tables) {
        ISO_ASSIGN(const Oid oid, findTable(connection, name));
        LoadedTable table;
        ISO_ASSIGN(table.entry, loadTable(connection, oid));
        ISO_ASSIGN(table.leaves, loadLeaves(connection, table.entry));
        tables.push_back(std::move(table));
    }
    ISO_TRY(checkKeys(spec, tables));
    ISO_TRY(checkRanges(tables));
    KeyspaceLayout layout;
    layout.keyColumns = tables.front().entry.keyColumns;
    layout.keyTypes = tables.front().entry.keyTypes;
    for (std::size_t i = 0; i < tables.front().leaves.size(); ++i) {
        layout.shards.push_back(shardLayout(tables, i));
    }
    for (LoadedTable& table : tables) {
        layout.tables.push_back(std::move(table.entry.schema));
    }
    return layout;
}

} // namespace

Result<KeyspaceLayout> describeKeyspace(Connection& connection, const KeyspaceSpec& spec)
{
    if (spec.tables.empty()) {
        return makeError(Code::InvalidArgument, "keyspace " + spec.name + " names no table",
                         "list its partitioned tables");
    }
    // One snapshot for all the catalog queries.
    ISO_TRY(connection.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
    auto layout = describe(connection, spec);
    const Status ended = connection.run(layout.ok() ? "COMMIT" : "ROLLBACK");
    if (!layout.ok()) {
        return layout.error().within("keyspace " + spec.name);
    }
    ISO_TRY(ended);
    return layout;
}

} // namespace isotherm::postgres
