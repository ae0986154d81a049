// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/scheduler.h"
#include "agent/metadata/backup_store.h"
#include "agent/metadata/keyspace_store.h"
#include "agent/metadata/restore_store.h"
#include "agent/metadata/shard_store.h"
#include "agent/restore/restore_planner.h"
#include "agent/runtime/collector.h"
#include "agent/runtime/forecast_columns.h"
#include "agent/runtime/health_board.h"
#include "shared/model/agent_service.h"

#include <functional>
#include <mutex>
#include <string>

namespace isotherm::runtime
{

/// What does not change while the agent runs.
struct AgentFacts
{
    std::string cluster;
    std::string environment;
    std::string engine; ///< "postgresql"
    std::string version;
    WallTime started{};
    double hotAbove = 0.8;
    double warmAbove = 0.5;
};

/// The agent as its users see it: answers from the stores, changes as jobs. Thread-safe; the
/// referenced objects outlive it.
class AgentCore final : public AgentService
{
public:
    struct Parts
    {
        engine::Engine& engine;
        topology::Topology& topology;
        metadata::KeyspaceStore& keyspaces;
        metadata::ShardStore& shards;
        metadata::BackupStore& backups;
        metadata::RestoreStore& restores;
        const heat::TemperatureModel& temperatures;
        const Collector& collector;
        const backup::Scheduler& scheduler;
        restore::RestorePlanner& planner;
        jobs::JobEngine& jobs;
        AuditService& auditTrail;
        ChangesService& changes;
        RecoveryService& recovery;
        HotKeysService& hotKeys;
        UpkeepService& upkeep;
        ForecastService& forecast;
        const ForecastColumns& heat;
        HealthBoard& health;
        const Clock& clock;
    };

    AgentCore(Parts parts, AgentFacts facts);

    [[nodiscard]] Result<ClusterStatus> status() override;
    [[nodiscard]] Result<std::vector<KeyspaceRecord>> keyspaces() override;
    [[nodiscard]] Result<std::vector<ShardRecord>> shards(const ShardFilter& filter) override;
    [[nodiscard]] Result<HeatMatrix> heat(const HeatQuery& query) override;
    [[nodiscard]] Result<std::vector<BackupRecord>> backups(const BackupFilter& filter) override;
    [[nodiscard]] Result<std::vector<ScheduleEntry>> schedule() override;
    [[nodiscard]] Result<std::vector<JobRecord>> jobs(const JobFilter& filter) override;
    [[nodiscard]] Result<JobRecord> job(JobId id) override;
    [[nodiscard]] Result<RestorePlan> planRestore(const RestoreRequest& request) override;
    [[nodiscard]] Result<RestoreReceipt> receipt(JobId job) override;
    [[nodiscard]] Result<std::vector<RestorableRange>>
    restorableRanges(const ShardFilter& filter) override;
    [[nodiscard]] Result<std::vector<TransactionSummary>>
    transactions(const TransactionQuery& query) override;
    [[nodiscard]] AuditService& auditTrail() override { return m_parts.auditTrail; }
    [[nodiscard]] ChangesService& changes() override { return m_parts.changes; }
    [[nodiscard]] RecoveryService& recovery() override { return m_parts.recovery; }
    [[nodiscard]] HotKeysService& hotKeys() override { return m_parts.hotKeys; }
    [[nodiscard]] UpkeepService& upkeep() override { return m_parts.upkeep; }
    [[nodiscard]] ForecastService& forecast() override { return m_parts.forecast; }

    [[nodiscard]] Result<std::vector<JobId>> runBackup(const BackupRequest& request) override;
    [[nodiscard]] Result<JobId> verifyBackups(const VerifyRequest& request) override;
    [[nodiscard]] Result<JobId> runRestore(const RestoreRun& run) override;
    [[nodiscard]] Status cancelJob(JobId id) override;
    [[nodiscard]] Result<KeyspaceRecord> adoptKeyspace(const AdoptRequest& request) override;

private:
    /// The active shards that a request names. NotFound for a shard or keyspace that is not there.
    [[nodiscard]] Result<std::vector<ShardRecord>> choose(const std::string& keyspace,
                                                          const std::vector<ShardId>& shards);
    [[nodiscard]] Result<ClusterStatus> countShards(ClusterStatus status);
    [[nodiscard]] std::string serverVersion();

    const Parts m_parts;
    const AgentFacts m_facts;
    std::mutex m_mutex;
    std::string m_serverVersion; ///< as last seen
};

} // namespace isotherm::runtime
