// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

namespace isotherm::predict
{

/// A count in two bytes, as ln(1 + y) in steps of 1/2048: every model works on that scale. Zero and
/// "missing" are exact; the relative error elsewhere is at most 0.025 %; the largest count is
/// e^31.9.
using LogCode = std::uint16_t;

inline constexpr LogCode kMissingCode = 0xFFFF;
inline constexpr float kCodesPerUnit = 2048.0F;
inline constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

/// NaN, infinite and negative counts (a counter that ran backwards) are missing.
[[nodiscard]] inline LogCode encodeCount(double count)
{
    if (!std::isfinite(count) || count < 0) {
        return kMissingCode;
    }
    const double code = std::round(std::log1p(count) * static_cast<double>(kCodesPerUnit));
    return code >= kMissingCode ? static_cast<LogCode>(kMissingCode - 1)
                                : static_cast<LogCode>(code);
}

/// ln(1 + y); NaN for missing.
[[nodiscard]] inline float decodeLog(LogCode code)
{
    return code == kMissingCode ? kMissing : static_cast<float>(code) / kCodesPerUnit;
}

/// The count behind a value on the log scale; never negative.
[[nodiscard]] inline double countOf(float logValue)
{
    return logValue <= 0 ? 0.0 : std::expm1(std::fmin(static_cast<double>(logValue), 32.0));
}

} // namespace isotherm::predict
