// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/predict/log_count.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace isotherm::predict
{

/// How often each value occurs: percentiles of any number of values in a fixed 256 kB.
class CodeCounts
{
public:
    /// Missing ones do not count.
    void add(LogCode code) { ++m_counts[code]; }

    /// In counts, `fraction` in [0, 1], linear between two neighbours; NaN of nothing.
    [[nodiscard]] double percentile(double fraction) const
    {
        std::uint64_t total = 0;
        for (std::size_t code = 0; code < kMissingCode; ++code) {
            total += m_counts[code];
        }
        if (total == 0) {
            return std::numeric_limits<double>::quiet_NaN();
        }
        const double place = fraction * static_cast<double>(total - 1);
        const auto below = static_cast<std::uint64_t>(place);
        const double low = valueAt(below);
        const double high = below + 1 < total ? valueAt(below + 1) : low;
        return low + (place - std::floor(place)) * (high - low);
    }

private:
    /// The count at a place among all of them in order, from 0.
    [[nodiscard]] double valueAt(std::uint64_t place) const
    {
        std::size_t code = 0;
        for (std::uint64_t passed = m_counts[0]; passed <= place; passed += m_counts[code]) {
            ++code;
        }
        return countOf(decodeLog(static_cast<LogCode>(code)));
    }

    std::vector<std::uint32_t> m_counts = std::vector<std::uint32_t>(kMissingCode + std::size_t{1});
};

} // namespace isotherm::predict
