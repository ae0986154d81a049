// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/journal/journal.h"
#include "agent/repository/repository.h"
#include "shared/base/clock.h"

#include <functional>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

/// The incremental backup of one shard: its changes since the backup before, cut out of the journal
/// and written as delta runs (DESIGN section 8).
namespace isotherm::backup
{

/// Names of the tables whose changes are captured, as they were asked for: "orders" or
/// "sales.orders".
[[nodiscard]] std::set<std::string> capturedTables(const journal::State& state);

struct IncrementPorts
{
    journal::Journal& journal;
    repository::Repository& repository;
    const Clock& clock;
};

struct IncrementRequest
{
    const repository::Manifest& previous; ///< the newest of the shard: what is continued
    Lsn upTo;                             ///< this commit, or as far as the journal reaches
    /// The tables as they are now, in the manifest's order. Asked only when a definition changed.
    std::function<Result<std::vector<TableSchema>>()> tablesNow;
    /// The shard that a leaf belongs to; nullopt: none that is managed. For the list of other
    /// shards that a transaction touched.
    std::function<std::optional<ShardId>(std::uint64_t leaf)> shardOf;
    std::vector<SequenceValue> sequences = {}; ///< of the tables, as of now
    int compressionLevel = 3;                  ///< of zstd
};

/// Why no backup can continue the chain: a new base is needed, and what lies between cannot be
/// restored.
struct ChainEnd
{
    std::string reason;    ///< in words
    Lsn after;             ///< the last commit that the chain holds
    bool leafGone = false; ///< dropped or detached: its history ends here, and none follows
};

struct Increment
{
    /// Incremental, or Unchanged when nothing happened; nullopt when the chain had ended before.
    std::optional<repository::Manifest> manifest;
    std::optional<ChainEnd> end;
    std::uint64_t changes = 0;
    ByteCount stored; ///< of the new runs
};

/// Continues `request.previous` up to `request.upTo`, or up to the first event that the chain
/// cannot cross: a rewrite, a type or key that rows of before cannot be read with, a gap, changes
/// that could not be read, the leaf's end. Columns that are added, dropped or renamed make another
/// version of the table. Memory: the
/// delta writers' (16 MiB and a few blocks a table). FailedPrecondition when the shard cannot have
/// incrementals (no unique key, not captured, a base that the journal does not continue): back it
/// up in full. DataLoss when the journal is damaged. The database is asked for nothing else.
[[nodiscard]] Result<Increment> cutIncrement(const IncrementPorts& ports,
                                             const IncrementRequest& request,
                                             const std::stop_token& stop);

} // namespace isotherm::backup
