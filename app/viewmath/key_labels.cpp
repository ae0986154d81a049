// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/key_labels.h"

#include <algorithm>
#include <cmath>

namespace isotherm::viewmath
{

RowRange rowsOfShardAt(std::span<const HeatRow> rows, std::size_t row)
{
    RowRange range{row, row + 1};
    while (range.first > 0 && rows[range.first - 1].shard == rows[row].shard) {
        --range.first;
    }
    while (range.end < rows.size() && rows[range.end].shard == rows[row].shard) {
        ++range.end;
    }
    return range;
}

std::vector<KeyLabel> keyLabels(std::span<const HeatRow> rows, Span visible, double pixels,
                                double minimumGap)
{
    std::vector<KeyLabel> labels;
    if (rows.empty() || pixels <= 0.0) {
        return labels;
    }
    double lastY = -1e9;
    auto row = static_cast<std::size_t>(
        std::clamp(std::floor(visible.begin), 0.0, static_cast<double>(rows.size() - 1)));
    const auto limit = static_cast<double>(rows.size());
    while (row < rows.size() && static_cast<double>(row) < visible.end) {
        const RowRange shard = rowsOfShardAt(rows, row);
        const double begin = std::max(static_cast<double>(shard.first), visible.begin);
        const double end = std::min({static_cast<double>(shard.end), visible.end, limit});
        const double y = visible.fraction((begin + end) / 2.0) * pixels;
        if (y - lastY >= minimumGap && y >= minimumGap / 2.0 && y <= pixels - minimumGap / 2.0) {
            const bool start =
                labels.empty() || rows[labels.back().firstRow].keyspace != rows[row].keyspace;
            labels.push_back({y, shard.first, shard.end, start});
            lastY = y;
        }
        row = shard.end;
    }
    return labels;
}

} // namespace isotherm::viewmath
