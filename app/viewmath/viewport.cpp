// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/viewport.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace isotherm::viewmath
{
namespace
{

constexpr std::size_t kDeepestZoom = 64;

} // namespace

double toSeconds(WallTime time)
{
    return static_cast<double>(toUnixMicros(time)) / 1e6;
}

WallTime fromSeconds(double seconds)
{
    return fromUnixMicros(std::llround(seconds * 1e6));
}

Span Span::zoomed(double factor, double anchor) const
{
    const double fixed = valueAt(anchor);
    const double newLength = length() * factor;
    return {fixed - anchor * newLength, fixed + (1.0 - anchor) * newLength};
}

Span Span::clampedTo(Span bounds, double minimum) const
{
    const double wanted = std::max(length(), minimum);
    if (wanted >= bounds.length()) {
        return bounds;
    }
    const double middle = std::midpoint(begin, end);
    const double newBegin = wanted == length() ? begin : middle - wanted / 2.0;
    const double clamped = std::clamp(newBegin, bounds.begin, bounds.end - wanted);
    return {clamped, clamped + wanted};
}

std::optional<CellIndex> cellAt(const ColumnGrid& grid, const Viewport& viewport, PixelSize size,
                                PixelPoint point)
{
    if (point.x < 0 || point.y < 0 || point.x >= size.width || point.y >= size.height) {
        return std::nullopt;
    }
    const double column = std::floor(grid.columnAt(viewport.time.valueAt(point.x / size.width)));
    const double row = std::floor(viewport.rows.valueAt(point.y / size.height));
    if (column < 0 || row < 0 || column >= static_cast<double>(grid.columns) ||
        row >= static_cast<double>(grid.rows)) {
        return std::nullopt;
    }
    return CellIndex{static_cast<std::size_t>(row), static_cast<std::size_t>(column)};
}

std::optional<BoxSelection> boxBetween(const ColumnGrid& grid, const Viewport& viewport,
                                       PixelSize size, PixelPoint a, PixelPoint b)
{
    if (grid.rows == 0 || grid.columns == 0 || size.width <= 0 || size.height <= 0) {
        return std::nullopt;
    }
    const auto [left, right] = std::minmax(a.x, b.x);
    const auto [upper, lower] = std::minmax(a.y, b.y);
    const double firstRow = std::floor(viewport.rows.valueAt(upper / size.height));
    const double lastRow = std::floor(viewport.rows.valueAt(lower / size.height));
    const double firstColumn = std::floor(grid.columnAt(viewport.time.valueAt(left / size.width)));
    const double lastColumn = std::floor(grid.columnAt(viewport.time.valueAt(right / size.width)));
    const double rowLimit = static_cast<double>(grid.rows) - 1.0;
    const double columnLimit = static_cast<double>(grid.columns) - 1.0;
    if (lastRow < 0 || firstRow > rowLimit || lastColumn < 0 || firstColumn > columnLimit) {
        return std::nullopt;
    }
    return BoxSelection{static_cast<std::size_t>(std::clamp(firstRow, 0.0, rowLimit)),
                        static_cast<std::size_t>(std::clamp(lastRow, 0.0, rowLimit)),
                        Span{grid.timeOf(std::clamp(firstColumn, 0.0, columnLimit)),
                             grid.timeOf(std::clamp(lastColumn, 0.0, columnLimit) + 1.0)}};
}

void ZoomStack::push(const Viewport& viewport)
{
    if (m_stack.size() == kDeepestZoom) {
        m_stack.erase(m_stack.begin());
    }
    m_stack.push_back(viewport);
}

std::optional<Viewport> ZoomStack::pop()
{
    if (m_stack.empty()) {
        return std::nullopt;
    }
    const Viewport last = m_stack.back();
    m_stack.pop_back();
    return last;
}

} // namespace isotherm::viewmath
