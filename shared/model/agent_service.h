// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/model/audit_service.h"
#include "shared/model/changes_service.h"
#include "shared/model/forecast_service.h"
#include "shared/model/heat_matrix.h"
#include "shared/model/hotkeys_service.h"
#include "shared/model/records.h"
#include "shared/model/recovery_service.h"
#include "shared/model/upkeep_service.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace isotherm
{

struct ShardFilter
{
    std::string keyspace; ///< empty: all
    bool includeRetired = false;
};

struct BackupFilter
{
    std::string keyspace;
    std::vector<ShardId> shards; ///< empty: all
    std::optional<WallTime> from;
    std::optional<WallTime> to;
    std::size_t limit = 10'000; ///< newest first
};

struct JobFilter
{
    bool activeOnly = false;
    std::size_t limit = 200; ///< newest first
};

/// Transactions around an instant.
struct TransactionQuery
{
    std::string keyspace;
    std::vector<ShardId> shards; ///< empty: all of the keyspace
    std::optional<WallTime> from;
    std::optional<WallTime> to;
    std::size_t limit = 100;
    bool largestFirst = false; ///< by rows lost: truncates, then most deleted, then most updated;
                               ///< else the newest first
};

/// Who asks for a change: recorded with the job.
struct Caller
{
    std::string name;
};

struct BackupRequest
{
    std::string keyspace;
    std::vector<ShardId> shards; ///< empty: all of the keyspace; empty keyspace too: all shards
    Caller caller;
    bool full = false; ///< even where an incremental one would do
};

struct VerifyRequest
{
    std::string keyspace;
    std::vector<ShardId> shards;
    VerifyLevel level = VerifyLevel::Checksums;
    Caller caller;
    bool again = false; ///< also what was proven already
};

struct RestoreRun
{
    std::string planId;
    Caller caller;
};

struct AdoptRequest
{
    std::string name;
    std::vector<std::string> tables; ///< partition roots
    std::vector<std::string> keyColumns;
    std::optional<std::chrono::milliseconds> rpo;
    Caller caller;
};

/// Everything that can be asked of an agent. Implemented by the agent itself and, across the
/// network, by shared/client, so that whoever uses it (API, CLI, console, tests) need not know
/// which it holds. Areas beyond the core are services of their own, reached from here, so that none
/// of them grows into all the others. Thread-safe. Calls return within their deadline (client) or
/// promptly (agent): long work is a job, found by its id.
class AgentService
{
public:
    virtual ~AgentService() = default;

    [[nodiscard]] virtual Result<ClusterStatus> status() = 0;
    [[nodiscard]] virtual Result<std::vector<KeyspaceRecord>> keyspaces() = 0;
    [[nodiscard]] virtual Result<std::vector<ShardRecord>> shards(const ShardFilter& filter) = 0;
    /// InvalidArgument when the range is empty; NotFound for an unknown shard or keyspace.
    [[nodiscard]] virtual Result<HeatMatrix> heat(const HeatQuery& query) = 0;
    [[nodiscard]] virtual Result<std::vector<BackupRecord>> backups(const BackupFilter& filter) = 0;
    [[nodiscard]] virtual Result<std::vector<ScheduleEntry>> schedule() = 0;
    [[nodiscard]] virtual Result<std::vector<JobRecord>> jobs(const JobFilter& filter) = 0;
    [[nodiscard]] virtual Result<JobRecord> job(JobId id) = 0;
    /// NotFound when nothing restorable matches; InvalidArgument for a bad predicate.
    [[nodiscard]] virtual Result<RestorePlan> planRestore(const RestoreRequest& request) = 0;
    /// The receipt of a finished restore job; FailedPrecondition while it runs, NotFound when there
    /// is none.
    [[nodiscard]] virtual Result<RestoreReceipt> receipt(JobId job) = 0;
    /// What each shard can be restored to, by shard and time.
    [[nodiscard]] virtual Result<std::vector<RestorableRange>>
    restorableRanges(const ShardFilter& filter) = 0;
    /// Of captured history that has been backed up. NotFound for an unknown keyspace.
    [[nodiscard]] virtual Result<std::vector<TransactionSummary>>
    transactions(const TransactionQuery& query) = 0;

    // Areas of their own, each with its header; they live as long as this does.
    [[nodiscard]] virtual AuditService& auditTrail() = 0;
    [[nodiscard]] virtual ChangesService& changes() = 0;
    [[nodiscard]] virtual RecoveryService& recovery() = 0;
    [[nodiscard]] virtual HotKeysService& hotKeys() = 0;
    [[nodiscard]] virtual UpkeepService& upkeep() = 0;
    [[nodiscard]] virtual ForecastService& forecast() = 0;

    // Changes: role operator (adoptKeyspace: admin); each call is audited by the API.
    [[nodiscard]] virtual Result<std::vector<JobId>> runBackup(const BackupRequest& request) = 0;
    [[nodiscard]] virtual Result<JobId> verifyBackups(const VerifyRequest& request) = 0;
    [[nodiscard]] virtual Result<JobId> runRestore(const RestoreRun& run) = 0;
    [[nodiscard]] virtual Status cancelJob(JobId id) = 0;
    [[nodiscard]] virtual Result<KeyspaceRecord> adoptKeyspace(const AdoptRequest& request) = 0;
};

} // namespace isotherm
