// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/quiet_hours.h"
#include "agent/predict/forecast_board.h"
#include "agent/sharding/state.h"
#include "shared/base/clock.h"

#include <atomic>
#include <functional>
#include <vector>

namespace isotherm::runtime
{

/// What rotation and planner are told of the forecasts: nothing while they are not to be acted on
/// ([forecast] mode). Thread-safe; what is referred to, and this, outlive what is made from it.
class ForecastUse
{
public:
    ForecastUse(const predict::ForecastBoard& board, const Clock& clock, bool acts)
        : m_board(board), m_clock(clock), m_acts(acts)
    {
    }

    void setActs(bool acts) { m_acts = acts; }

    /// For the load to be expected in an hour to come, where full backups and drills are placed.
    [[nodiscard]] backup::QuietHours::Parts quietHours(const heat::HeatStore& heat,
                                                       const topology::Topology& topology) const;
    /// For the planner: the coming season of a shard.
    [[nodiscard]] std::function<std::vector<sharding::ForecastStep>(ShardId)> steps() const;

private:
    const predict::ForecastBoard& m_board;
    const Clock& m_clock;
    std::atomic<bool> m_acts;
};

} // namespace isotherm::runtime
