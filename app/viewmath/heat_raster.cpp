// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/heat_raster.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace isotherm::viewmath
{
namespace
{

constexpr std::size_t kTile = 64;
constexpr std::size_t kMissingPeriod = 8;
constexpr std::size_t kForecastPeriod = 7;

/// How often an axis can be halved before cells get larger than a pixel: peaks are then never lost,
/// and never drawn more than a pixel too wide.
std::size_t halvingsFor(double cells, std::size_t pixels)
{
    const double perPixel = cells / static_cast<double>(std::max<std::size_t>(pixels, 1));
    return perPixel < 2.0 ? 0 : static_cast<std::size_t>(std::floor(std::log2(perPixel)));
}

Rgb lifted(Rgb colour)
{
    // Half way to white keeps the order of the colours under the hatch.
    return 0xff000000U | (((colour & 0xfefefeU) >> 1U) + 0x7f7f7fU);
}

/// The maximum of each pixel's cells, with the same number of reads for every pixel so that nothing
/// has to be predicted: `Fewest` cells that every pixel has, counted from its first, and the
/// `Extra` more that some have, counted back from its last. Extra ≤ Fewest: a read never leaves its
/// pixel.
template <std::uint32_t Fewest, std::uint32_t Extra>
void poolEvenly(const Level* source, const HeatRaster::Range* rows, Level* out,
                HeatRaster::Range inside)
{
    for (std::size_t y = inside.first; y < inside.end; ++y) {
        const Level* first = source + rows[y].first;
        const Level* last = source + rows[y].end - 1;
        Level hottest = *first;
        for (std::uint32_t i = 1; i < Fewest; ++i) {
            hottest = std::max(hottest, first[i]);
        }
        for (std::uint32_t i = 0; i < Extra; ++i) {
            hottest = std::max(hottest, *(last - i));
        }
        out[y] = hottest;
    }
}

using Pooler = void (*)(const Level*, const HeatRaster::Range*, Level*, HeatRaster::Range);
constexpr std::array<std::array<Pooler, 3>, 3> kPoolers = {
    {{poolEvenly<1, 0>, poolEvenly<1, 1>, poolEvenly<1, 2>},
     {poolEvenly<2, 0>, poolEvenly<2, 1>, poolEvenly<2, 2>},
     {poolEvenly<3, 0>, poolEvenly<3, 1>, poolEvenly<3, 2>}}};

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
    std::fill_n(out, height, kMissingLevel);
    if (!m_evenRows) {
        for (std::size_t y = m_rowsInside.first; y < m_rowsInside.end; ++y) {
            out[y] = *std::max_element(source + m_rows[y].first, source + m_rows[y].end);
        }
        return;
    }
    kPoolers[m_fewestRows - 1][m_extraRows](source, m_rows.data(), out, m_rowsInside);
}

void HeatRaster::measureRows()
{
    m_rowsInside = {};
    std::uint32_t most = 0;
    for (std::uint32_t y = 0; y < m_rows.size(); ++y) {
        const std::uint32_t count = m_rows[y].end - m_rows[y].first;
        if (count == 0) {
            continue;
        }
        const bool first = most == 0;
        m_rowsInside = {first ? y : m_rowsInside.first, y + 1};
        m_fewestRows = first ? count : std::min(m_fewestRows, count);
        most = std::max(most, count);
    }
    m_extraRows = most == 0 ? 0 : most - m_fewestRows;
    // Only at the edge of a map that is dragged out of view are some pixels much thinner than
    // others.
    m_evenRows = most > 0 && m_fewestRows <= kPoolers.size() && m_extraRows < kPoolers[0].size() &&
                 m_extraRows <= m_fewestRows;
}

void HeatRaster::poolColumns(const MaxPyramid::Layer& layer, std::size_t height)
{
    for (std::size_t x = 0; x < m_columns.size(); ++x) {
        const Range columns = m_columns[x];
        Level* out = m_pooled.data() + x * height;
        if (columns.first == columns.end) {
            std::fill_n(out, height, kMissingLevel);
            continue;
        }
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
        for (std::size_t xTile = 0; xTile < buffer.width; xTile += kTile) {
            const Tile tile{xTile, std::min(xTile + kTile, buffer.width), yTile,
                            std::min(yTile + kTile, buffer.height)};
            // Most tiles hold nothing but known cells: those need no decisions per pixel.
            if (!paintPlain(colours, buffer, tile)) {
                paintMarked(colours, buffer, tile, forecastX);
            } else if (tile.xEnd > forecastX) {
                hatchForecast(buffer, tile, std::max(tile.x, forecastX));
            }
        }
    }
}

bool HeatRaster::paintPlain(const RasterColours& colours, const PixelBuffer& buffer,
                            const Tile& tile) const
{
    Level lowest = 255;
    for (std::size_t y = tile.y; y < tile.yEnd; ++y) {
        Rgb* line = buffer.pixels + y * buffer.stride;
        const Level* levels = m_pooled.data() + y;
        for (std::size_t x = tile.x; x < tile.xEnd; ++x) {
            const Level level = levels[x * buffer.height];
            lowest = std::min(lowest, level);
            line[x] = colours.table[level];
        }
    }
    return lowest != kMissingLevel;
}

void HeatRaster::hatchForecast(const PixelBuffer& buffer, const Tile& tile, std::size_t fromX)
{
    for (std::size_t y = tile.y; y < tile.yEnd; ++y) {
        Rgb* line = buffer.pixels + y * buffer.stride;
        const std::size_t behind = (fromX + y) % kForecastPeriod;
        const std::size_t first = behind == 0 ? fromX : fromX + kForecastPeriod - behind;
        for (std::size_t x = first; x < tile.xEnd; x += kForecastPeriod) {
            line[x] = lifted(line[x]);
        }
    }
}

void HeatRaster::paintMarked(const RasterColours& colours, const PixelBuffer& buffer,
                             const Tile& tile, std::size_t forecastX) const
{
    for (std::size_t y = tile.y; y < tile.yEnd; ++y) {
        Rgb* line = buffer.pixels + y * buffer.stride;
        const bool rowInside = m_rows[y].first != m_rows[y].end;
        for (std::size_t x = tile.x; x < tile.xEnd; ++x) {
            const Level level = m_pooled[x * buffer.height + y];
            if (!rowInside || m_columns[x].first == m_columns[x].end) {
                line[x] = colours.outside;
            } else if (level == kMissingLevel && (x + y) % kMissingPeriod < 2) {
                line[x] = colours.missingStripe;
            } else if (x >= forecastX && (x + y) % kForecastPeriod == 0) {
                line[x] = lifted(line[x]);
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
    measureRows();
    m_pooled.resize(buffer.width * buffer.height);
    if (grid.columns == 0 || grid.rows == 0) {
        std::ranges::fill(m_pooled, kMissingLevel);
    } else {
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
