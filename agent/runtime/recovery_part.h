// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/metadata/database.h"
#include "agent/metadata/recovery_store.h"
#include "agent/metadata/restore_store.h"
#include "agent/recovery/diff_handler.h"
#include "agent/recovery/drop_handler.h"
#include "agent/recovery/edit_files.h"
#include "agent/recovery/edit_handler.h"
#include "agent/recovery/elsewhere_handler.h"
#include "agent/recovery/recovery_jobs.h"
#include "agent/recovery/recovery_planner.h"
#include "agent/recovery/replace_handler.h"
#include "agent/repository/repository.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace isotherm::runtime
{

/// Everything that brings rows back beyond side tables, as one part of the agent. Thread-safe.
class RecoveryPart
{
public:
    struct Parts
    {
        engine::Engine& engine;
        repository::Repository& repository;
        metadata::Database& database;
        metadata::RestoreStore& restores;
        topology::Topology& topology;
        const Clock& clock;
        Log& log;
        std::filesystem::path folder; ///< of the edit files
        repository::SecretKey key;    ///< of them
        /// Told after leaves were swapped: these shards need new bases.
        std::function<void(const std::vector<ShardId>&)> onSwapped;
        std::map<std::string, recovery::Place> places; ///< for restores elsewhere
        recovery::OpenEngine openEngine;
    };

    /// `side` takes restores into side tables; it outlives this.
    RecoveryPart(const Parts& parts, jobs::JobHandler& side);

    /// For jobs of kind Restore.
    [[nodiscard]] jobs::JobHandler& handler() { return m_jobs; }
    [[nodiscard]] metadata::RecoveryStore& store() { return m_store; }
    [[nodiscard]] const recovery::EditFiles& files() const { return m_files; }
    [[nodiscard]] recovery::RecoveryPlanner& planner() { return m_planner; }

private:
    metadata::RecoveryStore m_store;
    recovery::EditFiles m_files;
    recovery::RecoveryPlanner m_planner;
    recovery::DiffHandler m_diffs;
    recovery::EditHandler m_edits;
    recovery::ReplaceHandler m_replaces;
    recovery::DropHandler m_drops;
    recovery::ElsewhereHandler m_elsewhere;
    recovery::RecoveryJobs m_jobs;
};

} // namespace isotherm::runtime
