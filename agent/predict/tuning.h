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
    std::array<float, 2> dayGain = {0.12F, 0.04F};  ///< fast and slow profile, a day
    std::array<float, 2> weekGain = {0.15F, 0.06F}; ///< a week
    float levelHalfLifeDays = 7; ///< how long a level's past errors count when it is chosen
    float levelSharpness = 6;

    // --- ridge
    std::size_t ridgeSeries = 4'096; ///< the hottest, with a model each
    float ridgeHalfLifeDays = 28;
    float ridgePriorRows = 60;
    float ridgeShare = 0.004F; ///< of the rows seen, added to the prior's weight

    // --- trees
    std::size_t treeRows = 6'000; ///< a horizon's sample
    float treeMemoryDays = 42;
    int treeRounds = 60;
    int treeDepth = 5;
    float treeRate = 0.10F;
    float treeLeastWeight = 20;
    float treeGrowth = 1.0F / 14; ///< grown anew after this share of the data's age …
    float treeLeastDays = 1;      ///< … but not more often, nor more rarely, than this
    float treeMostDays = 4;

    // --- kernel regression
    std::size_t kernelSeries = 300;
    float kernelDays = 84;
    float kernelWidth = 0.25F;
    float kernelClock = 6.0F; ///< weight of the time of day in the distance
    float kernelDay = 2.0F;   ///< weight of the day of the week

    // --- mixing
    float hedgeHalfLifeDays = 10;
    float hedgeSharpness = 8;
    float averageShare = 0.5F; ///< the rest is Hedge's

    // --- quantiles
    float quantileGain = 0.04F;

    // --- decisions
    float peakHalfLifeDays = 14; ///< of the F1 that decisions reach
    float peakMemoryDays = 42;   ///< half-life of what was hot, given what was expected
};

} // namespace isotherm::predict
