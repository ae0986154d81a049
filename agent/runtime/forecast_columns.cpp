// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/forecast_columns.h"

#include <algorithm>
#include <cmath>

namespace isotherm::runtime
{
namespace
{

using namespace std::chrono_literals;

constexpr auto kLongest = std::chrono::hours(24); ///< ahead, as far as the hourly path goes
constexpr auto kAlone =
    std::chrono::minutes(10); ///< the step when nothing of the past is asked for

} // namespace

Result<HeatMatrix> ForecastColumns::heat(const HeatQuery& query,
                                         const std::vector<ShardRecord>& shards, WallTime now) const
{
    const bool forecast =
        query.metric == HeatMetric::Rows || query.metric == HeatMetric::Temperature;
    if (!forecast || query.to <= now || query.to <= query.from || query.columnLimit == 0) {
        return m_temperatures.heat(query, shards);
    }
    const WallTime to = std::min(query.to, now + kLongest);
    HeatQuery measured = query;
    measured.to = now;
    const bool alone = query.from >= now;
    if (alone) {
        // The rows are wanted all the same.
        measured.from = now - kAlone;
        measured.columnLimit = 1;
    } else {
        const double share = std::chrono::duration<double>(now - query.from) / (to - query.from);
        const double columns = static_cast<double>(query.columnLimit) * share;
        measured.columnLimit = std::max<std::size_t>(1, static_cast<std::size_t>(columns));
    }
    ISO_ASSIGN(HeatMatrix matrix, m_temperatures.heat(measured, shards));
    if (alone) {
        const auto fitting =
            (to - query.from + std::chrono::microseconds(query.columnLimit) - 1us) /
            static_cast<std::int64_t>(query.columnLimit);
        matrix.step = std::max<std::chrono::milliseconds>(
            kAlone, std::chrono::ceil<std::chrono::seconds>(fitting));
        matrix.start = std::chrono::floor<std::chrono::minutes>(query.from);
        matrix.columns = 0;
        matrix.mean.clear();
        matrix.max.clear();
    }
    matrix.forecastFrom = matrix.columns;
    append(matrix, to);
    return matrix;
}

void ForecastColumns::append(HeatMatrix& matrix, WallTime to) const
{
    for (WallTime start = matrix.end(); start < to; start = matrix.end()) {
        const std::vector<float> values = column(matrix, start + matrix.step / 2);
        matrix.mean.insert(matrix.mean.end(), values.begin(), values.end());
        matrix.max.insert(matrix.max.end(), values.begin(), values.end());
        ++matrix.columns;
    }
}

std::vector<float> ForecastColumns::column(const HeatMatrix& matrix, WallTime middle) const
{
    std::vector<float> values;
    values.reserve(matrix.rows.size());
    for (const HeatRow& row : matrix.rows) {
        const auto rate = m_board.expectedRate(row.shard, middle);
        float value = rate ? static_cast<float>(*rate) : kMissingHeat;
        if (matrix.metric == HeatMetric::Temperature) {
            const auto reference = m_temperatures.reference(row.keyspace);
            value = reference && rate
                        ? static_cast<float>(heat::temperatureOf(*rate, reference->rowsPerSecond))
                        : kMissingHeat;
        }
        values.push_back(value);
    }
    return values;
}

} // namespace isotherm::runtime
