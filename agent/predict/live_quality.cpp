// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/live_quality.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace isotherm::predict
{
namespace
{

constexpr auto kUnknown = static_cast<double>(kMissing);

double rootOf(double sum, double count)
{
    return count > 0 ? std::sqrt(sum / count) : kUnknown;
}

} // namespace

HorizonQuality qualityOf(const Mixer& mixer, std::size_t series)
{
    double mixed = 0;
    double naive = 0;
    double known = 0;
    std::array<double, kExpertCount> losses{};
    std::array<double, kExpertCount> counts{};
    std::array<double, kExpertCount> weights{};
    std::array<std::size_t, kExpertCount> left{};
    HorizonQuality quality;
    double above = 0;
    for (std::size_t i = 0; i < series; ++i) {
        const auto ownNaive = static_cast<double>(mixer.naiveLoss(i));
        if (std::isnan(mixer.mixedLoss(i)) || std::isnan(ownNaive)) {
            continue;
        }
        mixed += static_cast<double>(mixer.mixedLoss(i));
        naive += ownNaive;
        known += 1;
        above += static_cast<double>(mixer.shareAbove(i));
        quality.outcomes += mixer.outcomes(i);
        const ExpertValues own = mixer.usualWeights(i);
        for (std::size_t e = 0; e < kExpertCount; ++e) {
            weights[e] += static_cast<double>(own[e]);
            left[e] += mixer.losing(i, e) ? 1U : 0U;
            if (!std::isnan(mixer.loss(i, e))) {
                losses[e] += static_cast<double>(mixer.loss(i, e));
                counts[e] += 1;
            }
        }
    }
    quality.error = rootOf(mixed, known);
    quality.naiveError = rootOf(naive, known);
    quality.aboveHigh = known > 0 ? above / known : kUnknown;
    for (std::size_t e = 0; e < kExpertCount; ++e) {
        quality.models.push_back({expertName(e), known > 0 ? weights[e] / known : 0.0,
                                  rootOf(losses[e], counts[e]),
                                  known > 0 && static_cast<double>(left[e]) > known / 2});
    }
    return quality;
}

} // namespace isotherm::predict
