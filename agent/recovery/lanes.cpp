// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/lanes.h"

#include "agent/restore/coverage.h"

#include <algorithm>

namespace isotherm::recovery
{
namespace
{

/// Sorted and disjoint.
std::vector<KeyRange> unite(const std::vector<KeyRange>& ranges)
{
    std::vector<KeyRange> all;
    for (const KeyRange& range : ranges) {
        std::vector<KeyRange> fresh = {range};
        for (const KeyRange& known : all) {
            fresh = restore::subtract(fresh, known);
        }
        all.insert(all.end(), fresh.begin(), fresh.end());
    }
    std::sort(all.begin(), all.end(),
              [](const KeyRange& a, const KeyRange& b) { return a.begin < b.begin; });
    return all;
}

} // namespace

std::vector<KeyRange> rangesFor(const std::vector<engine::ShardLayout>& shards, std::size_t index,
                                const Scope& scope)
{
    const engine::ShardLayout& shard = shards.at(index);
    if (!shard.isDefault) {
        std::vector<KeyRange> inside;
        for (const KeyRange& range : scope.ordinary) {
            const KeyRange both = range.intersection(shard.range);
            if (!both.empty()) {
                inside.push_back(both);
            }
        }
        return unite(inside);
    }
    std::vector<KeyRange> asked = scope.ordinary;
    asked.insert(asked.end(), scope.ofDefault.begin(), scope.ofDefault.end());
    std::vector<KeyRange> rest = unite(asked);
    for (const engine::ShardLayout& other : shards) {
        if (!other.isDefault) {
            rest = restore::subtract(rest, other.range);
        }
    }
    return rest;
}

} // namespace isotherm::recovery
