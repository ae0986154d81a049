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
constexpr float kDecadesPerOctave = 0.301029996F;
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
    const float exponent = std::log2(rate) * kDecadesPerOctave;
    const float code =
        (exponent - static_cast<float>(kLowestExponent)) * static_cast<float>(kCodesPerDecade) +
        static_cast<float>(kFirstCode);
    return static_cast<std::uint16_t>(
        std::clamp(code, static_cast<float>(kFirstCode), static_cast<float>(kLastCode)) + 0.5F);
}

} // namespace isotherm::heat
