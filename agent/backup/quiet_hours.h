// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/rotation.h"
#include "agent/heat/heat_store.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"

#include <map>
#include <mutex>
#include <optional>

namespace isotherm::backup
{

/// The load to be expected of a shard in an hour to come: what a forecast says, where there is one;
/// else what last week's same hour was; else the mean of the same hour of the days that are known.
/// Rows a second. Thread-safe; the referenced objects outlive it.
class QuietHours
{
public:
    struct Parts
    {
        const heat::HeatStore& heat;
        const topology::Topology& topology;
        const Clock& clock;
        ExpectedLoad forecast = {}; ///< none: from history alone
    };

    explicit QuietHours(Parts parts) : m_parts(std::move(parts)) {}

    /// nullopt: nothing is known of it. Cheap: last week is read every ten minutes.
    [[nodiscard]] std::optional<double> expected(ShardId shard, WallTime slot);

    /// The quietest hour of those that begin in [from, until), the earliest of equal ones; `from`
    /// when nothing is known.
    [[nodiscard]] WallTime quietest(ShardId shard, WallTime from, WallTime until);

private:
    void readLastWeek(WallTime now);
    [[nodiscard]] std::optional<double> at(std::size_t row, WallTime hour) const;

    const Parts m_parts;
    std::mutex m_mutex;
    std::optional<WallTime> m_read;
    HeatMatrix m_week;
    std::map<ShardId, std::size_t> m_rows; ///< of m_week
};

} // namespace isotherm::backup
