// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/repository.h"
#include "shared/model/row_batch.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

/// What the golden repositories with delta runs hold: made by rule, like golden_content. Never
/// change this; add another content beside it.
namespace isotherm::golden
{

inline constexpr std::size_t kHistoryCommits = 24;

/// (id bigint key, note text, body text)
[[nodiscard]] TableSchema historySchema();
[[nodiscard]] Lsn historyCommit(std::size_t commit);

/// The rows after commit number `commit`; before the first one: `kBeforeHistory`.
inline constexpr std::size_t kBeforeHistory = ~std::size_t{0};
[[nodiscard]] RowBatch historyRows(std::size_t commit);

/// Writes base and two deltas; the second is committed as an incremental backup of shard 9.
[[nodiscard]] Result<repository::Manifest> writeHistory(repository::Repository& repository,
                                                        WallTime asOf);

} // namespace isotherm::golden
