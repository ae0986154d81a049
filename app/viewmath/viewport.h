// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/base/clock.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace isotherm::viewmath
{

[[nodiscard]] double toSeconds(WallTime time);
[[nodiscard]] WallTime fromSeconds(double seconds);

/// A stretch of a continuous axis, begin < end.
struct Span
{
    double begin = 0;
    double end = 1;

    [[nodiscard]] double length() const { return end - begin; }
    /// Where `value` lies, 0 at begin and 1 at end.
    [[nodiscard]] double fraction(double value) const { return (value - begin) / length(); }
    [[nodiscard]] double valueAt(double fraction) const { return begin + fraction * length(); }

    /// `factor` < 1 shows less. What is at `anchor` (0…1) stays there.
    [[nodiscard]] Span zoomed(double factor, double anchor) const;
    [[nodiscard]] Span shifted(double by) const { return {begin + by, end + by}; }
    /// The nearest span of at least `minimum` that lies inside `bounds`; all of `bounds` when it is
    /// shorter.
    [[nodiscard]] Span clampedTo(Span bounds, double minimum) const;

    friend bool operator==(const Span&, const Span&) = default;
};

/// What part of the map is on screen: seconds since the epoch × rows.
struct Viewport
{
    Span time;
    Span rows;

    friend bool operator==(const Viewport&, const Viewport&) = default;
};

/// A size or place in (device-independent) pixels of the canvas.
struct PixelSize
{
    double width = 0;
    double height = 0;
};
struct PixelPoint
{
    double x = 0;
    double y = 0;
};

/// A cell of a map: row and column index.
struct CellIndex
{
    std::size_t row = 0;
    std::size_t column = 0;

    friend bool operator==(const CellIndex&, const CellIndex&) = default;
};

/// Where the columns of a map lie in time.
struct ColumnGrid
{
    double start = 0; ///< seconds since the epoch
    double step = 1;  ///< seconds, > 0
    std::size_t columns = 0;
    std::size_t rows = 0;

    [[nodiscard]] double columnAt(double seconds) const { return (seconds - start) / step; }
    [[nodiscard]] double timeOf(double column) const { return start + column * step; }
    [[nodiscard]] double end() const { return timeOf(static_cast<double>(columns)); }
};

/// The cell under a pixel; nullopt outside the map.
[[nodiscard]] std::optional<CellIndex> cellAt(const ColumnGrid& grid, const Viewport& viewport,
                                              PixelSize size, PixelPoint point);

/// A box of whole rows and a stretch of time: what a drag selects.
struct BoxSelection
{
    std::size_t firstRow = 0;
    std::size_t lastRow = 0; ///< inclusive
    Span time;

    friend bool operator==(const BoxSelection&, const BoxSelection&) = default;
};

/// The rows and the columns touched by a drag between two pixels, snapped outwards to cells and
/// clipped to the map. nullopt when it misses the map.
[[nodiscard]] std::optional<BoxSelection> boxBetween(const ColumnGrid& grid,
                                                     const Viewport& viewport, PixelSize size,
                                                     PixelPoint a, PixelPoint b);

/// Where one came from while zooming in.
class ZoomStack
{
public:
    /// Remembers `viewport`; the oldest of more than 64 is forgotten.
    void push(const Viewport& viewport);
    /// The last one remembered, removed; nullopt when there is none.
    [[nodiscard]] std::optional<Viewport> pop();
    void clear() { m_stack.clear(); }
    [[nodiscard]] bool empty() const { return m_stack.empty(); }
    [[nodiscard]] std::size_t depth() const { return m_stack.size(); }

private:
    std::vector<Viewport> m_stack;
};

} // namespace isotherm::viewmath
