// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/heat_merge.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

namespace isotherm::viewmath
{
namespace
{

/// More columns than this in one merge is a clock that jumped, not a stretch of time.
constexpr std::int64_t kMostColumns = 200'000;

void remapRows(HeatMatrix& matrix, const std::vector<HeatRow>& rows)
{
    std::map<std::pair<ShardId, std::string>, std::size_t> known;
    for (std::size_t i = 0; i < matrix.rows.size(); ++i) {
        known.emplace(std::pair(matrix.rows[i].shard, matrix.rows[i].label), i);
    }
    std::vector<float> mean(matrix.columns * rows.size(), kMissingHeat);
    std::vector<float> max(matrix.columns * rows.size(), kMissingHeat);
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const auto found = known.find(std::pair(rows[row].shard, rows[row].label));
        if (found == known.end()) {
            continue;
        }
        for (std::size_t c = 0; c < matrix.columns; ++c) {
            mean[c * rows.size() + row] = matrix.meanAt(found->second, c);
            max[c * rows.size() + row] = matrix.maxAt(found->second, c);
        }
    }
    matrix.rows = rows;
    matrix.mean = std::move(mean);
    matrix.max = std::move(max);
}

} // namespace

std::optional<std::size_t> mergeColumns(HeatMatrix& into, const HeatMatrix& delta)
{
    const double step = std::chrono::duration<double>(delta.step).count();
    const double offset =
        step > 0.0 ? std::chrono::duration<double>(delta.start - into.start).count() / step : 0.0;
    const std::int64_t first = std::llround(offset);
    if (into.columns == 0 || into.metric != delta.metric || into.step != delta.step ||
        std::abs(first) > kMostColumns) {
        into = delta;
        return std::nullopt;
    }
    const bool sameRows = into.rows == delta.rows;
    if (!sameRows) {
        remapRows(into, delta.rows);
    }
    const std::size_t height = into.rows.size();
    const std::int64_t end = first + static_cast<std::int64_t>(delta.columns);
    if (end <= 0) {
        return sameRows ? std::optional(into.columns) : std::nullopt;
    }
    std::size_t changed =
        std::min(static_cast<std::size_t>(std::max<std::int64_t>(first, 0)), into.columns);
    if (static_cast<std::size_t>(end) > into.columns) {
        into.columns = static_cast<std::size_t>(end);
        into.mean.resize(into.columns * height, kMissingHeat);
        into.max.resize(into.columns * height, kMissingHeat);
    }
    // A forecast that nobody's measurement replaced is over: what was there is not known.
    const auto expired = std::min(into.forecastFrom, into.columns) * height;
    const auto until = std::max(expired, changed * height);
    std::fill(into.mean.begin() + static_cast<std::ptrdiff_t>(expired),
              into.mean.begin() + static_cast<std::ptrdiff_t>(until), kMissingHeat);
    std::fill(into.max.begin() + static_cast<std::ptrdiff_t>(expired),
              into.max.begin() + static_cast<std::ptrdiff_t>(until), kMissingHeat);
    changed = std::min(changed, into.forecastFrom);
    const std::int64_t skipped =
        std::max<std::int64_t>(-first, 0) * static_cast<std::int64_t>(height);
    const auto to = std::max<std::int64_t>(first, 0) * static_cast<std::int64_t>(height);
    std::copy(delta.mean.begin() + skipped, delta.mean.end(), into.mean.begin() + to);
    std::copy(delta.max.begin() + skipped, delta.max.end(), into.max.begin() + to);
    if (delta.forecastFrom < delta.columns) {
        into.forecastFrom = static_cast<std::size_t>(
            std::max<std::int64_t>(first + static_cast<std::int64_t>(delta.forecastFrom), 0));
    } else {
        into.forecastFrom =
            std::max(static_cast<std::size_t>(end), std::min(into.forecastFrom, into.columns));
    }
    return sameRows ? std::optional(changed) : std::nullopt;
}

void dropColumnsBefore(HeatMatrix& matrix, WallTime oldest)
{
    if (matrix.step.count() <= 0 || oldest <= matrix.start) {
        return;
    }
    const auto wanted = static_cast<std::size_t>((oldest - matrix.start) / matrix.step);
    const std::size_t dropped = std::min(wanted, matrix.columns);
    const auto cells = static_cast<std::ptrdiff_t>(dropped * matrix.rows.size());
    matrix.mean.erase(matrix.mean.begin(), matrix.mean.begin() + cells);
    matrix.max.erase(matrix.max.begin(), matrix.max.begin() + cells);
    matrix.start = matrix.columnStart(dropped);
    matrix.columns -= dropped;
    matrix.forecastFrom -= std::min(matrix.forecastFrom, dropped);
}

} // namespace isotherm::viewmath
