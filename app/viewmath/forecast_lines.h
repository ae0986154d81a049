// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/forecast_table.h"
#include "shared/model/heat_matrix.h"

#include <vector>

namespace isotherm::viewmath
{

/// A place on a line chart: seconds since the epoch, and a value.
struct ChartPoint
{
    double seconds = 0;
    double value = 0;

    friend bool operator==(const ChartPoint&, const ChartPoint&) = default;
};

/// One shard on a line chart. What was not measured leaves a hole: `measured` is in pieces.
struct ForecastLines
{
    std::vector<std::vector<ChartPoint>> measured;
    std::vector<ChartPoint> expected; ///< in steps
    std::vector<ChartPoint> low;
    std::vector<ChartPoint> high;
    double top = 1; ///< the largest value of all of them, > 0
};

/// Of the shard's rows in `matrix` together; expected from `past` before now and `coming` after it.
[[nodiscard]] ForecastLines forecastLines(const HeatMatrix& matrix, ShardId shard,
                                          const ForecastTable& past, const ForecastTable& coming);

} // namespace isotherm::viewmath
