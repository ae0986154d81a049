// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/manifest.h"
#include "agent/repository/transaction_table.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/base/units.h"
#include "shared/model/key.h"
#include "shared/model/table_schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::repository
{

struct DeltaOptions
{
    /// Of all rows. When the schema changes inside of the interval, write one delta for the part
    /// before the change and another for the rest (see SchemaVersion::from).
    TableSchema schema;
    KeyRange range;                     ///< of the shard
    Lsn first;                          ///< every commit in (first, last] that touched the
    Lsn last;                           ///< range is given to the writer
    WallTime asOf{};                    ///< of `last`
    int compressionLevel = 3;           ///< of zstd: -7 … 19
    ByteCount objectSize{32ULL << 20U}; ///< stored bytes after which a run is closed
    ByteCount blockSize{1ULL << 20U};   ///< raw bytes after which a block is closed
    ByteCount sortMemory{16ULL << 20U}; ///< rows held to be sorted before they are spilled
};

enum class DeltaKind : std::uint8_t { Insert = 1, Update = 2, Delete = 3, Truncate = 4 };

struct DeltaChange
{
    DeltaKind kind = DeltaKind::Insert;
    std::uint32_t transaction = 0; ///< what addTransaction returned
    /// Insert, Update: the new row in RowBatch's form; an Update's values that the stream did not
    /// carry are kAbsentField. Delete: the old row, of which the key columns count.
    std::string_view row = {};
    /// Update: the old row when the key changed (its key columns count; further values fill what is
    /// absent in `row`), or when old rows are complete. Else empty.
    std::string_view oldRow = {};
};

/// Writes what happened to one table of one shard between two positions of the journal as delta
/// runs. Changes may come in any order of keys and transactions; those of one transaction come in
/// the order in which they happened. They are sorted in bounded memory: `sortMemory` and a few
/// blocks, and about 64 bytes for each transaction; what does not fit is spilled into temporary
/// runs of the repository, encrypted like all others, and merged.
///
/// A key that changed leaves a tombstone, and its new version remembers the old key, so that values
/// that the stream did not carry can be found when rows are read. Of the versions of a key in one
/// transaction only those stay that somebody can still ask for.
///
/// Not thread-safe; several writers of one repository run side by side. A writer owns the objects
/// that it wrote until a manifest that names them was committed: destroyed earlier, it deletes
/// them.
class DeltaWriter
{
public:
    virtual ~DeltaWriter() = default;

    /// Returns the transaction's number. The counts of rows are counted by the writer, on top of
    /// what is given here. InvalidArgument unless commits rise from call to call, in (first, last].
    [[nodiscard]] virtual Result<std::uint32_t>
    addTransaction(const TransactionRecord& transaction) = 0;

    /// InvalidArgument if the row does not fit the schema, if its key is not in the range, or if a
    /// value is absent that nothing can give; ResourceExhausted when the store is full. After an
    /// error only destruction is allowed.
    [[nodiscard]] virtual Status add(const DeltaChange& change) = 0;

    /// Writes the rest and returns the runs; none when nothing was added. Transactions without
    /// changes make a run, too: they are known of then. Call once. Keep the writer until the
    /// manifest was committed.
    [[nodiscard]] virtual Result<std::vector<RunRef>> finish() = 0;

    /// Changes added so far.
    [[nodiscard]] virtual std::uint64_t changes() const = 0;
    /// Rows added so far, as RowBatch holds them.
    [[nodiscard]] virtual ByteCount rawBytes() const = 0;
};

} // namespace isotherm::repository
