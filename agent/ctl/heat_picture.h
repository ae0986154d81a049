// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/heat_matrix.h"

#include <cstddef>
#include <string>
#include <vector>

/// A heat map as text. Pure.
namespace isotherm::ctl
{

struct PictureStyle
{
    bool colour = false; ///< 256-colour backgrounds; else characters of growing density
    bool utf8 = true;
    std::size_t width = 80;
    std::size_t height = 40; ///< rows of the map
    double hotAbove = 0.8;   ///< marked on the legend of a temperature map
    double warmAbove = 0.5;
};

/// Values of `matrix.max`, pooled by their maximum to at most rows × columns, so that a peak shows
/// at every size. Missing only where all are missing.
struct PooledHeat
{
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::vector<float> values; ///< row-major
    std::vector<std::string> labels;
};
[[nodiscard]] PooledHeat poolHeat(const HeatMatrix& matrix, std::size_t rows, std::size_t columns);

/// Rows with their labels, a time axis in UTC, and a legend with the unit. Absolute scale from 0.
[[nodiscard]] std::string drawHeat(const HeatMatrix& matrix, const PictureStyle& style);

/// "rows/s", …; empty for the temperature.
[[nodiscard]] std::string_view heatUnit(HeatMetric metric);

} // namespace isotherm::ctl
