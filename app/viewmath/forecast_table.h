// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/model/forecast_records.h"
#include "shared/model/heat_matrix.h"

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

namespace isotherm::viewmath
{

/// What is expected of a shard at a moment; eight times in ten it lies between low and high.
struct ForecastValue
{
    float mean = 0;
    float low = 0;
    float high = 0;
};

/// Forecasts by shard and time, in the unit of the map that they are drawn on. A plain value.
class ForecastTable
{
public:
    ForecastTable() = default;
    /// Rates of rows as they are; temperatures by way of each shard's reference, cut at 1. Empty
    /// for the other metrics.
    ForecastTable(const std::vector<ForecastSeries>& series, HeatMetric metric);

    [[nodiscard]] bool empty() const { return m_series.empty(); }
    /// Where the last of them ends, in seconds since the epoch; 0 when empty.
    [[nodiscard]] double end() const { return m_end; }
    /// Seconds that one value stands for; 0 when empty.
    [[nodiscard]] double step() const { return m_step; }
    /// nullopt where nothing is expected.
    [[nodiscard]] std::optional<ForecastValue> at(ShardId shard, double seconds) const;

private:
    struct Series
    {
        double start = 0;
        double step = 1;
        std::vector<ForecastValue> values;
    };

    std::unordered_map<ShardId, Series> m_series;
    double m_end = 0;
    double m_step = 0;
};

/// Where the measured columns end, in seconds since the epoch.
[[nodiscard]] double measuredEnd(const HeatMatrix& matrix);

/// Lets forecast columns follow the measured ones up to `until`, on the grid of the matrix; rows
/// are expected to do what their shard does, in equal parts. Columns that are forecasts already are
/// kept. Returns the first new column; nullopt when there was nothing to add.
std::optional<std::size_t> extendForecast(HeatMatrix& matrix, const ForecastTable& table,
                                          double until);

/// Takes the forecast columns off.
void dropForecast(HeatMatrix& matrix);

/// Rows a second that are temperature 1, where all shards agree (within 2 %).
[[nodiscard]] std::optional<double> commonReference(const std::vector<ForecastSeries>& series);

} // namespace isotherm::viewmath
