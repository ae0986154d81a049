// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/postgres/connection.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <cstdint>
#include <vector>

namespace isotherm::postgres
{

/// engine::Engine::sampleAccess on one connection. Leaves that do not exist (any more) are left
/// out. A busy backend of the server reports its counts about once a second, one that falls idle up
/// to 10 s later: counters move in lumps.
[[nodiscard]] Result<engine::AccessSample> sampleAccess(Connection& connection, const Clock& clock,
                                                        const std::vector<std::uint64_t>& leafIds);

} // namespace isotherm::postgres
