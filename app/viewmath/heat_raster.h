// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/colour_map.h"
#include "app/viewmath/heat_scene.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace isotherm::viewmath
{

/// The pixels to fill: rows of `stride` pixels, of which `width` are shown.
struct PixelBuffer
{
    Rgb* pixels = nullptr;
    std::size_t width = 0;
    std::size_t height = 0;
    std::size_t stride = 0;
};

/// The colours of a map. `table[0]` and `missingStripe` draw what was not measured, as a hatch that
/// no heat looks like; `outside` is where no data is loaded at all.
struct RasterColours
{
    ColourTable table{};
    Rgb missingStripe = 0xff808080;
    Rgb outside = 0xff000000;
};

/// Draws a scene into pixels, each pixel the maximum of the cells under it. Keeps its buffers from
/// one frame to the next. Not thread-safe.
class HeatRaster
{
public:
    /// The cells under one pixel.
    struct Range
    {
        std::uint32_t first = 0;
        std::uint32_t end = 0; ///< first == end: outside the map

        friend bool operator==(const Range&, const Range&) = default;
    };

    /// Fills all of `buffer` with what `viewport` shows.
    void render(HeatScene& scene, const Viewport& viewport, const RasterColours& colours,
                const PixelBuffer& buffer);

private:
    void poolColumns(const MaxPyramid::Layer& layer, std::size_t height);
    void poolRows(const MaxPyramid::Layer& layer, Range columns, Level* out, std::size_t height);
    struct Tile
    {
        std::size_t x = 0;
        std::size_t xEnd = 0;
        std::size_t y = 0;
        std::size_t yEnd = 0;
    };

    void measureRows();
    void paint(const RasterColours& colours, const PixelBuffer& buffer,
               std::size_t forecastX) const;
    /// False if some pixel is not a measured cell.
    bool paintPlain(const RasterColours& colours, const PixelBuffer& buffer,
                    const Tile& tile) const;
    void paintMarked(const RasterColours& colours, const PixelBuffer& buffer, const Tile& tile,
                     std::size_t forecastX) const;
    /// Stripes over known cells right of `fromX`.
    static void hatchForecast(const PixelBuffer& buffer, const Tile& tile, std::size_t fromX);
    static void rangesOf(Span cells, std::size_t pixels, std::size_t count, std::size_t halvings,
                         std::vector<Range>& to);

    std::vector<Range> m_columns;   ///< per x, in columns of the layer
    std::vector<Range> m_rows;      ///< per y, in rows of the layer
    Range m_rowsInside;             ///< the pixels that have rows
    std::uint32_t m_fewestRows = 0; ///< that any of them has
    std::uint32_t m_extraRows = 0;  ///< that some have more
    bool m_evenRows = true;         ///< few enough for the quick way
    std::vector<Level> m_pooled;    ///< width × height, column-major
    std::vector<Level> m_strip;
};

} // namespace isotherm::viewmath
