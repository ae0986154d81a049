// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace isotherm::heat
{

/// A rate in two bytes: the logarithm, so that the relative error is the same everywhere (at most
/// 0.03 %) from 0.0001 to 10^13 a second; zero and "missing" are exact. Rates below the range
/// become its lowest value, above it its highest. Immutable: thread-safe.
class LogCodec
{
public:
    static constexpr std::uint16_t kZero = 0;
    static constexpr std::uint16_t kMissing = 0xFFFF;

    LogCodec();

    [[nodiscard]] std::uint16_t encode(float rate) const; ///< NaN and negative: missing
    [[nodiscard]] float decode(std::uint16_t code) const { return m_values[code]; }

private:
    std::vector<float> m_values;
};

} // namespace isotherm::heat
