// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/records.h"
#include "tests/harness/keys.h"

namespace isotherm::test
{

/// Shard `id` of the keyspace "orders": the keys [begin, end).
inline ShardRecord shardOf(std::uint64_t id, std::int64_t begin, std::int64_t end)
{
    ShardRecord shard;
    shard.id = ShardId(id);
    shard.keyspace = "orders";
    shard.range = {keyOf(begin), keyOf(end)};
    return shard;
}

} // namespace isotherm::test
