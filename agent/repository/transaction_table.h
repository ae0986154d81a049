// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/base/units.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The transactions of a delta run (FORMAT.md, section 6).
namespace isotherm::repository
{

/// A transaction as one table of one shard saw it.
struct TransactionRecord
{
    std::uint64_t id = 0; ///< 64-bit
    Lsn commit;
    WallTime time{}; ///< of the commit, by the server's clock; not monotonic
    std::uint64_t inserted = 0;
    std::uint64_t updated = 0;
    std::uint64_t deleted = 0;
    std::uint64_t truncates = 0;
    std::vector<ShardId> otherShards; ///< that it touched too
    bool partial = false;             ///< a restore of this shard alone would cut it, in a way that
                          ///< `otherShards` cannot tell (changes that were not captured)
    bool otherOrigin = false; ///< replicated into the database from elsewhere

    friend bool operator==(const TransactionRecord&, const TransactionRecord&) = default;
};

/// Part of a transaction table: what the index says of one frame.
struct TransactionFrame
{
    std::uint64_t offset = 0; ///< of the frame in the object; not stored, a sum
    std::uint64_t stored = 0; ///< the frame with header and tag
    std::uint64_t rows = 0;   ///< transactions in it
    std::uint64_t raw = 0;    ///< their rows' bytes
    Lsn firstCommit;

    friend bool operator==(const TransactionFrame&, const TransactionFrame&) = default;
};

/// The most transactions that a writer puts into one frame.
inline constexpr std::size_t kTransactionsPerFrame = 65536;

struct EncodedTransactions
{
    std::string plain;
    std::uint64_t raw = 0;
};

/// The plaintext of one frame. Precondition: not empty, sorted by commit.
[[nodiscard]] EncodedTransactions
encodeTransactions(const std::vector<TransactionRecord>& transactions, int compressionLevel);

/// DataLoss when malformed or not what the index says; Unimplemented when a newer version wrote
/// it. Takes hostile bytes.
[[nodiscard]] Result<std::vector<TransactionRecord>>
decodeTransactions(std::string_view plain, const TransactionFrame& expected);

} // namespace isotherm::repository
