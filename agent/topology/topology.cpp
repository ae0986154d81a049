// SPDX-License-Identifier: Apache-2.0
#include "agent/topology/topology.h"

#include <utility>

namespace isotherm::topology
{

Topology::Topology(engine::Engine& engine, metadata::KeyspaceStore& keyspaces,
                   metadata::ShardStore& shards, const Clock& clock)
    : m_engine(engine), m_keyspaceStore(keyspaces), m_shardStore(shards), m_clock(clock)
{
}

Status Topology::refresh()
{
    const std::lock_guard refreshing(m_refreshing);
    ISO_ASSIGN(const std::vector<metadata::StoredKeyspace> stored, m_keyspaceStore.list());
    Status first;
    for (const metadata::StoredKeyspace& keyspace : stored) {
        const Status status = look(keyspace);
        if (status.ok()) {
            continue;
        }
        if (first.ok()) {
            first = status.error().within("keyspace " + keyspace.record.name);
        }
        const std::lock_guard lock(m_mutex);
        const auto known = m_views.find(keyspace.record.name);
        auto view = known != m_views.end() ? std::make_shared<KeyspaceView>(*known->second)
                                           : std::make_shared<KeyspaceView>();
        view->stored = keyspace;
        view->trouble = status.error().text();
        m_views[keyspace.record.name] = std::move(view);
    }
    return first;
}

Result<KeyspaceRecord> Topology::adopt(const metadata::StoredKeyspace& keyspace)
{
    const std::lock_guard refreshing(m_refreshing);
    // Described before it is stored: what cannot be managed leaves no trace.
    ISO_ASSIGN(const engine::KeyspaceLayout layout, m_engine.describeKeyspace(keyspace.spec));
    metadata::StoredKeyspace complete = keyspace;
    complete.record.keyColumns = layout.keyColumns;
    complete.record.keyTypes = layout.keyTypes;
    complete.record.shardCount = static_cast<std::uint32_t>(layout.shards.size());
    complete.record.tables.clear();
    for (const TableSchema& table : layout.tables) {
        complete.record.tables.push_back(table.schema + "." + table.name);
    }
    ISO_TRY(m_keyspaceStore.put(complete));
    ISO_TRY(look(complete));
    return complete.record;
}

Status Topology::forget(const std::string& keyspace)
{
    const std::lock_guard refreshing(m_refreshing);
    const auto retired = m_shardStore.reconcile({keyspace, m_node, {}});
    ISO_TRY(retired);
    ISO_TRY(m_keyspaceStore.remove(keyspace));
    const std::lock_guard lock(m_mutex);
    m_views.erase(keyspace);
    return {};
}

std::vector<std::shared_ptr<const KeyspaceView>> Topology::keyspaces() const
{
    const std::lock_guard lock(m_mutex);
    std::vector<std::shared_ptr<const KeyspaceView>> views;
    views.reserve(m_views.size());
    for (const auto& [name, view] : m_views) {
        views.push_back(view);
    }
    return views;
}

Result<ShardPlace> Topology::find(ShardId shard) const
{
    for (const auto& view : keyspaces()) {
        for (std::size_t i = 0; i < view->shards.size(); ++i) {
            if (view->shards[i].id == shard) {
                return ShardPlace{view, i};
            }
        }
    }
    return makeError(Code::NotFound, "there is no shard " + std::to_string(shard.get()),
                     "isothermctl shards list names them");
}

Status Topology::look(const metadata::StoredKeyspace& keyspace)
{
    auto view = std::make_shared<KeyspaceView>();
    view->stored = keyspace;
    view->seen = m_clock.wallNow();
    ISO_ASSIGN(view->layout, m_engine.describeKeyspace(keyspace.spec));
    if (m_node.empty()) {
        ISO_ASSIGN(const engine::ClusterIdentity identity, m_engine.identify());
        m_node = identity.node;
    }
    ISO_ASSIGN(view->shards, m_shardStore.reconcile({keyspace.record.name, m_node, view->layout}));
    publish(std::move(view));
    return {};
}

void Topology::publish(std::shared_ptr<const KeyspaceView> view)
{
    const std::lock_guard lock(m_mutex);
    m_views[view->stored.record.name] = std::move(view);
}

} // namespace isotherm::topology
