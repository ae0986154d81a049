// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/sharding/policy.h"
#include "agent/sharding/state.h"
#include "shared/model/changes_records.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::sharding
{

/// What is known of a table, or several co-located ones, before it is cut into shards.
struct KeyspaceFacts
{
    std::vector<std::string> tables;
    std::vector<std::string> keyColumns;
    std::vector<KeyType> keyTypes;
    std::uint64_t rows = 0;
    ByteCount bytes;
    std::optional<ByteCount> bytesPerDay;
    std::uint32_t shardsNow = 1;
    std::vector<Key> rowBounds; ///< existing keys that cut the rows equally
    std::string boundsFrom;
    KeyLoads keys;                             ///< load by key; no bars: not known
    std::optional<double> load;                ///< of all together, relative to one shard's limit
    bool keyAscends = false;                   ///< new rows have the highest keys
    std::vector<std::string> tablesWithoutKey; ///< whose primary key lacks the key columns
};

struct KeyspaceWishes
{
    ByteCount targetSize{10'000'000'000U}; ///< of a shard, at the end of the horizon
    std::chrono::hours horizon{24 * 90};            ///< growth that is planned for
    std::optional<std::uint32_t> shards;            ///< instead of the recommended number
};

/// How many shards, and where they are cut: enough that each stays below the target size with the
/// growth of the horizon, and below the per-child load target now. The cuts are at existing keys
/// and balance rows and load alike. Pure.
[[nodiscard]] KeyspacePlan planKeyspace(const KeyspaceFacts& facts, const KeyspaceWishes& wishes,
                                        const Policy& policy);

} // namespace isotherm::sharding
