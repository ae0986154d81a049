// SPDX-License-Identifier: Apache-2.0
#include "agent/attribution/sample_advice.h"

#include <cmath>

namespace isotherm::attribution
{
namespace
{

constexpr double kHalfLifeSeconds = 60;
constexpr double kLeastSeconds = 20;
constexpr double kTooMany = 250; ///< above that it is worth a word
constexpr double kLeastRate = 1e-6;

} // namespace

void SampleAdvice::note(std::uint64_t statements, double seconds)
{
    const double keep = std::exp2(-seconds / kHalfLifeSeconds);
    m_statements = keep * m_statements + static_cast<double>(statements);
    m_seconds = keep * m_seconds + seconds;
}

double SampleAdvice::perSecond() const
{
    return m_seconds > 0 ? m_statements / m_seconds : 0;
}

std::optional<double> SampleAdvice::betterRate(double rate) const
{
    if (m_seconds < kLeastSeconds || perSecond() < kTooMany) {
        return std::nullopt;
    }
    const double wanted = std::fmax(kLeastRate, rate * kEnough / perSecond());
    const double digit = std::pow(10.0, std::floor(std::log10(wanted)));
    return std::floor(wanted / digit + 1e-9) * digit;
}

} // namespace isotherm::attribution
