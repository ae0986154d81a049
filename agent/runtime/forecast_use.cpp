// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/forecast_use.h"

#include "agent/runtime/sharding_forecast.h"

namespace isotherm::runtime
{

backup::QuietHours::Parts ForecastUse::quietHours(const heat::HeatStore& heat,
                                                  const topology::Topology& topology) const
{
    return {heat, topology, m_clock, [this](ShardId shard, WallTime slot) -> std::optional<double> {
                return m_acts ? m_board.expectedRate(shard, slot) : std::nullopt;
            }};
}

std::function<std::vector<sharding::ForecastStep>(ShardId)> ForecastUse::steps() const
{
    return [this](ShardId shard) {
        return m_acts ? forecastStepsOf(m_board, shard, m_clock.wallNow())
                      : std::vector<sharding::ForecastStep>();
    };
}

} // namespace isotherm::runtime
