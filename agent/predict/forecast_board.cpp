// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/forecast_board.h"

#include <algorithm>
#include <cmath>

namespace isotherm::predict
{
namespace
{

using namespace std::chrono_literals;

constexpr std::chrono::hours kGoodFor{3};

} // namespace

void ForecastBoard::put(std::shared_ptr<const KeyspaceForecast> forecast)
{
    const std::lock_guard lock(m_mutex);
    m_forecasts[forecast->keyspace] = std::move(forecast);
}

void ForecastBoard::remove(const std::string& keyspace)
{
    const std::lock_guard lock(m_mutex);
    m_forecasts.erase(keyspace);
}

std::vector<std::shared_ptr<const KeyspaceForecast>> ForecastBoard::all() const
{
    const std::lock_guard lock(m_mutex);
    std::vector<std::shared_ptr<const KeyspaceForecast>> all;
    for (const auto& [keyspace, forecast] : m_forecasts) {
        all.push_back(forecast);
    }
    return all;
}

std::shared_ptr<const KeyspaceForecast> ForecastBoard::of(ShardId shard) const
{
    const std::lock_guard lock(m_mutex);
    for (const auto& [keyspace, forecast] : m_forecasts) {
        if (forecast->shards.contains(shard)) {
            return forecast;
        }
    }
    return nullptr;
}

std::shared_ptr<const KeyspaceForecast> ForecastBoard::fresh(ShardId shard) const
{
    auto forecast = of(shard);
    const WallTime now = m_clock.wallNow();
    // A clock that went back leaves forecasts that were made in the future: not to be followed.
    const bool good =
        forecast && now < forecast->made + kGoodFor && now > forecast->made - kGoodFor;
    return good ? forecast : nullptr;
}

std::optional<heat::RatePath> ForecastBoard::ratePath(ShardId shard) const
{
    const auto forecast = fresh(shard);
    if (!forecast) {
        return std::nullopt;
    }
    heat::RatePath path{forecast->start, 1h, {}};
    for (const float rate : forecast->shards.at(shard).decision) {
        if (std::isnan(rate)) {
            return std::nullopt;
        }
        path.rowsPerSecond.push_back(static_cast<double>(rate));
    }
    return path;
}

std::optional<double> ForecastBoard::predictedRowsPerSecond(ShardId shard,
                                                            std::chrono::milliseconds horizon) const
{
    const auto path = ratePath(shard);
    if (!path) {
        return std::nullopt;
    }
    const WallTime now = m_clock.wallNow();
    std::optional<double> worst;
    for (std::size_t i = 0; i < path->rowsPerSecond.size(); ++i) {
        const WallTime start = path->start + path->step * static_cast<int>(i);
        if (start + path->step > now && start < now + horizon) {
            worst = std::max(worst.value_or(0.0), path->rowsPerSecond[i]);
        }
    }
    return worst;
}

std::optional<double> ForecastBoard::expectedRate(ShardId shard, WallTime slot) const
{
    const auto forecast = fresh(shard);
    if (!forecast || slot < forecast->start) {
        return std::nullopt;
    }
    const auto hour = static_cast<std::size_t>((slot - forecast->start) / 1h);
    if (hour >= ShardForecast::kHours) {
        return std::nullopt;
    }
    const float rate = forecast->shards.at(shard).mean[hour];
    return std::isnan(rate) ? std::nullopt : std::optional(static_cast<double>(rate));
}

} // namespace isotherm::predict
