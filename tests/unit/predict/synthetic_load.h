// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <random>
#include <vector>

namespace isotherm::test
{

/// Hourly counts of a few series with a day, a week and noise of a known size on the log scale: a
/// trace of our own. The same seed gives the same trace.
class SyntheticLoad
{
public:
    SyntheticLoad(std::size_t series, unsigned seed) : m_series(series), m_random(seed) {}

    /// ln of the expected count.
    [[nodiscard]] static double expected(std::size_t series, std::int64_t hour)
    {
        const double day = std::sin(2 * std::numbers::pi * static_cast<double>(hour % 24) / 24);
        const double weekend = hour / 24 % 7 >= 5 ? -1.0 : 0.0;
        return 6 + 0.5 * static_cast<double>(series) + 1.2 * day + weekend;
    }
    [[nodiscard]] std::vector<double> row(std::int64_t hour)
    {
        std::vector<double> counts;
        for (std::size_t i = 0; i < m_series; ++i) {
            counts.push_back(std::round(std::exp(expected(i, hour) + kNoise * m_normal(m_random))));
        }
        return counts;
    }
    static constexpr double kNoise = 0.2;

private:
    const std::size_t m_series;
    std::mt19937 m_random;
    std::normal_distribution<double> m_normal;
};

} // namespace isotherm::test
