// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/database.h"
#include "shared/base/units.h"

#include <map>
#include <optional>
#include <string>

namespace isotherm::metadata
{

/// What the backup scheduler remembers of one shard.
struct ShardSchedule
{
    ShardId shard;
    WallTime due{};
    std::optional<WallTime> lastRun;     ///< when it was last submitted
    std::optional<WallTime> lastSkipped; ///< when it was last found unchanged, or held back
    std::string lastSkipReason;
    std::string changeMark; ///< the scheduler's own: equal marks mean an unchanged shard

    friend bool operator==(const ShardSchedule&, const ShardSchedule&) = default;
};

/// When each shard's turn comes. Thread-safe.
class ScheduleStore
{
public:
    explicit ScheduleStore(Database& database) : m_database(database) {}

    /// Adds or replaces.
    [[nodiscard]] Status put(const ShardSchedule& schedule);
    [[nodiscard]] Result<std::map<ShardId, ShardSchedule>> all();
    /// Not an error if there is none.
    [[nodiscard]] Status remove(ShardId shard);

private:
    Database& m_database;
};

} // namespace isotherm::metadata
