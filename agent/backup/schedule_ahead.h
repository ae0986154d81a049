// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/backup_choice.h"
#include "agent/backup/schedule_policy.h"
#include "shared/model/records.h"

#include <cstddef>
#include <string>
#include <vector>

/// The schedule that would come about if nothing changed: no backup failed, no shard got hotter.
namespace isotherm::backup
{

struct AheadShard
{
    ShardFacts facts;
    ChainFacts chain; ///< `turn` is ignored
    std::string keyspace;
    std::string rangeText;
    std::vector<FullTurn> turns; ///< all that come, in order of time
    std::uint32_t tables = 1;    ///< an increment adds a delta to each
};

struct AheadOptions
{
    SchedulePolicy policy;
    ChoiceRules rules;
    WallTime until{};
    bool fullsOnly = false;
    std::size_t limit = 10'000; ///< the soonest
};

/// Every backup due up to `until`, the soonest first, and why. Pure.
[[nodiscard]] std::vector<ScheduleEntry> scheduleAhead(const std::vector<AheadShard>& shards,
                                                       WallTime now, const AheadOptions& options);

} // namespace isotherm::backup
