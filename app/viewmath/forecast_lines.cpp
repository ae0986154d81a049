// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/forecast_lines.h"

#include "app/viewmath/viewport.h"

#include <algorithm>
#include <cmath>

namespace isotherm::viewmath
{
namespace
{

/// Points of a chart of a few hundred pixels.
constexpr std::size_t kMostPoints = 600;

void addMeasured(ForecastLines& lines, const HeatMatrix& matrix, ShardId shard)
{
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < matrix.rows.size(); ++row) {
        if (matrix.rows[row].shard == shard) {
            rows.push_back(row);
        }
    }
    const std::size_t columns = std::min(matrix.forecastFrom, matrix.columns);
    const std::size_t stride = columns / kMostPoints + 1;
    bool hole = true;
    for (std::size_t column = 0; column < columns && !rows.empty(); column += stride) {
        double sum = 0;
        for (const std::size_t row : rows) {
            sum += static_cast<double>(matrix.meanAt(row, column));
        }
        if (std::isnan(sum)) {
            hole = true;
            continue;
        }
        if (hole) {
            lines.measured.emplace_back();
        }
        hole = false;
        lines.measured.back().push_back({toSeconds(matrix.columnStart(column)), sum});
        lines.top = std::max(lines.top, sum);
    }
}

void addStep(ForecastLines& lines, Span time, const ForecastValue& value)
{
    for (const double at : {time.begin, time.end}) {
        lines.expected.push_back({at, static_cast<double>(value.mean)});
        lines.low.push_back({at, static_cast<double>(value.low)});
        lines.high.push_back({at, static_cast<double>(value.high)});
    }
    lines.top = std::max(lines.top, static_cast<double>(value.high));
}

} // namespace

ForecastLines forecastLines(const HeatMatrix& matrix, ShardId shard, const ForecastTable& past,
                            const ForecastTable& coming)
{
    ForecastLines lines;
    addMeasured(lines, matrix, shard);
    const double now = measuredEnd(matrix);
    const double begin = toSeconds(matrix.start);
    const double end = std::max(toSeconds(matrix.end()), now);
    const double step = std::max(past.step(), coming.step());
    if (step <= 0.0) {
        return lines;
    }
    for (double t = std::floor(begin / step) * step; t < end; t += step) {
        const double from = std::max(t, begin);
        const double to = std::min(t + step, end);
        const double middle = (from + to) / 2.0;
        const auto value = middle < now ? past.at(shard, middle) : coming.at(shard, middle);
        if (value && !std::isnan(value->low) && !std::isnan(value->high)) {
            addStep(lines, {from, to}, *value);
        }
    }
    return lines;
}

} // namespace isotherm::viewmath
