// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/chain_closer.h"

#include <utility>

namespace isotherm::backup
{

Result<std::vector<OpenChain>> ChainCloser::find(const journal::Journal& journal)
{
    std::vector<OpenChain> open;
    const journal::State state = journal.state();
    if (state.ended.empty()) {
        return open;
    }
    ISO_ASSIGN(const auto shards, m_shards.list({{}, /*includeRetired=*/true}));
    ISO_ASSIGN(const auto newest, m_backups.newestPerShard());
    for (const ShardRecord& shard : shards) {
        const auto backup = newest.find(shard.id);
        {
            const std::lock_guard lock(m_mutex);
            if (m_givenUp.contains(shard.id)) {
                continue;
            }
        }
        if (shard.state != ShardState::Retired || backup == newest.end()) {
            continue;
        }
        ISO_ASSIGN(const std::vector<std::uint64_t> leaves, leavesOf(backup->second.id));
        for (const std::uint64_t leaf : leaves) {
            const auto ended = state.ended.find(leaf);
            // The commit itself is not part of the history.
            if (ended != state.ended.end() &&
                Lsn(backup->second.lsn.get() + 1) < ended->second.at) {
                open.push_back({shard.id, shard.keyspace, shard.rangeText, backup->second.lsn,
                                ended->second.at});
                break;
            }
        }
    }
    return open;
}

void ChainCloser::giveUp(ShardId shard)
{
    const std::lock_guard lock(m_mutex);
    m_givenUp[shard] = true;
}

Result<std::vector<std::uint64_t>> ChainCloser::leavesOf(const std::string& backup)
{
    {
        const std::lock_guard lock(m_mutex);
        if (const auto known = m_leaves.find(backup); known != m_leaves.end()) {
            return known->second;
        }
    }
    ISO_ASSIGN(const repository::Manifest manifest, m_repository.loadManifest(backup));
    std::vector<std::uint64_t> leaves;
    for (const repository::LeafIdentity& leaf : manifest.leaves) {
        if (!manifest.chainStop) { // else it is closed, perhaps before their end
            leaves.push_back(leaf.objectId);
        }
    }
    const std::lock_guard lock(m_mutex);
    return m_leaves[backup] = std::move(leaves);
}

} // namespace isotherm::backup
