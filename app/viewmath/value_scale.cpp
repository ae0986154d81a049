// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/value_scale.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace isotherm::viewmath
{
namespace
{

/// A log scale shows three decades: below a thousandth of the top everything is cold.
constexpr double kLogRange = 999.0;

double gammaOf(double brightness)
{
    return std::pow(2.0, -2.0 * std::clamp(brightness, -1.0, 1.0));
}

} // namespace

double ValueScale::position(double value) const
{
    double x = std::clamp(value / top, 0.0, 1.0);
    if (logarithmic) {
        x = std::log1p(x * kLogRange) / std::log1p(kLogRange);
    }
    return brightness == 0.0 ? x : std::pow(x, gammaOf(brightness));
}

double ValueScale::valueAt(double position) const
{
    double x = std::clamp(position, 0.0, 1.0);
    if (brightness != 0.0) {
        x = std::pow(x, 1.0 / gammaOf(brightness));
    }
    if (logarithmic) {
        x = std::expm1(x * std::log1p(kLogRange)) / kLogRange;
    }
    return x * top;
}

Level ValueScale::level(float value) const
{
    if (std::isnan(value)) {
        return kMissingLevel;
    }
    return static_cast<Level>(1.0 + std::round(position(static_cast<double>(value)) * 254.0));
}

double niceCeiling(double value)
{
    if (!std::isfinite(value) || value <= 0.0) {
        return 1.0;
    }
    const double decade = std::pow(10.0, std::floor(std::log10(value)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (value <= factor * decade * (1.0 + 1e-9)) {
            return factor * decade;
        }
    }
    return 10.0 * decade;
}

double largestValue(std::span<const float> values)
{
    float largest = 0.0F;
    for (const float value : values) {
        // NaN compares false, and so never wins.
        largest = value > largest ? value : largest;
    }
    return std::isfinite(largest) ? static_cast<double>(largest) : 0.0;
}

double sustainedValue(std::span<const float> values, std::size_t rows)
{
    constexpr std::size_t kLookedAt = 128; // columns, enough for a percentile
    if (rows == 0) {
        return 0.0;
    }
    const std::size_t columns = values.size() / rows;
    const std::size_t step = std::max<std::size_t>(1, columns / kLookedAt);
    float sustained = 0.0F;
    std::vector<float> measured;
    for (std::size_t row = 0; row < rows; ++row) {
        measured.clear();
        for (std::size_t column = 0; column < columns; column += step) {
            const float value = values[column * rows + row];
            if (std::isfinite(value)) {
                measured.push_back(value);
            }
        }
        if (measured.empty()) {
            continue;
        }
        const auto ninth =
            measured.begin() + static_cast<std::ptrdiff_t>((measured.size() - 1) * 9 / 10);
        std::nth_element(measured.begin(), ninth, measured.end());
        sustained = std::max(sustained, *ninth);
    }
    return static_cast<double>(sustained);
}

std::optional<double> impliedReference(std::span<const RateAndTemperature> samples)
{
    std::vector<double> references;
    for (const RateAndTemperature& sample : samples) {
        // A temperature of 1 is clamped and one near 0 is mostly rounding: neither tells.
        if (sample.temperature > 0.02 && sample.temperature < 0.99 && sample.rate > 0.0) {
            references.push_back(sample.rate / sample.temperature);
        }
    }
    if (references.size() < 2) {
        return std::nullopt;
    }
    const auto [low, high] = std::ranges::minmax_element(references);
    if (*high > *low * 1.05) {
        return std::nullopt;
    }
    return std::midpoint(*low, *high);
}

} // namespace isotherm::viewmath
