// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>

namespace isotherm::viewmath
{

/// A cell as the map keeps it: 0 is "not measured", 1…255 are values from the bottom of the scale
/// to its top. One byte, so that 10,000 × 1,440 cells are 14 MB.
using Level = std::uint8_t;
inline constexpr Level kMissingLevel = 0;

/// How a value becomes a level. Absolute by default: the top does not follow what happens to be in
/// view, so that the same colour means the same heat all day.
struct ValueScale
{
    double top = 1.0;        ///< the value that gets the hottest colour; > 0
    double brightness = 0.0; ///< −1…1: below 0 darker, above 0 lifts low values
    bool logarithmic = false;

    /// The level of `value`; kMissingLevel for NaN. Values above the top are the top.
    [[nodiscard]] Level level(float value) const;

    /// Position of `value` on the scale, 0…1.
    [[nodiscard]] double position(double value) const;

    /// The value at `position`: the inverse of position() inside 0…1.
    [[nodiscard]] double valueAt(double position) const;

    friend bool operator==(const ValueScale&, const ValueScale&) = default;
};

/// The smallest of 1, 2, 5 × 10ⁿ that is not below `value`; 1 for values ≤ 0 or not finite.
[[nodiscard]] double niceCeiling(double value);

/// The largest finite value, or 0.
[[nodiscard]] double largestValue(std::span<const float> values);

/// What the hottest row keeps up: the highest of all rows' 90th percentiles over time, or 0.
/// `values` column by column, `rows` of them in each; of many columns some are looked at. A
/// moment's spike, as of a bulk load or a vacuum, does not count, so that it cannot make all else
/// look cold.
[[nodiscard]] double sustainedValue(std::span<const float> values, std::size_t rows);

/// A shard's rate beside its temperature, for impliedReference().
struct RateAndTemperature
{
    double rate = 0;
    double temperature = 0;
};

/// The rate at which the temperature is 1, if the samples agree on one (within 5 %): then the hot
/// and warm limits can be marked on a scale of rates. nullopt when they do not: no mark is better
/// than a wrong one.
[[nodiscard]] std::optional<double> impliedReference(std::span<const RateAndTemperature> samples);

} // namespace isotherm::viewmath
