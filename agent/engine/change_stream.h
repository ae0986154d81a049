// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/base/units.h"
#include "shared/model/sequence_value.h"
#include "shared/model/table_schema.h"
#include "shared/model/visibility.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

/// The second half of the port: every committed change of the managed tables, in commit order.
namespace isotherm::engine
{

struct ChangeColumn
{
    std::string name;
    std::string typeName; ///< as in ColumnSchema
    ValueEncoding encoding = ValueEncoding::Binary;
    bool key = false; ///< part of what old rows are told by

    friend bool operator==(const ChangeColumn&, const ChangeColumn&) = default;
};

/// A leaf as the stream describes it when it changes. Its columns come in the order of the stored
/// columns of the leaf's table as of now, so that rows are the very bytes that a snapshot's reader
/// gives; columns that the table no longer has stand at the end. Map by name, never by position:
/// the schema of a base may be older or newer.
struct ChangeRelation
{
    LeafRef leaf;              ///< its generation is not known here: 0
    std::uint64_t tableId = 0; ///< object id of the table that it is a part of; 0: none
    std::vector<ChangeColumn> columns;
    bool fullOldRows = false; ///< old rows have all columns

    friend bool operator==(const ChangeRelation&, const ChangeRelation&) = default;
};

enum class ChangeKind : std::uint8_t {
    Insert = 1,
    Update = 2, ///< with an old row when the key changed, or when old rows are full
    Delete = 3, ///< with an old row
    Truncate = 4,
    Marker = 5,     ///< the schema changed here, see SchemaMarker
    Unreadable = 6, ///< changes of a leaf were lost here: it needs a new base
    Commit = 7,
    Abort = 8,     ///< of a transaction, or of a part of it
    Heartbeat = 9, ///< ties a moment of the server's clock to a position
    Progress = 10, ///< everything up to endLsn was given
};

/// Bytes of ChangeBatch::bytes.
struct ByteSpan
{
    std::size_t begin = 0;
    std::size_t length = 0;
};

/// What can happen to a schema.
enum class MarkerKind : std::uint8_t {
    Changed = 1,   ///< a definition changed, the rows stayed as they were
    Rewritten = 2, ///< every row was written anew, unseen by the stream: a new base is needed
    Dropped = 3,
};

/// A table as a change of its schema left it.
struct TableDefinition
{
    std::uint64_t tableId = 0; ///< object id
    /// With the numbers of its columns. The types of its key are not told: Opaque.
    TableSchema schema;
    /// One per column: what rows from before it was added have in it, encoded as the column says;
    /// nullopt: NULL.
    std::vector<std::optional<std::string>> missing;
    std::string unknown; ///< what could not be told ("the type of column m is gone"); empty: all is

    friend bool operator==(const TableDefinition&, const TableDefinition&) = default;
};

struct SchemaMarker
{
    MarkerKind kind = MarkerKind::Changed;
    /// What changed first; of a table then all parts that it has after this.
    std::vector<std::uint64_t> objects;
    std::string what;      ///< "ALTER TABLE public.orders"
    std::string statement; ///< as the user wrote it, cut to 4 KiB
    int reason = 0;        ///< of a rewrite: the engine's own number
    /// The table that the object is, or is a part of, after the change; nullopt: it is none, or
    /// the server was prepared by an older version.
    std::optional<TableDefinition> definition = {};

    friend bool operator==(const SchemaMarker&, const SchemaMarker&) = default;
};

/// One step of the stream. Changes of a transaction come before its Commit, in order, possibly in
/// several pieces between which other transactions' pieces and commits lie: nothing counts before
/// its commit. Each names the part of the transaction (a savepoint) that it belongs to; an Abort
/// of a part takes that part's changes back, an Abort of the transaction all of them.
struct ChangeEvent
{
    ChangeKind kind = ChangeKind::Progress;
    bool otherOrigin = false;       ///< Commit: it was replicated here from somewhere else
    std::uint32_t relation = 0;     ///< index into ChangeBatch::relations
    std::uint32_t marker = 0;       ///< Marker, Unreadable: index into ChangeBatch::markers
    std::uint64_t transaction = 0;  ///< 64-bit id: what Visibility::shows asks for
    std::uint64_t part = 0;         ///< id of the savepoint; equal to `transaction` outside of one
    ByteSpan row;                   ///< Insert, Update: the new row in RowBatch's form
    std::optional<ByteSpan> oldRow; ///< all columns, or the key's with the others absent
    Lsn lsn;                        ///< Commit: the commit's position. Heartbeat, Marker: its own
    Lsn endLsn;                     ///< Commit, Progress: confirm this, resume after this
    WallTime time{};                ///< Commit, Heartbeat: the server's clock; not monotonic
};

struct ChangeBatch
{
    std::string bytes;
    std::vector<ChangeEvent> events;
    std::vector<std::shared_ptr<const ChangeRelation>> relations;
    std::vector<SchemaMarker> markers;

    [[nodiscard]] std::string_view view(const ByteSpan& span) const
    {
        return std::string_view(bytes).substr(span.begin, span.length);
    }
    void clear()
    {
        bytes.clear();
        events.clear();
        relations.clear();
        markers.clear();
    }
};

/// An open stream. next() belongs to one thread, confirm() to any. The server is kept informed from
/// a thread of the stream's own, however long the consumer takes.
class ChangeStream
{
public:
    virtual ~ChangeStream() = default;

    /// Fills `batch` (cleared first) with what comes, about 1 MiB at most but for single rows;
    /// empty when nothing came for `wait`. An update's values that the server did not send are
    /// kAbsentField. Unavailable when the connection broke: open again. FailedPrecondition when the
    /// feed cannot be read any more (see FeedState): a gap. Cancelled by `stop`.
    [[nodiscard]] virtual Status next(ChangeBatch& batch, std::chrono::milliseconds wait,
                                      std::stop_token stop) = 0;

    /// Everything up to `endLsn` is durable: the server may forget it. Never goes back.
    virtual void confirm(Lsn endLsn) = 0;
};

enum class FeedCondition : std::uint8_t {
    Absent = 1, ///< never made, or dropped by somebody
    Ready = 2,
    Lost = 3, ///< it is there, but the server threw away what it needs
};

/// How far the server is from throwing away log that the feed still needs.
enum class LogRetention : std::uint8_t { Safe = 1, Extended = 2, AtRisk = 3, Lost = 4 };

/// The feed as the server sees it.
struct FeedState
{
    FeedCondition condition = FeedCondition::Absent;
    std::string unsupported; ///< why the server cannot have a feed, with what to do; empty: it can
    std::string systemId;
    std::uint32_t timeline = 0;
    std::string identity; ///< differs when any part of the feed was made anew by somebody
    Lsn confirmed;        ///< what comes after this is still to be had
    Lsn current;          ///< the server's position now
    bool active = false;  ///< somebody reads it
    LogRetention retention = LogRetention::Safe;
    std::optional<ByteCount> safeBytes;     ///< log that may still be written before it is lost
    ByteCount retainedBytes;                ///< log that the server keeps for the feed
    std::uint64_t oldestTransactionAge = 0; ///< in transactions: what vacuum may not remove yet
    std::uint64_t nextTransaction = 0;
    std::uint64_t oldestRunning = 0; ///< every transaction below is over, and seen by snapshots
    std::vector<std::uint64_t> captured; ///< object ids of the tables that are in the feed
    std::vector<SequenceValue> sequences; ///< of these tables, as far as they may be read
    bool notesSchema = false;             ///< markers of schema changes come with the stream
    std::vector<std::string> warnings;    ///< old prepared transactions, missing triggers, …
};

/// What became of one table that was to be captured.
struct TableCoverage
{
    std::string table;         ///< as asked for
    std::uint64_t tableId = 0; ///< 0: there is no such table
    bool captured = false;
    std::string reason; ///< why it is not captured: its shards have full backups only
    std::string hint;
    std::vector<std::uint64_t> leaves; ///< its leaves now
    /// Differs when columns, key or the storage of a leaf are others: how a change of the schema is
    /// noticed where no markers tell of it.
    std::string shape;
    /// Its changes are complete for snapshots all of whose running transactions are younger:
    /// Visibility::oldestRunning() > fence. 0: it was in the feed before.
    std::uint64_t fence = 0;
};

/// Where one history of the server branched off into another.
struct TimelineFork
{
    std::uint32_t timeline = 0; ///< that ended
    Lsn at;                     ///< what was written on it after this never happened
};

/// The feed of changes of one database: made once, kept by the server until it is dropped.
/// Thread-safe.
class ChangeFeed
{
public:
    virtual ~ChangeFeed() = default;

    [[nodiscard]] virtual Result<FeedState> inspect() = 0;

    /// Makes it; nothing may be there (AlreadyExists), a lost one is to be dropped first.
    /// FailedPrecondition when the server cannot; DeadlineExceeded, naming them, when transactions
    /// that are open hold it up.
    [[nodiscard]] virtual Result<FeedState> create() = 0;

    /// Puts tables into the feed, or keeps them there; one answer for each. Never one whose writers
    /// would get errors from it.
    [[nodiscard]] virtual Result<std::vector<TableCoverage>>
    capture(const std::vector<std::string>& tables) = 0;

    /// From the first commit whose end is after `after` on. FailedPrecondition: the feed is absent
    /// or lost; Unavailable: somebody else reads it, or the server is down.
    [[nodiscard]] virtual Result<std::unique_ptr<ChangeStream>> open(Lsn after) = 0;

    /// Writes a heartbeat that comes back through the stream.
    [[nodiscard]] virtual Status heartbeat() = 0;

    /// The forks that led to `timeline`, oldest first.
    [[nodiscard]] virtual Result<std::vector<TimelineFork>> history(std::uint32_t timeline) = 0;

    /// Removes it, so that the server keeps nothing for us. Done when it is gone already.
    [[nodiscard]] virtual Status drop() = 0;
};

} // namespace isotherm::engine
