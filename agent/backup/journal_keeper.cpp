// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/journal_keeper.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace isotherm::backup
{
namespace
{

/// Longer than backups take, so that the base of one that is being taken is seldom refused.
constexpr auto kGrace = std::chrono::hours(1);

} // namespace

/// A base needs what it does not show, and that may have been committed before its position.
Result<Lsn> JournalKeeper::neededBy(const BackupRecord& backup, journal::Journal& journal)
{
    if (backup.kind != BackupKind::Full) {
        return backup.lsn;
    }
    ISO_ASSIGN(const repository::Manifest manifest, m_parts.repository.loadManifest(backup.id));
    std::vector<std::uint64_t> leaves;
    for (const repository::LeafIdentity& leaf : manifest.leaves) {
        leaves.push_back(leaf.objectId);
    }
    Lsn needed = backup.lsn;
    for (const repository::BaseView& base : manifest.baseViews()) {
        if (!base.cut) {
            ISO_ASSIGN(const Visibility shown, Visibility::parse(base.visibility));
            ISO_ASSIGN(const Lsn start, journal.startFor(shown, leaves));
            needed = std::min(needed, start);
        }
    }
    return needed;
}

Result<std::optional<Lsn>> JournalKeeper::neededFrom(journal::Journal& journal)
{
    ISO_ASSIGN(const auto newest, m_parts.backups.newestPerShard());
    std::map<std::string, Lsn> known;
    {
        const std::lock_guard lock(m_mutex);
        known = m_needs;
    }
    std::map<std::string, Lsn> needs;
    std::optional<Lsn> lowest;
    for (const auto& keyspace : m_parts.topology.keyspaces()) {
        for (const ShardRecord& shard : keyspace->shards) {
            const auto backup = newest.find(shard.id);
            if (backup == newest.end()) {
                return std::optional<Lsn>();
            }
            auto needed = known.find(backup->second.id);
            if (needed == known.end()) {
                ISO_ASSIGN(const Lsn from, neededBy(backup->second, journal));
                needed = known.emplace(backup->second.id, from).first;
            }
            needs.insert(*needed);
            lowest = std::min(lowest.value_or(needed->second), needed->second);
        }
    }
    ISO_ASSIGN(const std::vector<OpenChain> open, m_parts.closer.find(journal));
    for (const OpenChain& chain : open) {
        lowest = std::min(lowest.value_or(chain.backedUpTo), chain.backedUpTo);
    }
    const std::lock_guard lock(m_mutex);
    m_needs = std::move(needs);
    return lowest;
}

Status JournalKeeper::trim(journal::Journal& journal, std::uint64_t oldestRunning)
{
    if (oldestRunning == 0) {
        return {};
    }
    ISO_ASSIGN(const std::optional<Lsn> needed, neededFrom(journal));
    std::optional<Mark> due;
    {
        const std::lock_guard lock(m_mutex);
        const Instant now = m_parts.clock.now();
        if (m_waiting && now - m_waiting->since >= kGrace) {
            due = std::exchange(m_waiting, std::nullopt);
        }
        if (!m_waiting && needed) {
            m_waiting = Mark{*needed, oldestRunning, now};
        }
    }
    return due && needed ? journal.dropBelow(std::min(due->position, *needed), due->oldestRunning)
                         : Status();
}

} // namespace isotherm::backup
