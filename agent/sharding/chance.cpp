// SPDX-License-Identifier: Apache-2.0
#include "agent/sharding/chance.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace isotherm::sharding
{
namespace
{

constexpr double kTenthPercentile = 1.2815515655446004; // standard deviations from the median

} // namespace

std::chrono::milliseconds changeTime(const CopySpeed& speed, ByteCount bytes)
{
    const double seconds = static_cast<double>(bytes.get()) / std::max(1.0, speed.bytesPerSecond);
    return speed.overhead + std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

double probabilityAbove(const ForecastStep& step, double limit)
{
    constexpr double kLeast = 1e-9; // the logarithm of an idle shard's load
    const double middle = std::log(std::max(step.median, kLeast));
    const double wanted = std::log(std::max(limit, kLeast));
    const double outer = std::log(std::max(wanted >= middle ? step.high : step.low, kLeast));
    const double width = std::abs(outer - middle) / kTenthPercentile;
    if (width < 1e-9) { // the forecast is sure
        return wanted <= middle ? 1.0 : 0.0;
    }
    const double deviations = (wanted - middle) / width;
    return 0.5 * std::erfc(deviations / std::numbers::sqrt2);
}

std::optional<Overload> expectedOverload(std::span<const ForecastStep> forecast,
                                         const OverloadQuestion& question)
{
    if (forecast.empty()) {
        return std::nullopt;
    }
    Overload overload;
    std::optional<std::size_t> first;
    for (std::size_t i = 0; i < forecast.size(); ++i) {
        const ForecastStep& step = forecast[i];
        if (step.start + step.length <= question.now) {
            continue;
        }
        overload.peak = std::max(overload.peak, step.median);
        if (step.start > question.until) {
            continue;
        }
        const double probability = probabilityAbove(step, question.limit);
        overload.probability = std::max(overload.probability, probability);
        if (!first && probability >= question.likely) {
            first = i;
            overload.expectedAt = std::max(step.start, question.now);
        }
    }
    for (std::size_t i = first.value_or(forecast.size());
         i < forecast.size() && forecast[i].median >= question.limit; ++i) {
        overload.lasting += forecast[i].length;
    }
    return overload;
}

std::chrono::milliseconds timeAbove(std::span<const ForecastStep> forecast, double limit,
                                    WallTime now)
{
    std::chrono::milliseconds above{0};
    for (const ForecastStep& step : forecast) {
        if (step.start + step.length > now && step.median >= limit) {
            above += step.length;
        }
    }
    return above;
}

} // namespace isotherm::sharding
