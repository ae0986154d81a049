// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/backup_store.h"
#include "agent/repository/repository.h"
#include "agent/restore/chain_starts.h"
#include "shared/base/result.h"
#include "shared/model/records.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::restore
{

/// A backup that can give a shard as it was at the moment asked for, or the nearest before.
struct Served
{
    BackupRecord backup;
    std::optional<Lsn> until; ///< read as after this commit; nullopt: as the backup is
    bool exact = true;        ///< false: there is no history up to the moment, this is older
};

/// Finds moments in the history that backups keep. All shards of one restore stop at the same
/// commit, so that a transaction over several of them comes back whole. Reads the catalogue,
/// manifests and transaction tables, never rows. Not thread-safe.
class HistoryFinder
{
public:
    HistoryFinder(metadata::BackupStore& backups, repository::Repository& repository)
        : m_backups(backups), m_repository(repository)
    {
    }

    /// The last commit that counts for `request` on `shards`; nullopt when it asks for no moment,
    /// or for a time at which no history was kept. A time means: up to the first commit with a
    /// later one (commit times may go back; positions do not). NotFound: no such transaction.
    [[nodiscard]] Result<std::optional<Lsn>> resolve(const RestoreRequest& request,
                                                     const std::vector<ShardId>& shards);

    /// nullopt when the shard has no backup that old.
    [[nodiscard]] Result<std::optional<Served>>
    serve(ShardId shard, const std::optional<Lsn>& target, const std::optional<WallTime>& at);

    /// Commits up to `target` (from the backup's base on) that also touched shards which are not
    /// in `shards`: a restore of these alone cuts them.
    [[nodiscard]] Result<std::size_t> countCut(const Served& served, Lsn target,
                                               const std::vector<ShardId>& shards);

    /// What the shard can be restored to, oldest first; names and range are left to the caller.
    [[nodiscard]] Result<std::vector<RestorableRange>> ranges(ShardId shard, ChainStarts& starts);

    /// Adds the shard's transactions in [from, to) to those of other shards, by commit.
    [[nodiscard]] Status collect(ShardId shard, std::optional<WallTime> from,
                                 std::optional<WallTime> to,
                                 std::map<Lsn, TransactionSummary>& transactions);

    /// Adds the shard's transactions that `filter` takes, in every stretch of its history.
    [[nodiscard]] Status collect(ShardId shard, const repository::TransactionFilter& filter,
                                 std::map<Lsn, TransactionSummary>& transactions);

    [[nodiscard]] Result<const repository::Manifest*> manifest(const std::string& id);

private:
    /// A stretch of time without a gap: a full backup and the newest one that continues it.
    struct Chain
    {
        BackupRecord base;
        std::vector<BackupRecord> links; ///< the base and what continues it, oldest first
    };

    [[nodiscard]] Result<std::vector<Chain>> chainsOf(ShardId shard);
    [[nodiscard]] Result<std::optional<Lsn>> atTime(WallTime at,
                                                    const std::vector<ShardId>& shards);
    [[nodiscard]] Result<std::optional<Lsn>> before(std::uint64_t transaction,
                                                    const std::vector<ShardId>& shards);

    metadata::BackupStore& m_backups;
    repository::Repository& m_repository;
    std::map<std::string, repository::Manifest> m_manifests;
};

} // namespace isotherm::restore
