// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/repository/row_checksum.h"
#include "shared/base/result.h"
#include "shared/model/visibility.h"

#include <functional>
#include <stop_token>
#include <vector>

namespace isotherm::drill
{

/// What one snapshot of the database shows of a shard: enough to compare every row of it.
struct LiveSight
{
    Visibility visibility;
    WallTime asOf{};
    std::vector<TableSchema> tables;
    std::vector<repository::RowChecksum> rows; ///< one per table
};

/// Reads the shard once, from one snapshot that ends with the call. `onRead` is told now and then
/// what was read since. Errors: the engine's; Cancelled.
[[nodiscard]] Result<LiveSight>
lookAtLive(engine::Engine& engine, const engine::KeyspaceLayout& keyspace,
           const engine::ShardLayout& shard,
           const std::function<void(ByteCount bytes, std::uint64_t rows)>& onRead,
           const std::stop_token& stop);

} // namespace isotherm::drill
