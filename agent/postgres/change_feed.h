// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/change_stream.h"
#include "agent/postgres/connection_pool.h"
#include "shared/base/result.h"

#include <memory>
#include <string>

namespace isotherm::postgres
{

/// engine::Engine::openChangeFeed: a publication and a persistent logical slot that pgoutput reads,
/// both of the name in `spec`, the slot's with the database's number behind it. InvalidArgument for
/// a name that is none.
[[nodiscard]] Result<std::shared_ptr<engine::ChangeFeed>>
makeChangeFeed(std::shared_ptr<ConnectionPool> pool, const engine::FeedSpec& spec);

} // namespace isotherm::postgres
