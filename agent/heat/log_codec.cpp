// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/log_codec.h"

#include "shared/model/heat_matrix.h"

#include <algorithm>
#include <cmath>

namespace isotherm::heat
{
namespace
{

constexpr double kLowestExponent = -4.0; // powers of ten
constexpr double kHighestExponent = 13.0;
constexpr int kFirstCode = 1;
constexpr int kLastCode = 0xFFFE;
constexpr double kCodesPerDecade = (kLastCode - kFirstCode) / (kHighestExponent - kLowestExponent);

} // namespace

LogCodec::LogCodec() : m_values(0x10000)
{
    m_values[kZero] = 0;
    for (int code = kFirstCode; code <= kLastCode; ++code) {
        const double exponent = kLowestExponent + (code - kFirstCode) / kCodesPerDecade;
        m_values[static_cast<std::size_t>(code)] = static_cast<float>(std::pow(10.0, exponent));
    }
    m_values[kMissing] = kMissingHeat;
}

std::uint16_t LogCodec::encode(float rate) const
{
    if (rate == 0.0F) {
        return kZero;
    }
    if (!(rate > 0.0F)) {
        return kMissing;
    }
    const double steps =
        (std::log10(static_cast<double>(rate)) - kLowestExponent) * kCodesPerDecade;
    const double code = std::clamp(std::round(steps) + kFirstCode, static_cast<double>(kFirstCode),
                                   static_cast<double>(kLastCode));
    return static_cast<std::uint16_t>(code);
}

} // namespace isotherm::heat
