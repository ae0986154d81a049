// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/units.h"
#include "shared/model/records.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

/// The life of backups after they were made: which may go, and what was proven of them.
namespace isotherm
{

/// What retention decides about one backup, and why.
struct PruneEntry
{
    BackupRecord backup;
    bool keep = true;
    std::string reason;

    friend bool operator==(const PruneEntry&, const PruneEntry&) = default;
};

/// What the next upkeep would do.
struct PrunePlan
{
    std::vector<PruneEntry> entries; ///< by shard, the oldest backup first
    std::uint32_t kept = 0;
    std::uint32_t removed = 0;
    ByteCount freed; ///< at most, once the grace is over: other shards may share runs

    friend bool operator==(const PrunePlan&, const PrunePlan&) = default;
};

/// The proof of a trial restore. It says so too when the restore failed, or found other rows.
struct DrillReceipt
{
    JobId job;
    ShardId shard;
    std::string keyspace;
    std::string backup; ///< the manifest that was restored
    VerifyLevel level = VerifyLevel::None; ///< Loaded, or Compared with the database
    WallTime asOf{};                       ///< the moment that was restored
    Lsn lsn;
    WallTime started{};
    WallTime finished{};
    std::chrono::microseconds restoreTook{0}; ///< until the table was there, indexed, read back
    std::uint64_t rows = 0;
    ByteCount bytes; ///< read from the repository
    bool passed = false;
    std::string outcome; ///< one line for people

    friend bool operator==(const DrillReceipt&, const DrillReceipt&) = default;
};

} // namespace isotherm
