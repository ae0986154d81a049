// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/repository.h"
#include "shared/model/row_batch.h"

#include <cstddef>
#include <string>

/// What the golden repositories with versions of a table hold. Never change this; add another
/// content beside it.
namespace isotherm::golden
{

/// Commits of the history: rows, a column added with a value for old rows (alone in its
/// transaction), rows, one column renamed and one dropped, rows.
inline constexpr std::size_t kSchemaCommits = 5;

[[nodiscard]] Lsn schemaCommit(std::size_t commit);
/// The table and its rows after commit number `commit`.
[[nodiscard]] TableSchema schemaAfter(std::size_t commit);
[[nodiscard]] RowBatch schemaRows(std::size_t commit);

/// Shard 10: a complete chain, with where a sequence stood.
[[nodiscard]] Result<repository::Manifest> writeSchemaHistory(repository::Repository& repository,
                                                              WallTime asOf);
[[nodiscard]] repository::ChainStop schemaStop();
[[nodiscard]] SequenceValue schemaSequence();

} // namespace isotherm::golden
