// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/model/agent_service.h"
#include "tests/gui/demo_world.h"

#include <vector>

namespace isotherm::test
{

/// What the backups of a DemoWorld make restorable: every commit from a shard's first backup to its
/// newest, with a gap in the fourth shard's, and nothing but the backups themselves in the sixth's.
[[nodiscard]] std::vector<RestorableRange> historyOf(const DemoWorld& world, WallTime now);

/// A small transaction every few seconds, and one accident, kAccident, that deleted rows.
[[nodiscard]] std::vector<TransactionSummary>
transactionsOf(const DemoWorld& world, const TransactionQuery& query, WallTime now);

inline constexpr std::uint64_t kAccident = 771'204;
inline constexpr std::uint64_t kAccidentRows = 2'487;

} // namespace isotherm::test
