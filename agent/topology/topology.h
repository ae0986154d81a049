// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/metadata/keyspace_store.h"
#include "agent/metadata/shard_store.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/model/records.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace isotherm::topology
{

/// One managed keyspace as the database shows it, with the stable ids of its shards.
struct KeyspaceView
{
    metadata::StoredKeyspace stored;
    engine::KeyspaceLayout layout;
    std::vector<ShardRecord> shards; ///< element i is layout.shards[i]
    WallTime seen{};                 ///< when the look at the database began
    std::string trouble; ///< why it could not be looked at the last time; empty: it could
};

/// A shard's place in a view.
struct ShardPlace
{
    std::shared_ptr<const KeyspaceView> keyspace;
    std::size_t index = 0;

    [[nodiscard]] const engine::ShardLayout& layout() const
    {
        return keyspace->layout.shards[index];
    }
    [[nodiscard]] const ShardRecord& record() const { return keyspace->shards[index]; }
};

/// Which shards there are right now. Readers get immutable views; a refresh replaces them.
/// Thread-safe.
class Topology
{
public:
    Topology(engine::Engine& engine, metadata::KeyspaceStore& keyspaces,
             metadata::ShardStore& shards, const Clock& clock);

    /// Looks at the database again. A keyspace that cannot be described keeps its last view, with
    /// the trouble noted; the first error is returned, after all keyspaces were tried.
    [[nodiscard]] Status refresh();

    /// Describes one keyspace, stores it and takes it up. FailedPrecondition, with the reason, when
    /// it cannot be managed.
    [[nodiscard]] Result<KeyspaceRecord> adopt(const metadata::StoredKeyspace& keyspace);

    /// Its tables are an ordinary matter again: the shards are retired, their backups stay. Not an
    /// error when there is no such keyspace.
    [[nodiscard]] Status forget(const std::string& keyspace);

    [[nodiscard]] std::vector<std::shared_ptr<const KeyspaceView>> keyspaces() const;
    /// NotFound for a shard that is not there (any more).
    [[nodiscard]] Result<ShardPlace> find(ShardId shard) const;

private:
    [[nodiscard]] Status look(const metadata::StoredKeyspace& keyspace);
    void publish(std::shared_ptr<const KeyspaceView> view);

    engine::Engine& m_engine;
    metadata::KeyspaceStore& m_keyspaceStore;
    metadata::ShardStore& m_shardStore;
    const Clock& m_clock;
    std::mutex m_refreshing; ///< one look at a time
    mutable std::mutex m_mutex;
    std::map<std::string, std::shared_ptr<const KeyspaceView>> m_views;
    std::string m_node;
};

} // namespace isotherm::topology
