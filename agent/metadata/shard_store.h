// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/metadata/database.h"
#include "shared/model/agent_service.h"
#include "shared/model/records.h"

#include <string>
#include <vector>

namespace isotherm::metadata
{

/// What the engine saw of one keyspace.
struct KeyspaceSighting
{
    std::string keyspace;
    std::string node;
    const engine::KeyspaceLayout& layout;
};

/// A shard as one of its backups tells of it.
struct RememberedShard
{
    ShardRecord record; ///< id, keyspace, range, rangeText, isDefault, leaves, parents
    std::vector<std::uint64_t> leafIds;
};

/// The shards of every keyspace, present and past, with stable ids. Thread-safe.
///
/// A shard is the same shard as long as its range stays and it keeps at least one of its leaf
/// tables (by object id, so renames do not matter; a keyspace may gain a table). One whose range
/// or all of whose leaves are others is a new shard; those that are gone become Retired and are the
/// parents of the new ones that overlap them. A retired shard whose leaf comes back with its range
/// is active again under its old id.
class ShardStore
{
public:
    explicit ShardStore(Database& database) : m_database(database) {}

    /// Makes what is stored agree with what was seen; element i of the answer is shard i of the
    /// layout.
    [[nodiscard]] Result<std::vector<ShardRecord>> reconcile(const KeyspaceSighting& sighting);

    /// Takes up shards that are not known (the metadata file was lost), as Retired: the next
    /// reconcile finds those again that still are there, under their old ids, and no id that a
    /// backup bears is ever given to another shard. Known ones stay as they are.
    [[nodiscard]] Status remember(const std::vector<RememberedShard>& shards);

    /// By keyspace, then in key order with the default last. lastBackup and lastBackupLsn come from
    /// the newest backup, rpoObjective from the keyspace; temperatures are left to the caller.
    [[nodiscard]] Result<std::vector<ShardRecord>> list(const ShardFilter& filter);

    /// Also retired ones. NotFound if there is none.
    [[nodiscard]] Result<ShardRecord> get(ShardId shard);

private:
    Database& m_database;
};

} // namespace isotherm::metadata
