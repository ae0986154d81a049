// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/reshard_port.h"
#include "agent/postgres/connection.h"
#include "shared/base/result.h"

namespace isotherm::postgres
{

/// engine::ReshardPort::preflight: reads the catalog and the server's views, nothing else.
[[nodiscard]] Result<engine::PreflightReport> preflightReshard(Connection& connection,
                                                               const engine::ReshardPlan& plan);

} // namespace isotherm::postgres
