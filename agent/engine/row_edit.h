// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "shared/base/result.h"
#include "shared/model/table_schema.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A third part of the port: rows of live leaves changed one by one, each shard in one transaction,
/// without writing over what somebody else changed meanwhile.
namespace isotherm::engine
{

/// The live rows that are to be changed.
struct EditTarget
{
    LeafRef leaf;
    TableSchema table; ///< as the live table was when the rows were looked at: expected rows have
                       ///< its columns
    /// Indexes into table.columns: what wanted rows have; the other columns are left alone, and get
    /// their defaults in rows that are inserted. The key is among them.
    std::vector<std::uint32_t> columns;

    friend bool operator==(const EditTarget&, const EditTarget&) = default;
};

/// One row: what is there, and what should be.
struct RowEdit
{
    std::uint64_t number = 0;            ///< unique within the target
    std::optional<std::string> expected; ///< nullopt: no row with this key
    std::optional<std::string> wanted;   ///< nullopt: no row with this key
};

/// Gives edits in order of their numbers; nullopt: the end.
using EditSource = std::function<Result<std::optional<RowEdit>>()>;

enum class OnConflict : std::uint8_t { Fail = 1, Skip = 2, Overwrite = 3 };
enum class UserTriggers : std::uint8_t { Silent = 1, Fire = 2 };

struct EditRules
{
    OnConflict onConflict = OnConflict::Fail;
    UserTriggers triggers = UserTriggers::Silent;
};

/// What stands in the way of changing a leaf's rows, and what one should know before.
struct EditSurvey
{
    std::vector<Error> refusals;
    std::vector<std::string> warnings;
};

struct EditCounts
{
    std::uint64_t inserted = 0;
    std::uint64_t updated = 0;
    std::uint64_t deleted = 0;
    std::uint64_t already = 0;              ///< were as wanted
    std::uint64_t conflicts = 0;            ///< were neither as expected nor as wanted
    std::vector<std::uint64_t> conflicting; ///< numbers of the first hundred of these
};

/// What one edit did: the row before and after it, in all columns of the target's table.
struct EditImage
{
    std::uint64_t number = 0;
    std::optional<std::string> before;
    std::optional<std::string> after;
};

/// One transaction; destroyed before commit(), it leaves nothing. Not thread-safe. Order of calls:
/// stage() for every target, apply(), images(), transactionId(), commit().
class EditTransaction
{
public:
    virtual ~EditTransaction() = default;

    /// Sends the edits to the server, beside the leaf; locks the leaf against being swapped or
    /// altered. Aborted when it is not any more what the target says.
    [[nodiscard]] virtual Status stage(const EditTarget& target, const EditSource& edits) = 0;

    /// Locks the rows, compares, and writes: one element per target. With OnConflict::Fail the
    /// first conflict makes it Aborted. FailedPrecondition when a foreign key or another
    /// constraint does not allow it.
    [[nodiscard]] virtual Result<std::vector<EditCounts>> apply() = 0;

    /// Every row of the target that apply() changed, in order of the edits' numbers.
    [[nodiscard]] virtual Status images(std::size_t target,
                                        const std::function<Status(const EditImage&)>& take) = 0;

    /// What transactionOutcome() is to be asked with after a crash in commit().
    [[nodiscard]] virtual Result<std::uint64_t> transactionId() = 0;
    [[nodiscard]] virtual Status commit() = 0;
};

enum class TransactionOutcome : std::uint8_t { Committed = 1, RolledBack = 2, Running = 3 };

/// Thread-safe.
class RowEditing
{
public:
    virtual ~RowEditing() = default;

    [[nodiscard]] virtual Result<EditSurvey> survey(const EditTarget& target,
                                                    const EditRules& rules) = 0;

    /// The statements that apply() would run on the target, for people.
    [[nodiscard]] virtual std::vector<std::string> preview(const EditTarget& target,
                                                           const EditRules& rules) = 0;

    [[nodiscard]] virtual Result<std::unique_ptr<EditTransaction>>
    begin(const EditRules& rules) = 0;

    /// NotFound when the server does not remember the transaction any more.
    [[nodiscard]] virtual Result<TransactionOutcome>
    transactionOutcome(std::uint64_t transaction) = 0;

    /// The rows' values as the database writes them, nullopt for NULL.
    [[nodiscard]] virtual Result<std::vector<std::vector<std::optional<std::string>>>>
    render(const TableSchema& table, const std::vector<std::string_view>& rows) = 0;
};

} // namespace isotherm::engine
