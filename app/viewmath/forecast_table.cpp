// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/forecast_table.h"

#include "app/viewmath/viewport.h"

#include <algorithm>
#include <cmath>

namespace isotherm::viewmath
{
namespace
{

/// More columns than this are a wrong clock, not a forecast.
constexpr double kMostColumns = 20'000;

/// How many rows of the map stand for one shard.
std::unordered_map<ShardId, float> rowsPerShard(const HeatMatrix& matrix)
{
    std::unordered_map<ShardId, float> count;
    for (const HeatRow& row : matrix.rows) {
        count[row.shard] += 1.0F;
    }
    return count;
}

} // namespace

ForecastTable::ForecastTable(const std::vector<ForecastSeries>& series, HeatMetric metric)
{
    const bool temperature = metric == HeatMetric::Temperature;
    if (metric != HeatMetric::Rows && !temperature) {
        return;
    }
    for (const ForecastSeries& one : series) {
        if (one.step.count() <= 0 || (temperature && one.reference <= 0.0)) {
            continue;
        }
        const auto scaled = [&](float rate) {
            return temperature ? std::min(1.0F, rate / static_cast<float>(one.reference)) : rate;
        };
        Series made{toSeconds(one.start), std::chrono::duration<double>(one.step).count(), {}};
        for (std::size_t i = 0; i < one.mean.size(); ++i) {
            made.values.push_back({scaled(one.mean[i]),
                                   i < one.low.size() ? scaled(one.low[i]) : kMissingHeat,
                                   i < one.high.size() ? scaled(one.high[i]) : kMissingHeat});
        }
        m_step = std::max(m_step, made.step);
        m_end = std::max(m_end, made.start + made.step * static_cast<double>(made.values.size()));
        m_series.insert_or_assign(one.shard, std::move(made));
    }
}

std::optional<ForecastValue> ForecastTable::at(ShardId shard, double seconds) const
{
    const auto found = m_series.find(shard);
    if (found == m_series.end()) {
        return std::nullopt;
    }
    const Series& series = found->second;
    const double index = std::floor((seconds - series.start) / series.step);
    if (index < 0.0 || index >= static_cast<double>(series.values.size())) {
        return std::nullopt;
    }
    const ForecastValue& value = series.values[static_cast<std::size_t>(index)];
    return std::isnan(value.mean) ? std::nullopt : std::optional(value);
}

double measuredEnd(const HeatMatrix& matrix)
{
    return toSeconds(matrix.columnStart(std::min(matrix.forecastFrom, matrix.columns)));
}

std::optional<std::size_t> extendForecast(HeatMatrix& matrix, const ForecastTable& table,
                                          double until)
{
    const double step = std::chrono::duration<double>(matrix.step).count();
    if (table.empty() || step <= 0.0 || matrix.columns == 0 || matrix.rows.empty()) {
        return std::nullopt;
    }
    const double end = std::min(until, table.end());
    const double missing = std::ceil((end - toSeconds(matrix.end())) / step - 1e-6);
    if (missing < 1.0 || missing > kMostColumns) {
        return std::nullopt;
    }
    const std::size_t first = matrix.columns;
    const std::size_t height = matrix.rows.size();
    const auto shares = rowsPerShard(matrix);
    const bool parts = matrix.metric != HeatMetric::Temperature;
    matrix.forecastFrom = std::min(matrix.forecastFrom, first);
    matrix.columns += static_cast<std::size_t>(missing);
    matrix.mean.resize(matrix.columns * height, kMissingHeat);
    matrix.max.resize(matrix.columns * height, kMissingHeat);
    for (std::size_t column = first; column < matrix.columns; ++column) {
        const double middle = toSeconds(matrix.columnStart(column)) + step / 2.0;
        for (std::size_t row = 0; row < height; ++row) {
            const ShardId shard = matrix.rows[row].shard;
            if (const auto value = table.at(shard, middle)) {
                const float mean = parts ? value->mean / shares.at(shard) : value->mean;
                matrix.mean[column * height + row] = mean;
                matrix.max[column * height + row] = mean;
            }
        }
    }
    return first;
}

void dropForecast(HeatMatrix& matrix)
{
    if (matrix.forecastFrom < matrix.columns) {
        matrix.columns = matrix.forecastFrom;
        matrix.mean.resize(matrix.columns * matrix.rows.size());
        matrix.max.resize(matrix.columns * matrix.rows.size());
    }
}

std::optional<double> commonReference(const std::vector<ForecastSeries>& series)
{
    constexpr double kSame = 0.02;
    double low = 0.0;
    double high = 0.0;
    for (const ForecastSeries& one : series) {
        if (one.reference <= 0.0) {
            return std::nullopt;
        }
        low = low == 0.0 ? one.reference : std::min(low, one.reference);
        high = std::max(high, one.reference);
    }
    return high > 0.0 && high - low <= kSame * high ? std::optional(high) : std::nullopt;
}

} // namespace isotherm::viewmath
