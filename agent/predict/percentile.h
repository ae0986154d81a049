// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace isotherm::predict
{

/// The percentile (`fraction` in [0, 1]) of `values`, linear between two neighbours; NaN of
/// nothing. Reorders the values. O(n).
[[nodiscard]] inline double percentileOf(std::vector<float>& values, double fraction)
{
    if (values.empty()) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    const double place = fraction * static_cast<double>(values.size() - 1);
    const auto low = values.begin() + static_cast<std::ptrdiff_t>(place);
    std::nth_element(values.begin(), low, values.end());
    const auto high = low + 1 == values.end() ? low : std::min_element(low + 1, values.end());
    const double part = place - std::floor(place);
    return static_cast<double>(*low) +
           part * (static_cast<double>(*high) - static_cast<double>(*low));
}

} // namespace isotherm::predict
