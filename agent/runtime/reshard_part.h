// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/journal/journal.h"
#include "agent/metadata/backup_store.h"
#include "agent/metadata/database.h"
#include "agent/metadata/job_store.h"
#include "agent/repository/repository.h"
#include "agent/reshard/child_history.h"
#include "agent/reshard/reshard_handler.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#include <functional>
#include <string>
#include <vector>

namespace isotherm::runtime
{

/// The executor of changes of shards, with what it needs of the other parts.
class ReshardPart
{
public:
    struct Parts
    {
        engine::Engine& engine;
        topology::Topology& topology;
        repository::Repository& repository;
        metadata::BackupStore& backups;
        metadata::JobStore& jobs;
        metadata::Database& database;
        std::function<journal::Journal*()> journal;
        std::function<void()> changed; ///< shards have changed
        const Clock& clock;
        Log& log;
        std::string tier;
    };

    explicit ReshardPart(Parts parts);

    [[nodiscard]] reshard::ReshardHandler& handler() { return m_handler; }
    [[nodiscard]] reshard::ReshardControl& control() { return m_control; }

    /// A change that made this shard, or is about to, has not yet told where its backups begin: one
    /// that is taken now would cut it off from the old shards' history.
    [[nodiscard]] bool historyPending(const ShardRecord& shard) const;

    /// Before the first job: what changes left whose jobs are unknown (the metadata was lost).
    [[nodiscard]] Status removeLeftovers();

private:
    [[nodiscard]] bool backedUp(const std::vector<ShardId>& shards) const;
    [[nodiscard]] bool verified(const repository::Manifest& manifest) const;

    const Parts m_parts;
    reshard::ReshardControl m_control;
    reshard::ChildHistory m_history;
    reshard::ReshardHandler m_handler;
};

} // namespace isotherm::runtime
