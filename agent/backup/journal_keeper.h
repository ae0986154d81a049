// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/journal/journal.h"
#include "agent/metadata/backup_store.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"

#include <mutex>
#include <optional>

namespace isotherm::backup
{

/// Lets go of the parts of the journal that every shard has in a backup. Thread-safe; the
/// referenced objects outlive it.
class JournalKeeper
{
public:
    JournalKeeper(metadata::BackupStore& backups, const topology::Topology& topology,
                  const Clock& clock)
        : m_backups(backups), m_topology(topology), m_clock(clock)
    {
    }

    /// Call it when a backup has finished. A shard without a backup holds everything. What is in
    /// all backups goes an hour later: a commit may come before the position of a snapshot that
    /// does not show it yet.
    [[nodiscard]] Status trim(journal::Journal& journal);

private:
    struct Mark
    {
        Lsn position;
        Instant since{};
    };

    [[nodiscard]] Result<std::optional<Lsn>> inAllBackups() const;

    metadata::BackupStore& m_backups;
    const topology::Topology& m_topology;
    const Clock& m_clock;
    std::mutex m_mutex;
    std::optional<Mark> m_waiting;
};

} // namespace isotherm::backup
