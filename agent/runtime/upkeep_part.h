// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/chores.h"
#include "agent/backup/quiet_hours.h"
#include "agent/backup/upkeep_handler.h"
#include "agent/backup/verify_handler.h"
#include "agent/config/agent_config.h"
#include "agent/drill/drill_chores.h"
#include "agent/drill/drill_handler.h"
#include "agent/drill/driller.h"
#include "agent/engine/engine.h"
#include "agent/jobs/job_engine.h"
#include "agent/metadata/backup_store.h"
#include "agent/metadata/database.h"
#include "agent/metadata/drill_store.h"
#include "agent/metadata/proof_store.h"
#include "agent/metadata/restore_store.h"
#include "agent/repository/repository.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace isotherm::runtime
{

/// The retention rules of the configuration, which may be reloaded. Thread-safe.
class RetentionBook
{
public:
    explicit RetentionBook(const config::AgentConfig& config) { set(config); }

    void set(const config::AgentConfig& config);
    /// A keyspace that was adopted by hand has the general rules.
    [[nodiscard]] backup::RetentionPolicy of(const std::string& keyspace) const;

private:
    mutable std::mutex m_mutex;
    backup::RetentionPolicy m_general;
    std::map<std::string, backup::RetentionPolicy> m_own; ///< by keyspace
};

/// What becomes of backups after they were made, as one part of the agent: retention, garbage,
/// verification, drills. Thread-safe, but for tick(); the referenced objects outlive it.
class UpkeepPart
{
public:
    struct Parts
    {
        engine::Engine& engine;
        metadata::Database& database;
        metadata::BackupStore& backups;
        metadata::RestoreStore& restores;
        repository::Repository& repository;
        topology::Topology& topology;
        backup::QuietHours& quietHours;
        jobs::JobEngine& jobs; ///< not used before start
        std::function<journal::Journal*()> journal;
        std::function<bool(const topology::ShardPlace&)> captured;
        Clock& clock;
        Log& log;
    };

    UpkeepPart(Parts parts, const config::AgentConfig& config);

    /// Before the engine starts.
    void registerHandlers();
    /// What a killed drill left in the database. Before the first job runs.
    [[nodiscard]] Status tidy();
    /// Submits what is due: about once a second.
    [[nodiscard]] Status tick();
    void reload(const config::AgentConfig& config);

    /// What the repository takes, looked at every few minutes.
    [[nodiscard]] std::optional<ByteCount> storedBytes();

    [[nodiscard]] const backup::UpkeepHandler& upkeep() const { return m_upkeep; }
    [[nodiscard]] metadata::DrillStore& drills() { return m_drills; }
    [[nodiscard]] drill::DrillChores& drillChores() { return m_drillChores; }

private:
    const Parts m_parts;
    RetentionBook m_rules;
    metadata::KeyValueStore m_facts{m_parts.database};
    metadata::ProofStore m_proofs{m_parts.database};
    metadata::DrillStore m_drills{m_parts.database};
    backup::UpkeepHandler m_upkeep;
    drill::Driller m_driller;
    drill::DrillHandler m_drillHandler{m_driller, m_parts.engine};
    backup::VerifyHandler m_verify;
    backup::Chores m_chores;
    drill::DrillChores m_drillChores;
    std::mutex m_usageMutex;
    std::optional<ByteCount> m_stored; ///< as of m_storedSeen
    Instant m_storedSeen{};
};

} // namespace isotherm::runtime
