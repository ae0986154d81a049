// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/replacement.h"

#include "agent/recovery/column_match.h"
#include "agent/restore/coverage.h"

#include <algorithm>
#include <utility>

namespace isotherm::recovery
{
namespace
{

/// `name` cut so that `suffix` fits into the 63 bytes of a name, never in the middle of a
/// character.
std::string withSuffix(const std::string& name, const std::string& suffix)
{
    constexpr std::size_t kMost = 63;
    std::string start = name.substr(0, kMost - suffix.size());
    while (start.size() < name.size() && !start.empty() &&
           (static_cast<unsigned char>(name[start.size()]) & 0xC0U) == 0x80U) {
        start.pop_back();
    }
    return start + suffix;
}

/// The keys that a live shard holds.
std::vector<KeyRange> keysOf(const std::vector<engine::ShardLayout>& shards, std::size_t index)
{
    if (!shards[index].isDefault) {
        return {shards[index].range};
    }
    std::vector<KeyRange> rest = {KeyRange{}};
    for (const engine::ShardLayout& other : shards) {
        if (!other.isDefault) {
            rest = restore::subtract(rest, other.range);
        }
    }
    return rest;
}

Status checkColumns(const ThenTable& table, const TableSchema& live)
{
    ISO_ASSIGN(const ColumnMatch match, matchColumns(table.schema, live));
    if (!match.onlyThen.empty()) {
        return makeError(Code::FailedPrecondition,
                         table.name() + " has no column " + match.onlyThen.front() +
                             " any more (or of another type): its values would be lost",
                         "restore into a side table, or copy rows back");
    }
    return {};
}

} // namespace

Result<std::vector<Replacement>> replacementsOf(const topology::KeyspaceView& keyspace,
                                                std::vector<ThenTable>& then)
{
    const auto& shards = keyspace.layout.shards;
    std::vector<Replacement> replacements;
    for (std::size_t table = 0; table < then.size(); ++table) {
        ISO_TRY(checkColumns(then[table], keyspace.layout.tables[then[table].index]));
        for (std::size_t shard = 0; shard < shards.size(); ++shard) {
            const std::vector<KeyRange> ranges = rangesFor(shards, shard, then[table].scope);
            if (ranges.empty()) {
                continue;
            }
            std::vector<KeyRange> missing = keysOf(shards, shard);
            for (const KeyRange& range : ranges) {
                missing = restore::subtract(missing, range);
            }
            if (!missing.empty()) {
                return makeError(Code::FailedPrecondition,
                                 "the plan holds only a part of shard " +
                                     std::to_string(keyspace.shards[shard].id.get()) +
                                     ": the rest of its rows would be lost",
                                 "plan whole shards (--shard), without --where");
            }
            replacements.push_back({keyspace.shards[shard].id, table,
                                    shards[shard].leaves[then[table].index], ranges});
        }
    }
    return replacements;
}

std::string freshMark(JobId job)
{
    return "isotherm-replace job " + std::to_string(job.get()) + ";";
}

std::string keptMark(JobId job)
{
    return "isotherm-kept job " + std::to_string(job.get()) + ";";
}

engine::FreshLeaf freshFor(const engine::LeafRef& leaf, JobId job)
{
    return {
        leaf,
        {leaf.schema, withSuffix(leaf.name, "_iso" + std::to_string(job.get())), freshMark(job)}};
}

engine::SwapPair pairFor(const engine::LeafRef& leaf, const std::string& in, JobId job)
{
    return {leaf, in, withSuffix(leaf.name, "_before_" + std::to_string(job.get())), keptMark(job)};
}

Result<std::vector<engine::SwapPair>> pairsBack(const RecoveryReceipt& receipt,
                                                const topology::KeyspaceView& keyspace, JobId job)
{
    std::vector<engine::SwapPair> pairs;
    for (const RecoveredTable& table : receipt.tables) {
        const engine::LeafRef* found = nullptr;
        for (const engine::ShardLayout& shard : keyspace.layout.shards) {
            for (const engine::LeafRef& leaf : shard.leaves) {
                if (leaf.schema + "." + leaf.name == table.table) {
                    found = &leaf;
                }
            }
        }
        if (found == nullptr) {
            return makeError(Code::FailedPrecondition,
                             "partition " + table.table + " is not there any more",
                             "attach " + table.kept + " by hand where it belongs");
        }
        pairs.push_back(pairFor(*found, table.kept.substr(found->schema.size() + 1), job));
    }
    return pairs;
}

} // namespace isotherm::recovery
