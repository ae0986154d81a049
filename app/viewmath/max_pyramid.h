// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/value_scale.h"

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace isotherm::viewmath
{

/// A grid of levels together with its halvings along both axes, each keeping the *maximum* of what
/// it stands for, so that a one-second peak still shows when a day is on screen. Rows and columns
/// are halved independently (a map of 10,000 shards × 60 columns shrinks along one axis only).
/// Levels of the pyramid are made when first asked for. Not thread-safe.
class MaxPyramid
{
public:
    static constexpr std::size_t kDepth = 15;

    /// One halving: `cells[column * rows + row]`, column-major as the heat matrix is.
    struct Layer
    {
        std::size_t rows = 0;
        std::size_t columns = 0;
        std::vector<Level> cells;
        bool built = false;

        [[nodiscard]] const Level* column(std::size_t index) const
        {
            return cells.data() + index * rows;
        }
    };

    /// Starts anew. Precondition: cells.size() == rows × a whole number of columns.
    void reset(std::size_t rows, std::vector<Level> cells);

    /// Replaces columns from `first` on (or appends them, when `first` is columns()); the layers
    /// already made follow. Precondition: first ≤ columns(), cells.size() a multiple of rows().
    void writeColumns(std::size_t first, std::span<const Level> cells);

    [[nodiscard]] std::size_t rows() const { return m_layers[0][0].rows; }
    [[nodiscard]] std::size_t columns() const { return m_layers[0][0].columns; }
    [[nodiscard]] Level at(std::size_t row, std::size_t column) const
    {
        return m_layers[0][0].column(column)[row];
    }

    /// Rows halved `rowHalvings` times and columns `columnHalvings` times (clamped to what is
    /// there).
    [[nodiscard]] const Layer& layer(std::size_t rowHalvings, std::size_t columnHalvings);

private:
    void build(std::size_t rowHalvings, std::size_t columnHalvings);
    void refresh(std::size_t rowHalvings, std::size_t columnHalvings, std::size_t firstColumn);

    std::array<std::array<Layer, kDepth>, kDepth> m_layers;
};

} // namespace isotherm::viewmath
