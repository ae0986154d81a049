// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/units.h"
#include "shared/model/key.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the agent knows, as plain values: the vocabulary that agent, API, CLI and console share.
namespace isotherm
{

/// A set of co-located tables that share one partition key.
struct KeyspaceRecord
{
    std::string name;
    std::vector<std::string> tables; ///< qualified names of the partition roots
    std::vector<std::string> keyColumns;
    std::vector<KeyType> keyTypes;
    std::optional<std::chrono::milliseconds> rpo; ///< objective
    std::uint32_t shardCount = 0;

    friend bool operator==(const KeyspaceRecord&, const KeyspaceRecord&) = default;
};

enum class ShardState : std::uint8_t { Active = 1, Retired = 2 };

struct ShardRecord
{
    ShardId id;
    std::string keyspace;
    KeyRange range;
    std::string rangeText;
    bool isDefault = false;          ///< the rows that no other shard's range takes
    std::vector<std::string> leaves; ///< qualified names of its leaf partitions, one per table
    std::string node;
    std::uint64_t rows = 0; ///< the server's estimate
    ByteCount size;
    ShardState state = ShardState::Active;
    std::optional<double> temperature;          ///< now, [0, 1]; nullopt: not known yet
    std::optional<double> predictedTemperature; ///< over the horizon
    std::optional<double> rowsPerSecond;        ///< rows read and written, newest sample
    std::optional<WallTime> lastBackup; ///< the moment that the newest complete backup shows
    Lsn lastBackupLsn;
    std::optional<std::chrono::milliseconds> rpoObjective;
    std::vector<ShardId> parents;
    std::vector<std::string>
        notCovered; ///< what backups of it do not hold, in words ("unlogged table x")

    friend bool operator==(const ShardRecord&, const ShardRecord&) = default;
};

/// Synthetic: a full one that was made of older backups in the repository, not of the database.
enum class BackupKind : std::uint8_t { Full = 1, Incremental = 2, Unchanged = 3, Synthetic = 4 };
enum class VerifyLevel : std::uint8_t {
    None = 0,
    Present = 1,
    Decodes = 2,
    Checksums = 3,
    Loaded = 4,
    Compared = 5
};

[[nodiscard]] std::string_view backupKindName(BackupKind kind);
/// From the database or synthetic: it starts a chain.
[[nodiscard]] bool isFull(BackupKind kind);
[[nodiscard]] std::string_view verifyLevelName(VerifyLevel level);

/// One acknowledged backup of one shard: it has a manifest in the repository.
struct BackupRecord
{
    std::string id; ///< the manifest's name
    ShardId shard;
    std::string keyspace;
    BackupKind kind = BackupKind::Full;
    WallTime started{};
    WallTime finished{};
    WallTime asOf{}; ///< the moment that its snapshot shows
    Lsn lsn;
    std::uint64_t rows = 0;
    ByteCount rawBytes;    ///< as read from the database
    ByteCount storedBytes; ///< in the repository
    std::string tier;
    VerifyLevel verified = VerifyLevel::None;
    std::optional<WallTime> verifiedAt;
    std::uint32_t deltas = 0;        ///< runs that a restore merges into its base
    std::uint32_t sinceDatabase = 0; ///< synthetic fulls between its base and the database

    friend bool operator==(const BackupRecord&, const BackupRecord&) = default;
};

enum class JobKind : std::uint8_t {
    Backup = 1,
    Restore = 2,
    Verify = 3,
    Reshard = 4,
    Upkeep = 5, ///< retention and garbage
    Drill = 6   ///< a trial restore, compared with the database
};
enum class JobState : std::uint8_t {
    Queued = 1,
    Running = 2,
    Done = 3,
    Failed = 4,
    Cancelled = 5,
    RolledBack = 6
};

[[nodiscard]] std::string_view jobKindName(JobKind kind);
[[nodiscard]] std::string_view jobStateName(JobState state);
[[nodiscard]] bool isFinished(JobState state);

struct JobRecord
{
    JobId id;
    JobKind kind = JobKind::Backup;
    JobState state = JobState::Queued;
    std::string title; ///< "back up accounts [1, 100)"
    std::string phase; ///< "copy rows"
    std::uint64_t bytesDone = 0;
    std::uint64_t bytesTotal = 0; ///< 0: not known
    std::uint64_t rowsDone = 0;
    double bytesPerSecond = 0;
    WallTime created{};
    std::optional<WallTime> started;
    std::optional<WallTime> finished;
    WallTime heartbeat{};
    std::vector<ShardId> shards;
    std::string requestedBy; ///< client name, or "scheduler"
    std::string error;       ///< what went wrong, with its hint
    std::string result;      ///< one line for people when done

    friend bool operator==(const JobRecord&, const JobRecord&) = default;
};

/// What the scheduler will do with a shard next, and why.
struct ScheduleEntry
{
    ShardId shard;
    std::string keyspace;
    std::string rangeText;
    WallTime due{};
    BackupKind kind = BackupKind::Full;
    std::optional<double> temperature;
    std::chrono::milliseconds interval{0};
    std::string reason; ///< "hot (0.91 > 0.8): every 1h", …

    friend bool operator==(const ScheduleEntry&, const ScheduleEntry&) = default;
};

/// What to bring back. Either `predicate` or `shards` (or both: the rows of these shards that
/// match).
/// A stretch of time that a shard can be restored to.
struct RestorableRange
{
    ShardId shard;
    std::string keyspace;
    std::string rangeText;
    WallTime from{};
    WallTime to{};
    Lsn fromLsn;
    Lsn toLsn;
    bool everyCommit = false; ///< to any commit in it; else to its end only
    std::string gapBefore;    ///< why history does not reach further back; empty: nothing says why

    friend bool operator==(const RestorableRange&, const RestorableRange&) = default;
};

/// A committed transaction, as the backups of the shards that it touched tell of it.
struct TransactionSummary
{
    std::uint64_t id = 0;
    Lsn commit; ///< restore to just before it with RestoreRequest::beforeTransaction
    WallTime time{};
    std::uint64_t inserted = 0;
    std::uint64_t updated = 0;
    std::uint64_t deleted = 0;
    std::uint64_t truncates = 0;
    std::vector<ShardId> shards; ///< that it touched
    bool partial = false;        ///< it changed more than what is captured
    bool otherOrigin = false;    ///< replicated into the database from elsewhere

    friend bool operator==(const TransactionSummary&, const TransactionSummary&) = default;
};

struct RestoreRequest
{
    std::string keyspace;
    std::vector<std::string> tables; ///< qualified or bare names; empty: all of the keyspace
    std::string predicate;       ///< on the key: "customer_id between 100 and 200"; empty: all rows
    std::vector<ShardId> shards; ///< empty: every shard that the predicate touches
    /// As it was at this moment: to the commit where history was captured, else the newest backup
    /// at or before it. nullopt (and neither of the two below): the newest backup.
    std::optional<WallTime> at;
    std::string sideSchema; ///< where side tables go; empty: "isotherm_restore"
    std::optional<Lsn> lsn; ///< as it was after the last commit up to this position
    std::optional<std::uint64_t> beforeTransaction; ///< as it was just before this one committed
};

struct RestorePlanPart
{
    ShardId shard;
    std::string rangeText;
    std::string table;    ///< qualified name of the source table
    std::string backupId; ///< the manifest used
    WallTime asOf{};
    Lsn lsn;
    std::uint32_t runs = 0;
    std::uint64_t rows = 0; ///< upper bound, from the index
    ByteCount bytesToRead;  ///< from the repository
    std::string tier;

    friend bool operator==(const RestorePlanPart&, const RestorePlanPart&) = default;
};

/// What a restore will do. Carried out by its id, so that what was reviewed is what runs.
struct RestorePlan
{
    std::string id; ///< hash of the plan's content
    RestoreRequest request;
    WallTime made{};
    std::vector<RestorePlanPart> parts;
    std::vector<std::string> sideTables; ///< qualified names that will be made, one per table
    ByteCount bytesToRead;
    std::uint64_t rows = 0;
    std::optional<std::chrono::milliseconds>
        fastest; ///< expected time as a range from past restores
    std::optional<std::chrono::milliseconds> slowest;
    std::vector<std::string> warnings;
};

struct RestoredTable
{
    std::string source;
    std::string sideTable;
    std::uint64_t rows = 0;
    std::string checksum; ///< hexadecimal, independent of row order
    bool verified = false;
};

/// The proof of a finished restore.
struct RestoreReceipt
{
    JobId job;
    std::string planId;
    WallTime started{};
    WallTime finished{};
    std::vector<RestoredTable> tables;
    ByteCount bytesRead;
    bool verified = false; ///< every table's count and checksum, read back from the database
};

enum class Role : std::uint8_t { Viewer = 1, Operator = 2, Admin = 3 };
[[nodiscard]] std::string_view roleName(Role role);
[[nodiscard]] std::optional<Role> parseRole(std::string_view name);

struct AuditEntry
{
    std::uint64_t sequence = 0; ///< from 1
    WallTime time{};
    std::string who; ///< certificate name, "agent", or "-" when unknown
    std::string role;
    std::string action; ///< "restore.run"
    std::string target;
    std::string outcome; ///< "ok", or the error
    std::string peer;    ///< network address
    std::string hash;    ///< hexadecimal SHA-256 over the previous hash and this entry

    friend bool operator==(const AuditEntry&, const AuditEntry&) = default;
};

struct AuditVerification
{
    bool intact = false;
    std::uint64_t entries = 0;
    std::uint64_t firstBad = 0; ///< sequence of the first broken entry; 0: none
};

enum class DiagnosticLevel : std::uint8_t { Info = 1, Warning = 2, Critical = 3 };

/// Something that the operator should know now: shown as a strip in the console and in `status`.
struct Diagnostic
{
    DiagnosticLevel level = DiagnosticLevel::Info;
    std::string code; ///< stable: "database.unreachable"
    std::string message;
    std::string hint;

    friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

struct ClusterStatus
{
    std::string cluster;
    std::string environment; ///< "production", …
    std::string engine;      ///< "postgresql"
    std::string serverVersion;
    bool databaseReachable = false;
    std::string agentVersion;
    WallTime agentStarted{};
    WallTime now{}; ///< the agent's clock: clients show the skew
    std::optional<WallTime> lastSample;
    std::uint32_t shards = 0;
    std::uint32_t shardsWithoutBackup = 0;
    std::uint32_t rpoBreached = 0;
    std::uint32_t jobsRunning = 0;
    ByteCount repositoryBytes;
    std::uint32_t backups = 0;
    double hotAbove = 0.8;
    double warmAbove = 0.5;
    std::vector<Diagnostic> diagnostics;

    friend bool operator==(const ClusterStatus&, const ClusterStatus&) = default;
};

} // namespace isotherm
