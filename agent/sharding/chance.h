// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/sharding/state.h"

#include <optional>
#include <span>

namespace isotherm::sharding
{

/// The probability that the load of this step is at or above `limit`: a lognormal distribution
/// whose two halves have the width of the two outer quantiles.
[[nodiscard]] double probabilityAbove(const ForecastStep& step, double limit);

/// What a forecast says of a limit.
struct Overload
{
    double probability = 0;               ///< of the likeliest step that was looked at
    WallTime expectedAt{};                ///< the first step that is likely enough
    std::chrono::milliseconds lasting{0}; ///< how long the median stays at the limit from there
    double peak = 0;                      ///< the highest median of all steps
};

struct OverloadQuestion
{
    double limit = 1;
    double likely = 0.8;
    WallTime now{};
    WallTime until{}; ///< steps that begin later are not looked at (but for the peak)
};

/// nullopt without a forecast.
[[nodiscard]] std::optional<Overload> expectedOverload(std::span<const ForecastStep> forecast,
                                                       const OverloadQuestion& question);

/// Seconds of the forecast (from `now` on) in which its median is at `limit` or above.
[[nodiscard]] std::chrono::milliseconds timeAbove(std::span<const ForecastStep> forecast,
                                                  double limit, WallTime now);

} // namespace isotherm::sharding
