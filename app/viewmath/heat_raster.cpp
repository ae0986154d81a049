// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/heat_raster.h"

#include <algorithm>
#include <cmath>

namespace isotherm::viewmath
{
namespace
{

constexpr std::size_t kTile = 64;
constexpr std::size_t kMissingPeriod = 8;
constexpr std::size_t kForecastPeriod = 7;

/// How often an axis can be halved before cells get larger than half a pixel: peaks are then never
/// lost, and never drawn wider than half a pixel too much.
std::size_t halvingsFor(double cells, std::size_t pixels)
{
    const double perPixel = cells / static_cast<double>(std::max<std::size_t>(pixels, 1));
    return perPixel <= 4.0 ? 0 : static_cast<std::size_t>(std::floor(std::log2(perPixel))) - 1;
}

Rgb lifted(Rgb colour)
{
    // Half way to white keeps the order of the colours under the hatch.
    return 0xff000000U | (((colour & 0xfefefeU) >> 1U) + 0x7f7f7fU);
}

} // namespace

void HeatRaster::rangesOf(Span cells, std::size_t pixels, std::size_t count, std::size_t halvings,
                          std::vector<Range>& to)
{
    to.assign(pixels, Range{});
    const double perPixel = cells.length() / static_cast<double>(pixels);
    const auto limit = static_cast<double>(count);
    for (std::size_t i = 0; i < pixels; ++i) {
        const double begin = cells.begin + static_cast<double>(i) * perPixel;
        const double first = std::floor(begin);
        // Half open: a pixel that ends exactly on an edge does not take the next cell.
        const double end = std::max(std::ceil(begin + perPixel - 1e-6), first + 1.0);
        if (end <= 0.0 || first >= limit) {
            continue;
        }
        const auto firstCell = static_cast<std::uint32_t>(std::max(first, 0.0));
        const auto lastCell = static_cast<std::uint32_t>(std::min(end, limit)) - 1U;
        to[i] = {firstCell >> halvings, (lastCell >> halvings) + 1U};
    }
}

void HeatRaster::poolRows(const MaxPyramid::Layer& layer, Range columns, Level* out,
                          std::size_t height)
{
    const Level* source = layer.column(columns.first);
    if (columns.end - columns.first > 1) {
        m_strip.assign(source, source + layer.rows);
        for (std::uint32_t c = columns.first + 1; c < columns.end; ++c) {
            const Level* next = layer.column(c);
            for (std::size_t i = 0; i < layer.rows; ++i) {
                m_strip[i] = std::max(m_strip[i], next[i]);
            }
        }
        source = m_strip.data();
    }
    for (std::size_t y = 0; y < height; ++y) {
        const Range range = m_rows[y];
        Level hottest = kMissingLevel;
        for (std::uint32_t r = range.first; r < range.end; ++r) {
            hottest = std::max(hottest, source[r]);
        }
        out[y] = hottest;
    }
}

void HeatRaster::poolColumns(const MaxPyramid::Layer& layer, std::size_t height)
{
    m_pooled.resize(m_columns.size() * height);
    for (std::size_t x = 0; x < m_columns.size(); ++x) {
        const Range columns = m_columns[x];
        if (columns.first == columns.end) {
            continue;
        }
        Level* out = m_pooled.data() + x * height;
        if (x > 0 && columns == m_columns[x - 1]) {
            std::copy_n(out - height, height, out);
        } else {
            poolRows(layer, columns, out, height);
        }
    }
}

void HeatRaster::paint(const RasterColours& colours, const PixelBuffer& buffer,
                       std::size_t forecastX) const
{
    for (std::size_t yTile = 0; yTile < buffer.height; yTile += kTile) {
        const std::size_t yEnd = std::min(yTile + kTile, buffer.height);
        for (std::size_t xTile = 0; xTile < buffer.width; xTile += kTile) {
            const std::size_t xEnd = std::min(xTile + kTile, buffer.width);
            for (std::size_t y = yTile; y < yEnd; ++y) {
                Rgb* line = buffer.pixels + y * buffer.stride;
                const bool rowInside = m_rows[y].first != m_rows[y].end;
                for (std::size_t x = xTile; x < xEnd; ++x) {
                    if (!rowInside || m_columns[x].first == m_columns[x].end) {
                        line[x] = colours.outside;
                        continue;
                    }
                    const Level level = m_pooled[x * buffer.height + y];
                    Rgb colour = colours.table[level];
                    if (level == kMissingLevel && (x + y) % kMissingPeriod < 2) {
                        colour = colours.missingStripe;
                    } else if (x >= forecastX && (x + y) % kForecastPeriod == 0) {
                        colour = lifted(colour);
                    }
                    line[x] = colour;
                }
            }
        }
    }
}

void HeatRaster::render(HeatScene& scene, const Viewport& viewport, const RasterColours& colours,
                        const PixelBuffer& buffer)
{
    if (buffer.width == 0 || buffer.height == 0) {
        return;
    }
    const ColumnGrid& grid = scene.grid();
    const Span columns{grid.columnAt(viewport.time.begin), grid.columnAt(viewport.time.end)};
    const std::size_t columnHalvings = halvingsFor(columns.length(), buffer.width);
    const std::size_t rowHalvings = halvingsFor(viewport.rows.length(), buffer.height);
    rangesOf(columns, buffer.width, grid.columns, columnHalvings, m_columns);
    rangesOf(viewport.rows, buffer.height, grid.rows, rowHalvings, m_rows);
    if (grid.columns != 0 && grid.rows != 0) {
        poolColumns(scene.pyramid().layer(rowHalvings, columnHalvings), buffer.height);
    }
    const double forecast =
        viewport.time.fraction(grid.timeOf(static_cast<double>(scene.forecastFrom()))) *
        static_cast<double>(buffer.width);
    const std::size_t forecastX = scene.forecastFrom() >= grid.columns
                                      ? buffer.width
                                      : static_cast<std::size_t>(std::clamp(
                                            forecast, 0.0, static_cast<double>(buffer.width)));
    paint(colours, buffer, forecastX);
}

} // namespace isotherm::viewmath
