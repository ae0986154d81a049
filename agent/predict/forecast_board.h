// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/heat/temperature_model.h"
#include "agent/predict/keyspace_forecast.h"
#include "shared/base/clock.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::predict
{

/// Where the newest forecasts hang for everybody to read. What is older than three hours counts as
/// no forecast: a schedule must not follow a forecaster that has stopped. Thread-safe.
class ForecastBoard final : public heat::ForecastSource
{
public:
    explicit ForecastBoard(const Clock& clock) : m_clock(clock) {}

    void put(std::shared_ptr<const KeyspaceForecast> forecast);
    /// The keyspace is no longer managed.
    void remove(const std::string& keyspace);

    /// By keyspace, whatever their age.
    [[nodiscard]] std::vector<std::shared_ptr<const KeyspaceForecast>> all() const;
    /// The forecast that this shard is in; null: there is none.
    [[nodiscard]] std::shared_ptr<const KeyspaceForecast> of(ShardId shard) const;

    [[nodiscard]] std::optional<double>
    predictedRowsPerSecond(ShardId shard, std::chrono::milliseconds horizon) const override;
    [[nodiscard]] std::optional<heat::RatePath> ratePath(ShardId shard) const override;

    /// The mean rate expected in the hour that begins at `slot`, for placing work into quiet hours.
    [[nodiscard]] std::optional<double> expectedRate(ShardId shard, WallTime slot) const;

private:
    [[nodiscard]] std::shared_ptr<const KeyspaceForecast> fresh(ShardId shard) const;

    const Clock& m_clock;
    mutable std::mutex m_mutex;
    std::map<std::string, std::shared_ptr<const KeyspaceForecast>> m_forecasts;
};

} // namespace isotherm::predict
