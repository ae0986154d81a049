// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/journal_keeper.h"

#include <algorithm>
#include <chrono>

namespace isotherm::backup
{
namespace
{

constexpr auto kGrace = std::chrono::hours(1);

} // namespace

Result<std::optional<Lsn>> JournalKeeper::inAllBackups() const
{
    ISO_ASSIGN(const auto newest, m_backups.newestPerShard());
    std::optional<Lsn> lowest;
    for (const auto& keyspace : m_topology.keyspaces()) {
        for (const ShardRecord& shard : keyspace->shards) {
            const auto backup = newest.find(shard.id);
            if (backup == newest.end()) {
                return std::optional<Lsn>();
            }
            lowest = std::min(lowest.value_or(backup->second.lsn), backup->second.lsn);
        }
    }
    return lowest;
}

Status JournalKeeper::trim(journal::Journal& journal)
{
    ISO_ASSIGN(const std::optional<Lsn> lowest, inAllBackups());
    std::optional<Lsn> due;
    {
        const std::lock_guard lock(m_mutex);
        const Instant now = m_clock.now();
        if (m_waiting && now - m_waiting->since >= kGrace) {
            due = m_waiting->position;
            m_waiting.reset();
        }
        if (!m_waiting && lowest) {
            m_waiting = Mark{*lowest, now};
        }
    }
    return due ? journal.dropBelow(*due) : Status();
}

} // namespace isotherm::backup
