// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/postgres/connection_pool.h"
#include "shared/base/result.h"

#include <memory>

namespace isotherm::postgres
{

/// engine::Engine::openSnapshot. The order matters: lock the leaves, then look; a snapshot taken
/// before the lock would show a table that is truncated in between as empty.
/// Aborted when a leaf is no longer what `shard` says.
[[nodiscard]] Result<std::unique_ptr<engine::Snapshot>>
openSnapshot(const std::shared_ptr<ConnectionPool>& pool, const engine::KeyspaceLayout& keyspace,
             const engine::ShardLayout& shard);

} // namespace isotherm::postgres
