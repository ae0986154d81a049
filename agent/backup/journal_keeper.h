// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/chain_closer.h"
#include "agent/journal/journal.h"
#include "agent/metadata/backup_store.h"
#include "agent/repository/repository.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"

#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace isotherm::backup
{

/// Lets go of the parts of the journal that nobody needs any more (JOURNAL.md, "What may go").
/// Thread-safe; the referenced objects outlive it.
class JournalKeeper
{
public:
    struct Parts
    {
        metadata::BackupStore& backups;
        const topology::Topology& topology;
        repository::Repository& repository;
        ChainCloser& closer;
        const Clock& clock;
    };

    explicit JournalKeeper(const Parts& parts) : m_parts(parts) {}

    /// Call it when a backup has finished. A shard without a backup holds everything, a chain that
    /// waits for its last piece what it needs. `oldestRunning`: the oldest transaction that
    /// snapshots taken now may not show yet; 0: not known, and nothing goes.
    [[nodiscard]] Status trim(journal::Journal& journal, std::uint64_t oldestRunning);

private:
    struct Mark
    {
        Lsn position;
        std::uint64_t oldestRunning = 0;
        Instant since{};
    };

    [[nodiscard]] Result<std::optional<Lsn>> neededFrom(journal::Journal& journal);
    [[nodiscard]] Result<Lsn> neededBy(const BackupRecord& backup, journal::Journal& journal);

    const Parts m_parts;
    std::mutex m_mutex; ///< guards the rest
    std::optional<Mark> m_waiting;
    std::map<std::string, Lsn> m_needs; ///< of full backups that were newest the last time, by id
};

} // namespace isotherm::backup
