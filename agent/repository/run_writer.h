// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/manifest.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/base/units.h"
#include "shared/model/row_batch.h"
#include "shared/model/table_schema.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::repository
{

struct RunOptions
{
    TableSchema schema;
    std::string visibility; ///< the snapshot that the rows show
    Lsn lsn;
    WallTime asOf{};
    std::optional<Lsn> cut = {};        ///< a synthetic base: see BaseView::cut
    int compressionLevel = 1;           ///< of zstd: -7 … 19
    ByteCount objectSize{32ULL << 20U}; ///< stored bytes after which a run is closed
    ByteCount blockSize{1ULL << 20U};   ///< raw bytes after which a block is closed
    ByteCount windowSize{32ULL << 20U}; ///< raw bytes held to put nearly sorted rows in order
};

/// Writes the rows of one table, or one slice of it, as base runs. Rows may come in any order; runs
/// come out sorted, and overlap little when the rows came nearly sorted. Memory: the window and a
/// few blocks, or a few times the largest row (limit: 2 GiB a row).
///
/// Not thread-safe; several writers of one repository run side by side. A writer owns the objects
/// that it wrote until a manifest that names them was committed: destroyed earlier, it deletes
/// them.
class RunWriter
{
public:
    virtual ~RunWriter() = default;

    /// InvalidArgument if a row does not fit the schema, ResourceExhausted when the store is full,
    /// Unavailable when it fails. After an error only destruction is allowed.
    [[nodiscard]] virtual Status append(const RowBatch& batch) = 0;

    /// Writes the rest and returns the runs, in key order of their first rows; none for no rows.
    /// Call once. Keep the writer until the manifest was committed.
    [[nodiscard]] virtual Result<std::vector<RunRef>> finish() = 0;

    /// Of all rows; complete after finish().
    [[nodiscard]] virtual const RowChecksum& checksum() const = 0;
    /// Appended so far.
    [[nodiscard]] virtual ByteCount rawBytes() const = 0;
    /// Handed to the store so far.
    [[nodiscard]] virtual ByteCount storedBytes() const = 0;
};

} // namespace isotherm::repository
