// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/repository/repository.h"
#include "shared/base/result.h"
#include "shared/base/units.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

namespace isotherm::restore
{

/// Rows that go from a backup into a table.
struct CopyItem
{
    repository::TableReader* source = nullptr;
    KeyRange range;
    const engine::StagingTable* target = nullptr;
    const TableSchema* schema = nullptr;
};

struct CopyOptions
{
    std::uint32_t workers = 2;
    /// Told now and then, from several threads, what was written since the last call.
    std::function<void(ByteCount bytes, std::uint64_t rows)> onCopied = [](ByteCount,
                                                                           std::uint64_t) {};
};

/// Cuts large items by the blocks of their runs, so that `workers` have about equally much to do.
[[nodiscard]] Result<std::vector<CopyItem>> divide(const std::vector<CopyItem>& items,
                                                   std::uint32_t workers);

/// Copies every item, `workers` at a time, and returns the checksum of the rows of each, as they
/// were in the repository. The first error stops the others. Cancelled when `stop` was requested.
[[nodiscard]] Result<std::vector<repository::RowChecksum>>
copyItems(engine::RestoreTarget& target, const std::vector<CopyItem>& items,
          const CopyOptions& options, const std::stop_token& stop);

/// The checksum of everything that a table holds.
[[nodiscard]] Result<repository::RowChecksum> checksumOf(engine::RestoreTarget& target,
                                                         const engine::StagingTable& table,
                                                         const TableSchema& schema,
                                                         const std::stop_token& stop);

} // namespace isotherm::restore
