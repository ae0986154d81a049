// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/base/units.h"
#include "shared/model/key.h"
#include "shared/model/row_batch.h"
#include "shared/model/table_schema.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

/// The port to a managed database: everything that Isotherm asks of one, and no word of any
/// particular one.
namespace isotherm::engine
{

struct ClusterIdentity
{
    std::string systemId; ///< never changes for one database system
    std::string database;
    std::string serverVersion;
    std::uint32_t majorVersion = 0;
    std::string node; ///< host:port as people know it
};

/// What an operator declares as a keyspace.
struct KeyspaceSpec
{
    std::string name;
    std::vector<std::string> tables; ///< partition roots, "orders" or "sales.orders"
    std::vector<std::string>
        keyColumns; ///< the shared partition key; empty: taken from the first table
};

/// One leaf partition: where a shard's rows of one table are.
struct LeafRef
{
    std::uint64_t objectId = 0;   ///< survives a rename
    std::uint64_t generation = 0; ///< changes when the table is rewritten or truncated
    std::string schema;
    std::string name;

    friend bool operator==(const LeafRef&, const LeafRef&) = default;
};

struct ShardLayout
{
    KeyRange range;
    bool isDefault = false;
    std::vector<LeafRef> leaves; ///< one per table, in the keyspace's table order
    std::uint64_t rows = 0;      ///< estimate
    ByteCount size;
    std::vector<std::string> notCovered; ///< what a backup of it cannot hold, in words
};

struct KeyspaceLayout
{
    std::vector<TableSchema> tables;
    std::vector<std::string> keyColumns;
    std::vector<KeyType> keyTypes;
    std::vector<ShardLayout> shards; ///< in key order, the default last
};

/// Cumulative access counters of one leaf, since the server last reset them.
struct LeafCounters
{
    std::uint64_t objectId = 0;
    std::uint64_t reads = 0;  ///< scans and look-ups started
    std::uint64_t writes = 0; ///< rows inserted, updated, deleted
    std::uint64_t rows = 0;   ///< rows read and written
    std::uint64_t bytes = 0;  ///< bytes read from cache and disk
};

struct AccessSample
{
    WallTime serverTime{};
    Instant taken{};
    std::uint64_t resetEpoch = 0; ///< differs after the counters were reset or the server restarted
    std::vector<LeafCounters> leaves;
    std::chrono::microseconds cost{0}; ///< time the server spent on it
    /// Every write committed at or before this moment is in the counters; nullopt when the server
    /// cannot tell (it does not count). Servers publish their counters late: only up to here do
    /// equal counters mean equal tables.
    std::optional<WallTime> completeUntil;
};

/// Which committed transactions a snapshot shows; an opaque text that only the engine reads. See
/// DESIGN: a base and the change stream meet by visibility, never by LSN.
struct SnapshotInfo
{
    std::string visibility;
    Lsn lsn; ///< a position at or before everything that the snapshot shows; for people and for
             ///< ordering only
    WallTime asOf{};
    std::vector<LeafRef> leaves; ///< as locked
};

/// Part of a table to read. Slices divide one leaf's physical extent among parallel readers.
enum class ReadOrder : std::uint8_t {
    Any = 1,  ///< as it comes cheapest
    ByKey = 2 ///< exactly in the order of encoded keys
};

struct ReadRequest
{
    std::size_t table = 0; ///< index into the shard's leaves
    KeyRange range;        ///< only rows with keys inside; the whole leaf by default
    std::uint32_t slice = 0;
    std::uint32_t slices = 1; ///< 1 when the order is by key
    ReadOrder order = ReadOrder::Any;
};

/// One consistent view of one shard. Rows stay as they were until it is destroyed; it blocks DDL on
/// the leaves, nothing else. openRows may be called from several threads; each source then has a
/// connection of its own.
class Snapshot
{
public:
    virtual ~Snapshot() = default;
    [[nodiscard]] virtual const SnapshotInfo& info() const = 0;
    [[nodiscard]] virtual const TableSchema& table(std::size_t index) const = 0;

    /// True if reading a slice in physical order meets keys nearly in order, so that sorting in
    /// small windows is enough; else the engine returns rows sorted by key and `slices` must be 1.
    [[nodiscard]] virtual bool physicalOrderIsKeyOrder(std::size_t table) const = 0;

    /// Aborted if the leaf was rewritten under us; Unavailable when the connection breaks.
    [[nodiscard]] virtual Result<std::unique_ptr<RowSource>> openRows(const ReadRequest& request,
                                                                      std::stop_token stop) = 0;
};

/// A table made by a restore, filled by one or more writers.
struct StagingTable
{
    std::string schema;
    std::string name;
    std::string
        marker; ///< written on the table, so that leftovers of a job can be found and dropped
};

class RowSink
{
public:
    virtual ~RowSink() = default;
    [[nodiscard]] virtual Status write(const RowBatch& batch) = 0;
    /// The rows are durable and counted after this returns.
    [[nodiscard]] virtual Result<std::uint64_t> finish() = 0;
};

/// Brings rows back into a database. Thread-safe; each sink has a connection of its own.
class RestoreTarget
{
public:
    virtual ~RestoreTarget() = default;

    /// Makes an empty table with the schema's columns, nothing else. AlreadyExists if the name is
    /// taken.
    [[nodiscard]] virtual Status createTable(const StagingTable& table,
                                             const TableSchema& schema) = 0;
    [[nodiscard]] virtual Result<std::unique_ptr<RowSink>> openSink(const StagingTable& table,
                                                                    const TableSchema& schema) = 0;
    /// Adds generated columns, keys, checks and indexes, then statistics.
    [[nodiscard]] virtual Status completeTable(const StagingTable& table,
                                               const TableSchema& schema) = 0;
    /// Reads everything back, for verification.
    [[nodiscard]] virtual Result<std::unique_ptr<RowSource>>
    readBack(const StagingTable& table, const TableSchema& schema, std::stop_token stop) = 0;
    /// The rows with keys in `range`, in the order of encoded keys.
    [[nodiscard]] virtual Result<std::unique_ptr<RowSource>>
    readInKeyOrder(const StagingTable& table, const TableSchema& schema, const KeyRange& range,
                   std::stop_token stop);
    [[nodiscard]] virtual Status dropTable(const StagingTable& table) = 0;
    /// Tables in `schema` whose marker starts with `markerPrefix`.
    [[nodiscard]] virtual Result<std::vector<StagingTable>>
    listStaging(const std::string& schema, const std::string& markerPrefix) = 0;
    /// Takes the marker off: the table now belongs to the operator.
    [[nodiscard]] virtual Status release(const StagingTable& table) = 0;
    /// Bytes free where the target keeps its tables, if it can tell.
    [[nodiscard]] virtual std::optional<ByteCount> freeSpace() = 0;
};

inline Result<std::unique_ptr<RowSource>>
RestoreTarget::readInKeyOrder(const StagingTable& table, const TableSchema& /*schema*/,
                              const KeyRange& /*range*/, std::stop_token /*stop*/)
{
    return makeError(Code::Unimplemented,
                     "this engine cannot read " + table.schema + "." + table.name +
                         " in the order of its key",
                     "compare with the backups instead");
}

/// Held for as long as the object lives and the database agrees.
class ClusterLock
{
public:
    virtual ~ClusterLock() = default;
    /// Unavailable when the lock's connection was lost: stop changing anything, then try to lock
    /// again.
    [[nodiscard]] virtual Status check() = 0;
};

class ChangeFeed;   // change_stream.h
class LeafSwapping; // leaf_swap.h
class ReshardPort;  // reshard_port.h
class RowEditing;   // row_edit.h
class SurveyPort;   // survey.h

/// What a feed of changes is called on the server, so that two agents do not share one.
struct FeedSpec
{
    std::string name = "isotherm"; ///< lower-case letters, digits, underscores
};

/// One managed database. Thread-safe. Every call is bounded by the timeout given at construction,
/// but for row streams, which are bounded per batch.
class Engine
{
public:
    virtual ~Engine() = default;

    [[nodiscard]] virtual Result<ClusterIdentity> identify() = 0;

    /// FailedPrecondition when another agent holds it: one agent per cluster.
    [[nodiscard]] virtual Result<std::unique_ptr<ClusterLock>> lockCluster() = 0;

    /// FailedPrecondition with a reason when a table cannot be managed (not range-partitioned,
    /// partitions that do not line up, a key type or collation whose order we cannot encode).
    [[nodiscard]] virtual Result<KeyspaceLayout> describeKeyspace(const KeyspaceSpec& spec) = 0;

    /// Counters of the given leaves, one round trip.
    [[nodiscard]] virtual Result<AccessSample>
    sampleAccess(const std::vector<std::uint64_t>& leafIds) = 0;

    /// A snapshot of one shard: locks its leaves first, then looks. DeadlineExceeded when a lock is
    /// not had in time.
    [[nodiscard]] virtual Result<std::unique_ptr<Snapshot>>
    openSnapshot(const KeyspaceLayout& keyspace, const ShardLayout& shard) = 0;

    [[nodiscard]] virtual Result<std::unique_ptr<RestoreTarget>> openRestoreTarget() = 0;

    /// The database's feed of changes; nothing is made or asked yet. Unimplemented where there is
    /// none.
    [[nodiscard]] virtual Result<std::shared_ptr<ChangeFeed>> openChangeFeed(const FeedSpec& spec);

    /// What puts new parts in place of old ones; nothing is made or asked yet. Unimplemented where
    /// parts stay as they are.
    [[nodiscard]] virtual Result<std::shared_ptr<ReshardPort>> openReshardPort();

    /// What plans are made from; nothing is asked yet. Unimplemented where there is no such thing.
    [[nodiscard]] virtual Result<std::shared_ptr<SurveyPort>> openSurvey();

    /// Changes of single rows. Unimplemented where there are none.
    [[nodiscard]] virtual Result<std::shared_ptr<RowEditing>> openRowEditing();

    /// Whole leaves swapped for others. Unimplemented where there is no such thing.
    [[nodiscard]] virtual Result<std::shared_ptr<LeafSwapping>> openLeafSwapping();
};

inline Result<std::shared_ptr<SurveyPort>> Engine::openSurvey()
{
    return makeError(Code::Unimplemented, "this engine cannot be surveyed");
}

inline Result<std::shared_ptr<ChangeFeed>> Engine::openChangeFeed(const FeedSpec& spec)
{
    return makeError(Code::Unimplemented, "this engine has no feed of changes (" + spec.name + ")",
                     "its shards get full backups only");
}

inline Result<std::shared_ptr<ReshardPort>> Engine::openReshardPort()
{
    return makeError(Code::Unimplemented, "this engine cannot change its shards");
}

inline Result<std::shared_ptr<RowEditing>> Engine::openRowEditing()
{
    return makeError(Code::Unimplemented, "this engine cannot change single rows",
                     "restore into side tables, and copy the rows by hand");
}

inline Result<std::shared_ptr<LeafSwapping>> Engine::openLeafSwapping()
{
    return makeError(Code::Unimplemented, "this engine cannot swap whole leaves",
                     "restore into side tables, and copy the rows by hand");
}

} // namespace isotherm::engine
