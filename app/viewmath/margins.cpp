// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/margins.h"

#include "app/viewmath/value_scale.h"

#include <algorithm>
#include <cmath>

namespace isotherm::viewmath
{
namespace
{

struct IndexRange
{
    std::size_t first = 0;
    std::size_t end = 0;
};

IndexRange visibleCells(Span cells, std::size_t count)
{
    const auto limit = static_cast<double>(count);
    const double first = std::clamp(std::floor(cells.begin), 0.0, limit);
    const double end = std::clamp(std::ceil(cells.end), first, limit);
    return {static_cast<std::size_t>(first), static_cast<std::size_t>(end)};
}

} // namespace

Margins marginsOf(const HeatMatrix& matrix, const Viewport& viewport)
{
    const double step = std::chrono::duration<double>(matrix.step).count();
    if (matrix.rows.empty() || matrix.columns == 0 || step <= 0.0) {
        return {};
    }
    const double start = toSeconds(matrix.start);
    const IndexRange columns = visibleCells(
        {(viewport.time.begin - start) / step, (viewport.time.end - start) / step}, matrix.columns);
    const IndexRange rows = visibleCells(viewport.rows, matrix.rows.size());
    Margins margins;
    margins.firstRow = rows.first;
    margins.firstColumn = columns.first;
    const std::size_t height = rows.end - rows.first;
    std::vector<float> sums(height, 0.0F);
    std::vector<std::uint32_t> counts(height, 0);
    for (std::size_t c = columns.first; c < columns.end; ++c) {
        const float* cells = matrix.mean.data() + c * matrix.rows.size() + rows.first;
        float total = 0.0F;
        std::size_t measured = 0;
        // What is expected is drawn in the column's bar, but is no part of a row's mean.
        const bool happened = c < matrix.forecastFrom;
        for (std::size_t i = 0; i < height; ++i) {
            const bool known = !std::isnan(cells[i]);
            const float value = known ? cells[i] : 0.0F;
            sums[i] += happened ? value : 0.0F;
            counts[i] += known && happened ? 1U : 0U;
            total += value;
            measured += known ? 1U : 0U;
        }
        const float divisor =
            matrix.metric == HeatMetric::Temperature ? static_cast<float>(measured) : 1.0F;
        margins.columns.push_back(measured == 0 ? kMissingHeat : total / divisor);
    }
    margins.rows.resize(height, kMissingHeat);
    for (std::size_t i = 0; i < height; ++i) {
        if (counts[i] != 0) {
            margins.rows[i] = sums[i] / static_cast<float>(counts[i]);
        }
    }
    margins.rowTop = static_cast<float>(largestValue(margins.rows));
    margins.columnTop = static_cast<float>(largestValue(margins.columns));
    return margins;
}

} // namespace isotherm::viewmath
