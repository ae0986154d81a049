// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/journal/journal.h"
#include "agent/metadata/backup_store.h"
#include "agent/repository/repository.h"
#include "agent/reshard/reshard_handler.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace isotherm::reshard
{

/// The manifest of a shard made of others, as of the switch `last`: it names the runs of theirs
/// that hold rows of its range. Pure; the caller sets leaves and times. FailedPrecondition when the
/// parents' tables are of different forms, so that their runs cannot be read as one table's.
[[nodiscard]] Result<repository::Manifest>
inheritedManifest(const std::vector<repository::Manifest>& parents, ShardId child,
                  const KeyRange& range, Lsn last);

/// Lets the backups of new shards begin where those of the old ones end: the old shards' changes up
/// to the switch are cut out of the journal, then manifests of the new shards name the same runs by
/// key range. No data is read or written but those last changes. Thread-safe.
class ChildHistory
{
public:
    struct Parts
    {
        engine::Engine& engine;
        topology::Topology& topology;
        repository::Repository& repository;
        metadata::BackupStore& backups;
        /// Null: changes are not captured, the new shards need full backups.
        std::function<journal::Journal*()> journal;
        const Clock& clock;
        std::string tier;
    };

    explicit ChildHistory(Parts parts) : m_parts(std::move(parts)) {}

    /// One line for people. FailedPrecondition, with the reason, when the new shards need backups
    /// of their own first; Unavailable while capture is behind the switch. Repeating it is
    /// harmless.
    [[nodiscard]] Result<std::string> carryOver(const SwitchedShards& change,
                                                const std::stop_token& stop);

private:
    [[nodiscard]] Result<repository::Manifest>
    closeParent(ShardId parent, Lsn last, journal::Journal& journal, const std::stop_token& stop);
    [[nodiscard]] Status begin(const topology::ShardPlace& child,
                               const std::vector<repository::Manifest>& parents, Lsn last);

    const Parts m_parts;
};

} // namespace isotherm::reshard
