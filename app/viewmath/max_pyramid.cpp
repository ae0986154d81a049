// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/max_pyramid.h"

#include "shared/base/check.h"

#include <algorithm>

namespace isotherm::viewmath
{
namespace
{

std::size_t halved(std::size_t count)
{
    return (count + 1) / 2;
}

/// to[i] = max(from[2i], from[2i+1]).
void halveRows(const Level* from, std::size_t rows, Level* to)
{
    const std::size_t pairs = rows / 2;
    for (std::size_t i = 0; i < pairs; ++i) {
        to[i] = std::max(from[2 * i], from[2 * i + 1]);
    }
    if (rows % 2 != 0) {
        to[pairs] = from[rows - 1];
    }
}

} // namespace

void MaxPyramid::reset(std::size_t rows, std::vector<Level> cells)
{
    ISO_CHECK(rows == 0 ? cells.empty() : cells.size() % rows == 0);
    for (auto& row : m_layers) {
        for (Layer& layer : row) {
            layer = Layer{};
        }
    }
    Layer& base = m_layers[0][0];
    base.rows = rows;
    base.columns = rows == 0 ? 0 : cells.size() / rows;
    base.cells = std::move(cells);
    base.built = true;
}

void MaxPyramid::writeColumns(std::size_t first, std::span<const Level> cells)
{
    Layer& base = m_layers[0][0];
    if (base.rows == 0 || cells.empty()) {
        return;
    }
    ISO_CHECK(first <= base.columns && cells.size() % base.rows == 0);
    const std::size_t end = first + cells.size() / base.rows;
    if (end > base.columns) {
        base.columns = end;
        base.cells.resize(base.columns * base.rows, kMissingLevel);
    }
    std::ranges::copy(cells, base.cells.begin() + static_cast<std::ptrdiff_t>(first * base.rows));
    for (std::size_t c = 0; c < kDepth; ++c) {
        for (std::size_t r = 0; r < kDepth; ++r) {
            if ((r != 0 || c != 0) && m_layers[r][c].built) {
                refresh(r, c, first >> c);
            }
        }
    }
}

const MaxPyramid::Layer& MaxPyramid::layer(std::size_t rowHalvings, std::size_t columnHalvings)
{
    const auto clampTo = [](std::size_t halvings, std::size_t count) {
        std::size_t possible = 0;
        while (count > 1 && possible + 1 < kDepth) {
            count = halved(count);
            ++possible;
        }
        return std::min(halvings, possible);
    };
    const std::size_t r = clampTo(rowHalvings, rows());
    const std::size_t c = clampTo(columnHalvings, columns());
    build(r, c);
    return m_layers[r][c];
}

void MaxPyramid::build(std::size_t rowHalvings, std::size_t columnHalvings)
{
    // Rows first, then columns: the order in which refresh() finds its source.
    for (std::size_t r = 1; r <= rowHalvings; ++r) {
        if (!m_layers[r][0].built) {
            refresh(r, 0, 0);
        }
    }
    for (std::size_t c = 1; c <= columnHalvings; ++c) {
        if (!m_layers[rowHalvings][c].built) {
            refresh(rowHalvings, c, 0);
        }
    }
}

void MaxPyramid::refresh(std::size_t rowHalvings, std::size_t columnHalvings,
                         std::size_t firstColumn)
{
    Layer& to = m_layers[rowHalvings][columnHalvings];
    if (columnHalvings == 0) {
        const Layer& from = m_layers[rowHalvings - 1][0];
        to.rows = halved(from.rows);
        to.columns = from.columns;
        to.cells.resize(to.rows * to.columns);
        for (std::size_t c = firstColumn; c < to.columns; ++c) {
            halveRows(from.column(c), from.rows, to.cells.data() + c * to.rows);
        }
    } else {
        const Layer& from = m_layers[rowHalvings][columnHalvings - 1];
        to.rows = from.rows;
        to.columns = halved(from.columns);
        to.cells.resize(to.rows * to.columns);
        for (std::size_t c = firstColumn; c < to.columns; ++c) {
            const Level* left = from.column(2 * c);
            const Level* right = 2 * c + 1 < from.columns ? from.column(2 * c + 1) : left;
            Level* out = to.cells.data() + c * to.rows;
            for (std::size_t i = 0; i < to.rows; ++i) {
                out[i] = std::max(left[i], right[i]);
            }
        }
    }
    to.built = true;
}

} // namespace isotherm::viewmath
