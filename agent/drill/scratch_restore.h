// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/repository/repository.h"
#include "shared/base/result.h"

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace isotherm::drill
{

/// Where trial restores put their tables, and how they mark them.
inline constexpr const char* kScratchSchema = "isotherm_restore";
inline constexpr const char* kDrillMark = "isotherm-drill job ";

struct ScratchRequest
{
    const repository::Manifest& manifest;
    repository::ReadMoment moment; ///< which commits
    std::string name;              ///< of the tables: with the table's number behind it
    std::string mark;              ///< begins with kDrillMark
    std::function<void(ByteCount bytes, std::uint64_t rows)> onCopied;
};

struct ScratchTable
{
    TableSchema schema;
    repository::RowChecksum rows; ///< as read back from the database
};

struct ScratchOutcome
{
    std::vector<ScratchTable> tables;
    ByteCount bytesRead; ///< from the repository
};

/// Restores a shard into scratch tables, indexes and all, reads them back, and drops them. DataLoss
/// when what was read back is not what the repository gave. Tables of the same mark are dropped
/// before and after, in every outcome that lets it.
[[nodiscard]] Result<ScratchOutcome> restoreToScratch(engine::Engine& engine,
                                                      repository::Repository& repository,
                                                      const ScratchRequest& request,
                                                      const std::stop_token& stop);

/// Drops every scratch table whose mark begins with `mark`.
[[nodiscard]] Status dropScratch(engine::Engine& engine, const std::string& mark);

} // namespace isotherm::drill
