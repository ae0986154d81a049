// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/units.h"
#include "shared/model/records.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What goes beyond a side restore: rows then against rows now, and ways to bring them back.
namespace isotherm
{

/// What became of a row since the moment that is compared with.
enum class RowDifference : std::uint8_t {
    Missing = 1, ///< it was there then and is not now
    Changed = 2, ///< its key is there, other columns differ
    Extra = 3    ///< it is there now and was not then
};

[[nodiscard]] std::string_view rowDifferenceName(RowDifference difference);

/// A transaction that a restore of some shards only takes apart.
struct CutTransaction
{
    TransactionSummary transaction = {};
    /// True: it committed after the moment, so it is undone in the restored shards and stays in the
    /// others. False: before it, so the restored shards have it as of then, the others as of now.
    bool undone = false;
    std::vector<ShardId> outside = {}; ///< shards that it touched and that are not restored

    friend bool operator==(const CutTransaction&, const CutTransaction&) = default;
};

/// What a restore plan cuts, as far as backups know.
struct CutList
{
    std::uint64_t undone = 0;                 ///< how many in all
    std::uint64_t halved = 0;                 ///< committed before the moment
    std::vector<CutTransaction> nearest = {}; ///< around the moment, by commit; a hundred at most

    friend bool operator==(const CutList&, const CutList&) = default;
};

/// Compares the rows of a restore plan's moment with the live ones.
struct DiffRequest
{
    std::string planId = {}; ///< of planRestore: what to compare, as of when
    /// Compare the side tables of this finished restore instead, as they are now.
    std::optional<JobId> sideRestore = {};
    std::string caller = {};
};

struct TableDiff
{
    std::string table = {}; ///< qualified name of the keyspace's table
    std::uint64_t missing = 0;
    std::uint64_t changed = 0;
    std::uint64_t same = 0;
    std::uint64_t extra = 0;
    std::vector<std::string> onlyThen = {}; ///< columns that the table lost since: not compared
    std::vector<std::string> onlyNow = {};  ///< columns that it got since: not compared

    friend bool operator==(const TableDiff&, const TableDiff&) = default;
};

/// A finished comparison, found by the id of the job that made it. The differing rows are kept by
/// the agent for a while, both images of each.
struct RowDiff
{
    JobId job = {};
    std::string planId = {};
    std::string keyspace = {};
    std::string moment = {}; ///< "before transaction 812", as it was asked for
    WallTime started{};
    WallTime finished{};
    std::optional<WallTime> nowAsOf = {}; ///< of the oldest snapshot of the live rows
    std::vector<TableDiff> tables = {};
    std::uint64_t rowsKept = 0; ///< differing rows that can be looked at and copied back
    bool complete = true;       ///< false: there were more than are kept; the counts are right
    std::optional<WallTime> keptUntil = {};
    std::vector<std::string> warnings = {};

    friend bool operator==(const RowDiff&, const RowDiff&) = default;
};

/// Which differing rows to show.
struct DiffQuery
{
    JobId job = {};
    std::string table = {};                ///< qualified; empty: all
    std::vector<RowDifference> kinds = {}; ///< empty: all
    std::uint64_t after = 0;               ///< rows with a higher number; 0: from the first
    std::size_t limit = 100;               ///< at most 1,000
};

struct DiffColumns
{
    std::string table = {};
    std::vector<std::string> columns = {}; ///< those that are compared, in the table's order
    std::vector<std::string> key = {};     ///< of these, the ones that rows are told by

    friend bool operator==(const DiffColumns&, const DiffColumns&) = default;
};

/// One differing row; values as the database writes them, nullopt for NULL.
struct DiffRow
{
    std::uint64_t number = 0; ///< from 1, stable: what picks the row for a copy back
    std::uint32_t table = 0;  ///< index into DiffPage::tables
    ShardId shard = {};       ///< live shard that it belongs to
    RowDifference kind = RowDifference::Missing;
    std::vector<std::optional<std::string>> then = {}; ///< empty when the row was not there
    std::vector<std::optional<std::string>> now = {};  ///< empty when the row is not there

    friend bool operator==(const DiffRow&, const DiffRow&) = default;
};

struct DiffPage
{
    std::vector<DiffColumns> tables = {};
    std::vector<DiffRow> rows = {};
    std::optional<std::uint64_t> next = {}; ///< DiffQuery::after of the next page; nullopt: the end

    friend bool operator==(const DiffPage&, const DiffPage&) = default;
};

enum class RecoveryMode : std::uint8_t {
    CopyBack = 1,  ///< rows of a diff into the live tables
    Replace = 2,   ///< whole leaves swapped for their state then
    Elsewhere = 3, ///< into another database, or files
    Undo = 4,      ///< of a copy back or a replace
    DropSide = 5   ///< side tables or kept leaves of an earlier job
};

[[nodiscard]] std::string_view recoveryModeName(RecoveryMode mode);

enum class RowChoice : std::uint8_t { Missing = 1, MissingAndChanged = 2, Picked = 3 };

/// What happens to a row that changed since the diff was taken.
enum class ConflictRule : std::uint8_t {
    Fail = 1, ///< nothing of its shard is written
    Skip = 2,
    Overwrite = 3
};

/// Stands in the error of a job that ended at ConflictRule::Fail: who looks at jobs can tell.
inline constexpr std::string_view kConflictWords = "changed since they were compared";

/// Triggers of users on the live tables.
enum class TriggerRule : std::uint8_t {
    Quiet = 1, ///< they do not fire; refused where the agent's role may not silence them
    Fire = 2
};

struct RecoveryRequest
{
    RecoveryMode mode = RecoveryMode::CopyBack;
    std::optional<JobId> job = {}; ///< CopyBack, Replace: the diff; Undo, DropSide: what was done
    std::string planId = {};       ///< Elsewhere: the restore plan
    std::string target = {};       ///< Elsewhere: [target.NAME] of the configuration
    RowChoice choice = RowChoice::Missing;
    std::vector<std::uint64_t> picked = {}; ///< RowChoice::Picked: DiffRow::number
    ConflictRule conflicts = ConflictRule::Fail;
    TriggerRule triggers = TriggerRule::Quiet;

    friend bool operator==(const RecoveryRequest&, const RecoveryRequest&) = default;
};

/// What is done to one table of one shard.
struct RecoveryStep
{
    ShardId shard = {};
    std::string table = {}; ///< qualified name of the leaf, or of what is made or dropped
    std::uint64_t inserts = 0;
    std::uint64_t updates = 0;
    std::uint64_t deletes = 0;
    std::uint64_t lost =
        0; ///< Replace: rows that exist or differ only now, and stay in the old leaf
    std::vector<std::string> sql = {}; ///< what will be run, for people

    friend bool operator==(const RecoveryStep&, const RecoveryStep&) = default;
};

/// What a recovery will do. Carried out by its id, so that what was reviewed is what runs.
struct RecoveryPlan
{
    std::string id = {};
    RecoveryRequest request = {};
    WallTime made{};
    std::string title = {};       ///< "copy 128 rows back into orders"
    std::string confirmName = {}; ///< what has to be typed; empty: it destroys nothing
    std::vector<RecoveryStep> steps = {};
    std::vector<std::string> warnings = {};

    friend bool operator==(const RecoveryPlan&, const RecoveryPlan&) = default;
};

struct RecoveryRun
{
    std::string planId = {};
    std::string caller = {};
};

/// What was done to one table of one shard.
struct RecoveredTable
{
    ShardId shard = {};
    std::string table = {};
    std::uint64_t inserted = 0;
    std::uint64_t updated = 0;
    std::uint64_t deleted = 0;
    std::uint64_t already = 0; ///< rows that were as wanted
    std::uint64_t skipped = 0; ///< conflicts left alone
    std::uint64_t rows = 0;    ///< Replace, Elsewhere: rows that it holds
    std::string checksum = {}; ///< of these, hexadecimal
    std::string kept = {};     ///< Replace: the old leaf's name now; Elsewhere: the file

    friend bool operator==(const RecoveredTable&, const RecoveredTable&) = default;
};

/// The proof of a finished recovery.
struct RecoveryReceipt
{
    JobId job = {};
    std::string planId = {};
    RecoveryMode mode = RecoveryMode::CopyBack;
    WallTime started{};
    WallTime finished{};
    std::vector<RecoveredTable> tables = {};
    std::vector<std::string> conflicts = {}; ///< the first hundred: "orders (17, 4): changed since"
    std::vector<std::string> notes = {};
    bool verified = false;              ///< what was written was read back and is what was wanted
    std::optional<JobId> undoOf = {};   ///< Undo: what it undid
    std::optional<JobId> undoneBy = {}; ///< set once it was undone
    std::optional<WallTime> undoUntil = {}; ///< it can be undone until then; nullopt: it cannot

    friend bool operator==(const RecoveryReceipt&, const RecoveryReceipt&) = default;
};

} // namespace isotherm
