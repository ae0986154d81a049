// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/manifest.h"
#include "agent/repository/row_checksum.h"
#include "agent/repository/sealed_object.h"
#include "agent/repository/transaction_table.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/base/units.h"
#include "shared/model/table_schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Index and trailer of a run (FORMAT.md, section 6).
namespace isotherm::repository
{

inline constexpr std::size_t kTrailerBytes = 144;
/// What one read of a run's end takes: most indexes fit.
inline constexpr std::uint64_t kTailBytes = 65536;
inline constexpr std::size_t kLongestKeyBound = 1024;

struct BlockEntry
{
    std::uint64_t offset = 0; ///< of the frame in the object; not stored, a sum
    std::uint64_t stored = 0; ///< the frame with header and tag
    std::uint64_t raw = 0;
    std::uint64_t rows = 0;
    std::string id; ///< the frame's tag
    Key first;      ///< bounds, inclusive
    Key last;
    Lsn lowestCommit = {}; ///< of the versions of a delta
    Lsn highestCommit = {};

    friend bool operator==(const BlockEntry&, const BlockEntry&) = default;
};

/// Everything of a range that was committed before `commit` is gone.
struct TruncateEntry
{
    Lsn commit;
    std::uint32_t transaction = 0; ///< its number
    KeyRange range;

    friend bool operator==(const TruncateEntry&, const TruncateEntry&) = default;
};

struct RunIndex
{
    RunKind kind = RunKind::Base;
    TableSchema schema;
    std::string visibility;
    Lsn lsn;
    WallTime asOf{};
    std::uint64_t rows = 0;
    std::uint64_t versions = 0;
    std::uint64_t raw = 0;
    RowChecksum checksum;
    Key minKey;
    Key maxKey;
    std::vector<BlockEntry> blocks;
    std::optional<Lsn> cut; ///< of a synthetic base

    // Of deltas only.
    Lsn first; ///< commits in (first, last]
    Lsn last;
    std::vector<TransactionFrame> transactions; ///< none in spilled runs
    std::vector<TruncateEntry> truncates;
    std::uint64_t lowestTransaction = 0; ///< ids
    std::uint64_t highestTransaction = 0;

    /// In the transaction table.
    [[nodiscard]] std::uint64_t transactionCount() const;

    friend bool operator==(const RunIndex&, const RunIndex&) = default;
};

/// The largest bound that is not above `key`, and the smallest not below it, of limited length.
[[nodiscard]] Key lowerKeyBound(std::string_view key);
[[nodiscard]] Key upperKeyBound(std::string_view key);

[[nodiscard]] std::string encodeRunIndex(const RunIndex& index);

/// DataLoss when malformed or when its blocks and transaction frames do not end at `framesEnd`,
/// Unimplemented for whatever this version does not read. Takes hostile bytes.
[[nodiscard]] Result<RunIndex> decodeRunIndex(std::string_view bytes, std::uint64_t framesEnd);

struct RunTrailer
{
    std::string header; ///< the object header, encoded
    std::uint64_t indexOffset = 0;
    std::uint64_t indexBytes = 0;
    std::uint64_t objectBytes = 0;
    std::uint32_t frames = 0;

    /// Without the check: what authenticates the index frame.
    [[nodiscard]] std::string context() const;
    [[nodiscard]] std::string encode() const;
};

/// `bytes` are the object's last kTrailerBytes. DataLoss when damaged or of an object of another
/// size.
[[nodiscard]] Result<RunTrailer> decodeRunTrailer(std::string_view bytes,
                                                  std::uint64_t objectBytes);

} // namespace isotherm::repository
