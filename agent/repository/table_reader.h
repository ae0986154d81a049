// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/manifest.h"
#include "shared/base/result.h"
#include "shared/base/units.h"
#include "shared/model/row_batch.h"

#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

namespace isotherm::repository
{

struct ReadEstimate
{
    ByteCount bytes;           ///< to be read from the store for the rows, indexes included
    std::uint64_t maxRows = 0; ///< no more rows than this
    std::uint32_t runs = 0;
    std::uint32_t blocks = 0; ///< 0 for runs that are taken whole

    friend bool operator==(const ReadEstimate&, const ReadEstimate&) = default;
};

/// Reads one table of one manifest. Only the indexes and blocks that a range needs are fetched;
/// indexes are kept. Thread-safe: sources for disjoint ranges are read in parallel.
class TableReader
{
public:
    virtual ~TableReader() = default;

    /// Rows with keys in `range` (and in the manifest's range), in key order; equal keys all come
    /// when the table's key is not unique. The source is not thread-safe and must not outlive the
    /// reader. Its next() fails with DataLoss naming object and block when bytes are damaged, and
    /// Cancelled when stopped.
    [[nodiscard]] virtual Result<std::unique_ptr<RowSource>> openRows(const KeyRange& range,
                                                                      std::stop_token stop) = 0;

    /// What openRows(range) would cost. Reads indexes, never rows.
    [[nodiscard]] virtual Result<ReadEstimate> estimate(const KeyRange& range) = 0;

    /// At most `parts` consecutive ranges of about equally many bytes that together are `range`.
    [[nodiscard]] virtual Result<std::vector<KeyRange>> splitRange(const KeyRange& range,
                                                                   std::size_t parts) = 0;

    /// From the store, by this reader and all its sources.
    [[nodiscard]] virtual ByteCount bytesRead() const = 0;
    [[nodiscard]] virtual const TableSchema& schema() const = 0;
};

} // namespace isotherm::repository
