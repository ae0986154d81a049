// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/change_stream.h"
#include "agent/postgres/connection.h"
#include "agent/postgres/feed_state.h"
#include "shared/base/result.h"

#include <string>
#include <vector>

namespace isotherm::postgres
{

[[nodiscard]] Status ensurePublication(Connection& connection, const FeedNames& names);

/// engine::ChangeFeed::capture. A table is published only while each of its leaves has a replica
/// identity: without one the server refuses updates and deletes, to the application. One that was
/// published and lost its identity is taken out at once.
[[nodiscard]] Result<std::vector<engine::TableCoverage>>
captureTables(Connection& connection, const FeedNames& names,
              const std::vector<std::string>& tables);

} // namespace isotherm::postgres
