// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/journal/journal.h"
#include "agent/metadata/backup_store.h"
#include "agent/metadata/shard_store.h"
#include "agent/repository/repository.h"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::backup
{

/// A chain whose last piece is in the journal only: its leaves were dropped or detached.
struct OpenChain
{
    ShardId shard;
    std::string keyspace;
    std::string rangeText;
    Lsn backedUpTo; ///< the journal is needed from here …
    Lsn end;        ///< … to the commit that ended it
};

/// Finds retired shards whose history has not been backed up to its end. Thread-safe; the
/// referenced objects outlive it.
class ChainCloser
{
public:
    ChainCloser(metadata::ShardStore& shards, metadata::BackupStore& backups,
                repository::Repository& repository)
        : m_shards(shards), m_backups(backups), m_repository(repository)
    {
    }

    /// Those that an increment would bring to their end, if their newest backup can be continued.
    [[nodiscard]] Result<std::vector<OpenChain>> find(const journal::Journal& journal);

    /// The shard cannot be brought to its end: the journal need not wait for it.
    void giveUp(ShardId shard);

private:
    /// Those whose end is to be looked for.
    [[nodiscard]] Result<std::vector<std::uint64_t>> leavesOf(const std::string& backup);

    metadata::ShardStore& m_shards;
    metadata::BackupStore& m_backups;
    repository::Repository& m_repository;
    std::mutex m_mutex;                                         ///< guards the rest
    std::map<std::string, std::vector<std::uint64_t>> m_leaves; ///< by backup
    std::map<ShardId, bool> m_givenUp;
};

} // namespace isotherm::backup
