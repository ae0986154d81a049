// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/reshard_port.h"
#include "agent/postgres/catalog.h"
#include "agent/postgres/connection.h"
#include "shared/base/result.h"

#include <cstdint>
#include <vector>

/// Who is in the way of a switch.
namespace isotherm::postgres
{

/// Sessions and prepared transactions from before `horizon`: their snapshots do not show all rows
/// of the side that is to serve. Those of vacuum look at no rows of ours.
[[nodiscard]] Result<std::vector<engine::Blocker>> oldSnapshots(Connection& connection,
                                                                std::uint64_t horizon);

/// Makes idleSnapshots() a matter of execution alone in this session.
[[nodiscard]] Status prepareIdleSnapshots(Connection& connection);
/// Sessions that sit idle in a transaction with a snapshot.
[[nodiscard]] Result<std::vector<engine::Blocker>> idleSnapshots(Connection& connection);

/// Who has held locks on these relations for a while, and keeps a stronger one from being granted.
[[nodiscard]] Result<std::vector<engine::Blocker>> lockHolders(Connection& connection,
                                                               const std::vector<Oid>& relations);

} // namespace isotherm::postgres
