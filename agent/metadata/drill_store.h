// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/database.h"
#include "shared/model/upkeep_records.h"

#include <cstddef>
#include <map>
#include <vector>

namespace isotherm::metadata
{

/// The receipts of drills. Thread-safe.
class DrillStore
{
public:
    explicit DrillStore(Database& database) : m_database(database) {}

    /// Adds, or replaces the one of the same job and shard.
    [[nodiscard]] Status put(const DrillReceipt& receipt);
    /// Newest first.
    [[nodiscard]] Result<std::vector<DrillReceipt>> list(std::size_t limit);
    /// When each shard's last drill ended that passed.
    [[nodiscard]] Result<std::map<ShardId, WallTime>> lastPassed();
    /// When each shard's last drill ended, however.
    [[nodiscard]] Result<std::map<ShardId, WallTime>> lastTried();

private:
    [[nodiscard]] Result<std::map<ShardId, WallTime>> newest(const char* sql);

    Database& m_database;
};

} // namespace isotherm::metadata
