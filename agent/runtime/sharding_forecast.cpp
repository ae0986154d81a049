// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/sharding_forecast.h"

#include <algorithm>
#include <cmath>

namespace isotherm::runtime
{

std::vector<sharding::ForecastStep> forecastStepsOf(const predict::ForecastBoard& board,
                                                    ShardId shard, WallTime now)
{
    constexpr auto kGoodFor = std::chrono::hours(3);
    const auto keyspace = board.of(shard);
    if (!keyspace || keyspace->made + kGoodFor < now) {
        return {};
    }
    const auto found = keyspace->shards.find(shard);
    if (found == keyspace->shards.end()) {
        return {};
    }
    const predict::ShardForecast& forecast = found->second;
    std::vector<sharding::ForecastStep> steps;
    for (std::size_t hour = 0; hour < forecast.mean.size(); ++hour) {
        const float mean = forecast.mean[hour];
        if (std::isnan(mean)) {
            return {}; // with a hole in it nothing can be said of the season
        }
        const float low = std::isnan(forecast.low[hour]) ? mean : forecast.low[hour];
        const float high = std::isnan(forecast.high[hour]) ? mean : forecast.high[hour];
        sharding::ForecastStep step;
        step.start = keyspace->start + std::chrono::hours(hour);
        step.length = std::chrono::hours(1);
        step.low = std::min(low, mean);
        step.median = mean;
        step.high = std::max(high, mean);
        if (step.start + step.length > now) {
            steps.push_back(step);
        }
    }
    return steps;
}

} // namespace isotherm::runtime
