// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

namespace isotherm::predict
{

/// The one configuration, for all data. Durations are in hours, so that it means the same at every
/// step length. FORECAST.md says why each has its value.
struct Tuning
{
    // --- Holt-Winters
    std::array<float, 5> levelHours = {0.3F, 1.5F, 6.0F, 24.0F, 120.0F};
    std::array<float, 2> dayGain = {0.20F, 0.07F};  ///< fast and slow profile, a day
    std::array<float, 2> weekGain = {0.30F, 0.12F}; ///< a week
    float levelHalfLifeDays = 7; ///< how long a level's past errors count when it is chosen
    float levelSharpness = 6;

    // --- ridge
    float ridgeHalfLifeDays = 28;
    float ridgePriorRows = 60;
    float ridgeShare = 0.004F; ///< of the rows seen, added to the prior's weight

    // --- trees
    std::size_t treeRows = 12'000; ///< a horizon's sample
    float treeMemoryDays = 42;
    int treeRounds = 80;
    int treeDepth = 5;
    float treeRate = 0.08F;
    float treeLeastWeight = 20;
    float treeEveryHours = 24;

    // --- kernel regression
    std::size_t kernelSeries = 300;
    float kernelDays = 84;
    float kernelWidth = 0.25F;
    float kernelClock = 1.0F; ///< weight of the time of day in the distance

    // --- mixing
    float hedgeHalfLifeDays = 10;
    float hedgeSharpness = 8;
    float averageShare = 0.5F; ///< the rest is Hedge's

    // --- quantiles
    float quantileGain = 0.04F;

    // --- decisions
    float peakGain = 0.03F;
    float peakHalfLifeDays = 14;
};

} // namespace isotherm::predict
