// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/postgres/connection.h"
#include "shared/base/result.h"

namespace isotherm::postgres
{

/// engine::Engine::describeKeyspace on one connection, in a transaction of its own.
[[nodiscard]] Result<engine::KeyspaceLayout> describeKeyspace(Connection& connection,
                                                              const engine::KeyspaceSpec& spec);

} // namespace isotherm::postgres
