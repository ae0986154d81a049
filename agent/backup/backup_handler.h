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

#include <cstdint>
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

/// How far a backup has to reach.
enum class Reach : std::uint8_t {
    Journal = 1, ///< what is captured by then
    Now = 2,     ///< everything that was committed before it: somebody asked for it
};

/// The parameters of a backup job.
[[nodiscard]] std::string backupParams(BackupKind wanted, Reach reach = Reach::Journal);

/// Runs backup jobs: one shard each. An incremental one that cannot continue the chain becomes a
/// full one, and the manifest says why. A synthetic one continues the chain up to now, then
/// compacts it in the repository; where there is nothing to compact, that nothing has changed is
/// all there is to say; where the chain cannot be read, the shard is backed up from the database.
/// After a full one from the database the chain before it is continued up to it: no commit falls
/// between the two. agent/jobs/JOBS.md has the crash table. Thread-safe; the referenced objects
/// outlive it.
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
        /// The server's position; 0: not known.
        std::function<Lsn()> serverPosition = {};
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
    /// The changes since `previous`, up to `upTo`; nullopt: it cannot be continued.
    [[nodiscard]] Result<std::optional<Increment>> increment(jobs::JobContext& context,
                                                             journal::Journal& journal,
                                                             const std::string& previous, Lsn upTo);
    /// Cuts an increment: the summary for people, unless the chain ended or has none; then a full
    /// one is needed, and `start` says why.
    struct Continued
    {
        std::optional<repository::Manifest> manifest;
        std::string summary;
        std::optional<repository::ChainStart> start;
        bool finished = false; ///< its leaves are gone: nothing is to follow
    };
    [[nodiscard]] Result<Continued> continueChain(jobs::JobContext& context,
                                                  const topology::ShardPlace& place,
                                                  journal::Journal& journal);
    /// By a new look: false when it has leaves that `backup` is not of.
    [[nodiscard]] Result<bool> shardIsGone(ShardId shard, const std::string& backup);
    [[nodiscard]] Result<std::string> compact(jobs::JobContext& context,
                                              const topology::ShardPlace& place,
                                              const repository::Manifest& from);
    /// Continues the chain before `full` up to it. May be called again.
    [[nodiscard]] Status bridgeTo(jobs::JobContext& context, const repository::Manifest& full);
    void tryToBridge(jobs::JobContext& context, const repository::Manifest& full);
    /// The last piece of a shard that is not there any more.
    [[nodiscard]] Result<std::string> closeChain(jobs::JobContext& context,
                                                 journal::Journal& journal);
    /// Its backups cannot be continued to its end, as `why` says: notes that it is gone all the
    /// same, so that no restore takes its last rows for those of a later moment.
    [[nodiscard]] Result<std::string> stopShort(jobs::JobContext& context,
                                                const repository::Manifest& previous,
                                                const journal::Journal& journal, const Error& why);
    [[nodiscard]] std::vector<SequenceValue> sequences() const;
    [[nodiscard]] Result<std::string> runFull(jobs::JobContext& context,
                                              const topology::ShardPlace& place,
                                              std::optional<repository::ChainStart> start);

    const BackupPorts m_ports;
    const Stores m_stores;
    const BackupSettings m_settings;
};

} // namespace isotherm::backup
