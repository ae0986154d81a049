// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/change_detector.h"
#include "agent/backup/increment.h"
#include "agent/backup/shard_backup.h"
#include "agent/jobs/job_handler.h"
#include "agent/metadata/backup_store.h"
#include "agent/metadata/schedule_store.h"
#include "agent/topology/topology.h"
#include "shared/base/log.h"

#include <functional>
#include <optional>
#include <string>

namespace isotherm::backup
{

/// What every backup of this agent has in common.
struct BackupSettings
{
    std::string clusterName;
    std::string tier;
    int compressionLevel = 1;
    std::uint32_t readersPerShard = 1;
};

/// The parameters of a backup job.
[[nodiscard]] std::string backupParams(BackupKind wanted);

/// Runs backup jobs: one shard each. An incremental one that cannot continue the chain becomes a
/// full one, and the manifest says why. Crash table:
///   before the manifest is committed   nothing is visible; the job runs again from its start, and
///   the objects that no
///                                      manifest names are removed when the agent starts
///   committed, not yet checkpointed    the backup counts (the catalogue is reconciled at start);
///   the job runs again checkpointed, not yet recorded     the job resumes and records it
/// Thread-safe; the referenced objects outlive it.
class BackupHandler final : public jobs::JobHandler
{
public:
    struct Stores
    {
        topology::Topology& topology;
        metadata::BackupStore& backups;
        metadata::ScheduleStore& schedules;
        const ChangeDetector& changes;
        Log& log;
        /// Captured changes; none, or null: full backups only.
        std::function<journal::Journal*()> journal = {};
        /// Where the sequences of captured tables stand.
        std::function<std::vector<SequenceValue>()> sequences = {};
    };

    BackupHandler(BackupPorts ports, Stores stores, BackupSettings settings);

    [[nodiscard]] Result<std::string> run(jobs::JobContext& context) override;
    [[nodiscard]] jobs::Recovery recovery(const jobs::JobContext& context) override;
    [[nodiscard]] Result<std::string> resume(jobs::JobContext& context) override;
    [[nodiscard]] Status rollBack(jobs::JobContext& context) override;

private:
    [[nodiscard]] Result<ShardBackupRequest> requestFor(const topology::ShardPlace& place);
    [[nodiscard]] Result<std::string> record(const repository::Manifest& manifest,
                                             const std::string& mark);
    /// The changes since the newest backup; nullopt (and `start` says why, if there was a chain):
    /// a full one is needed.
    [[nodiscard]] Result<std::optional<Increment>> increment(jobs::JobContext& context,
                                                             const topology::ShardPlace& place,
                                                             journal::Journal& journal);
    /// The last piece of a shard that is not there any more.
    [[nodiscard]] Result<std::string> closeChain(jobs::JobContext& context,
                                                 journal::Journal& journal);
    [[nodiscard]] std::vector<SequenceValue> sequences() const;
    [[nodiscard]] Result<std::string> runFull(jobs::JobContext& context,
                                              const topology::ShardPlace& place,
                                              std::optional<repository::ChainStart> start);

    const BackupPorts m_ports;
    const Stores m_stores;
    const BackupSettings m_settings;
};

} // namespace isotherm::backup
