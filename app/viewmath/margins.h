// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/viewport.h"
#include "shared/model/heat_matrix.h"

#include <vector>

namespace isotherm::viewmath
{

/// The two histograms beside the map, over what is on screen. Values follow the cells; NaN where
/// nothing was measured.
struct Margins
{
    std::size_t firstRow = 0;
    std::vector<float> rows; ///< mean over the visible columns, per visible row
    std::size_t firstColumn = 0;
    std::vector<float> columns; ///< all visible rows together: sum of rates, mean of temperatures
    float rowTop = 0;           ///< largest of `rows`
    float columnTop = 0;
};

[[nodiscard]] Margins marginsOf(const HeatMatrix& matrix, const Viewport& viewport);

} // namespace isotherm::viewmath
