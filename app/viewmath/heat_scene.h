// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/max_pyramid.h"
#include "app/viewmath/value_scale.h"
#include "app/viewmath/viewport.h"
#include "shared/model/heat_matrix.h"

#include <cstddef>

namespace isotherm::viewmath
{

/// Which of the two statistics that every cell keeps is drawn.
enum class Statistic { Mean, Max };

/// A heat matrix turned into levels: what is painted, while the matrix stays what is read out.
/// Not thread-safe.
class HeatScene
{
public:
    /// Takes all of `matrix` at `scale`.
    void rebuild(const HeatMatrix& matrix, Statistic statistic, const ValueScale& scale);

    /// `matrix` is the one of the last rebuild with columns from `firstColumn` on new or changed.
    void refresh(const HeatMatrix& matrix, std::size_t firstColumn);

    [[nodiscard]] const ColumnGrid& grid() const { return m_grid; }
    [[nodiscard]] const ValueScale& scale() const { return m_scale; }
    [[nodiscard]] std::size_t forecastFrom() const { return m_forecastFrom; }
    [[nodiscard]] MaxPyramid& pyramid() { return m_pyramid; }

private:
    ColumnGrid m_grid;
    ValueScale m_scale;
    Statistic m_statistic = Statistic::Max;
    std::size_t m_forecastFrom = 0;
    MaxPyramid m_pyramid;
};

} // namespace isotherm::viewmath
