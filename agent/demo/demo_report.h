// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/demo/split_chapter.h"
#include "shared/base/result.h"
#include "shared/model/records.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace isotherm::demo
{

/// What the story came to.
struct DemoOutcome
{
    std::vector<ShardRecord> shards;
    std::uint64_t samples = 0;
    std::uint64_t transactions = 0; ///< of the load
    double hottest = 0;             ///< the highest temperature that was seen
    std::vector<BackupRecord> backups;
    SplitOutcome split;
    std::int64_t rowsDeleted = 0;
    RestorePlan plan;
    RestoreReceipt receipt;
    std::int64_t rowsMissing = 0; ///< deleted rows that the restore did not bring back
    std::int64_t rowsChanged =
        0; ///< brought back as the backup had them, changed between it and the accident
    std::int64_t rowsExtra = 0; ///< brought back though they were not deleted
    std::int64_t rowsBack = 0;  ///< put back into the running table
    double seconds = 0;

    /// Every deleted row is back, and the agent proved its side table.
    [[nodiscard]] bool verified() const
    {
        return receipt.verified && rowsDeleted > 0 && rowsMissing == 0 && rowsExtra == 0 &&
               rowsBack == rowsDeleted;
    }
};

/// Writes the outcome as JSON.
[[nodiscard]] Status writeReport(const DemoOutcome& outcome, const std::filesystem::path& file);

} // namespace isotherm::demo
