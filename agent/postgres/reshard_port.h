// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/reshard_port.h"
#include "agent/postgres/connection_pool.h"

#include <memory>

namespace isotherm::postgres
{

[[nodiscard]] std::shared_ptr<engine::ReshardPort>
makeReshardPort(std::shared_ptr<ConnectionPool> pool);

} // namespace isotherm::postgres
