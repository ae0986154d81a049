// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "shared/base/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// A fourth part of the port: a leaf put in the place of another one, at once.
namespace isotherm::engine
{

/// A table that is made to take a leaf's place.
struct FreshLeaf
{
    LeafRef leaf;       ///< attached now
    StagingTable table; ///< in the leaf's schema
};

/// Why it cannot be done, what one should know, and what would be run.
struct SwapSurvey
{
    std::vector<Error> refusals;
    std::vector<std::string> warnings;
    std::vector<std::string> sql;
};

/// One leaf out, another one in; it gets the name of the one that goes.
struct SwapPair
{
    LeafRef out;            ///< attached now
    std::string in;         ///< table in the same schema
    std::string keptName;   ///< what `out` is called afterwards
    std::string keptMarker; ///< put in front of its comment, so that it is found again
};

enum class SwapKind : std::uint8_t {
    Fresh = 1, ///< `in` was made by create() and complete()
    Back = 2   ///< `in` was kept by an earlier swap
};

/// Written and locked, not yet committed; destroyed before commit(), it changes nothing. Not
/// thread-safe.
class SwapTransaction
{
public:
    virtual ~SwapTransaction() = default;
    /// For RowEditing::transactionOutcome.
    [[nodiscard]] virtual std::uint64_t transactionId() const = 0;
    [[nodiscard]] virtual Status commit() = 0;
};

/// Thread-safe.
class LeafSwapping
{
public:
    virtual ~LeafSwapping() = default;

    [[nodiscard]] virtual Result<SwapSurvey> survey(const FreshLeaf& fresh) = 0;

    /// Makes the table, empty, with the leaf's columns, defaults, checks and storage, and a check
    /// of the leaf's bounds, so that it can be attached without being read. AlreadyExists.
    [[nodiscard]] virtual Status create(const FreshLeaf& fresh) = 0;
    /// Gives the filled table the rest of what the leaf has: keys, indexes, foreign keys, row-level
    /// security, replica identity, rights, owner. FailedPrecondition when its rows break one.
    [[nodiscard]] virtual Status complete(const FreshLeaf& fresh) = 0;
    /// The check of the bounds for a leaf that was kept.
    [[nodiscard]] virtual Status prepareBack(const SwapPair& pair) = 0;

    /// Transactions of others that would see an empty range after a swap, as their snapshots are
    /// older than every transaction from `transaction` on; in words.
    [[nodiscard]] virtual Result<std::vector<std::string>>
    oldSnapshots(std::uint64_t transaction) = 0;
    /// The next transaction's id.
    [[nodiscard]] virtual Result<std::uint64_t> nextTransaction() = 0;

    /// Swaps all pairs in one transaction. DeadlineExceeded, soon, when a lock is not to be had:
    /// nothing was changed, try again. Aborted when a leaf is not any more what the pair says.
    [[nodiscard]] virtual Result<std::unique_ptr<SwapTransaction>>
    swap(const std::vector<SwapPair>& pairs, SwapKind kind) = 0;
};

} // namespace isotherm::engine
