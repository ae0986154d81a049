// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/postgres/connection_pool.h"
#include "shared/base/result.h"

#include <memory>

namespace isotherm::postgres
{

/// engine::Engine::lockCluster: a session's advisory lock on a connection of its own, which ends
/// with the process that holds it, however it ends.
[[nodiscard]] Result<std::unique_ptr<engine::ClusterLock>>
acquireClusterLock(const PostgresOptions& options);

} // namespace isotherm::postgres
