// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/mixer.h"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace isotherm::predict
{
namespace
{

constexpr float kTrust = 24;        ///< outcomes after which losses are half believed
constexpr float kTiny = 1e-4F;      ///< squared error below which experts are alike
constexpr float kLosing = 1.0F;     ///< times seasonal naive's loss: out
constexpr float kDriftStart = 4.0F; ///< times the usual squared error
constexpr float kDriftEnd = 2.0F;
constexpr std::array<std::size_t, 4> kModels = {kHoltWinters, kRidge, kKernel, kTrees};

/// e to what `exponent` makes of each value, all at once; what is beyond the values means nothing.
using Exponentials = std::array<float, 12>;
template <std::size_t count, typename Exponent>
Exponentials exponentials(const std::array<float, count>& values, Exponent exponent)
{
    static_assert(count <= std::tuple_size_v<Exponentials>);
    Exponentials powers{};
    // Below that a weight is nothing, and computing with it slow.
    std::transform(values.begin(), values.end(), powers.begin(),
                   [&](float value) { return std::max(exponent(value), -60.0F); });
    Eigen::Map<Eigen::Array<float, std::tuple_size_v<Exponentials>, 1>> all(powers.data());
    all = all.exp();
    return powers;
}

float keepFor(double halfLifeDays, double perDay)
{
    return static_cast<float>(std::exp2(-1.0 / (halfLifeDays * perDay)));
}

} // namespace

const char* expertName(std::size_t expert)
{
    static constexpr std::array<const char*, kExpertCount> kNames = {
        "day before",   "week before", "four weeks", "profile", "last",
        "holt-winters", "ridge",       "kernel",     "trees"};
    return kNames[expert];
}

Mixer::Mixer(std::size_t series, double outcomesPerDay, const Tuning& tuning)
    : m_tuning(tuning),
      m_keep(keepFor(static_cast<double>(tuning.hedgeHalfLifeDays), outcomesPerDay)),
      m_keepLevels(keepFor(static_cast<double>(tuning.levelHalfLifeDays), outcomesPerDay)),
      m_keepDay(keepFor(0.5, outcomesPerDay)), m_states(series)
{
}

float Mixer::holtWinters(std::size_t series, const FeatureRow& row) const
{
    const State& state = m_states[series];
    const float least = *std::min_element(state.candidate.begin(), state.candidate.end());
    const float unit = least + kTiny * std::max(state.candidateSeen, 1.0F);
    const float trust = state.candidateSeen / (state.candidateSeen + kTrust);
    const float sharpness = m_tuning.levelSharpness * trust / unit;
    const Exponentials weights = exponentials(
        state.candidate, [&](float candidate) { return sharpness * (least - candidate); });
    float sum = 0;
    float weight = 0;
    for (std::size_t c = 0; c < kCandidates; ++c) {
        sum += weights[c] * (row.value(kLevels0 + c) + row.value(kSeason0 + c / kLevels));
        weight += weights[c];
    }
    return row.known(kLevels0) ? row.base + sum / weight : kMissing;
}

ExpertValues Mixer::simpleExperts(std::size_t series, const FeatureRow& row) const
{
    ExpertValues values;
    values.fill(kMissing);
    const auto relative = [&](std::size_t feature) {
        return row.known(feature) ? row.base + row.value(feature) : kMissing;
    };
    values[kSeasonalDay] = relative(kDay1);
    values[kSeasonalWeek] = relative(kWeek1);
    values[kSeasonalMean] = relative(kWeeks4);
    values[kProfileDays] =
        row.known(kTrendMean) ? relative(kDays7) - row.value(kTrendMean) : kMissing;
    values[kLastValue] = relative(kLast);
    values[kHoltWinters] = holtWinters(series, row);
    return values;
}

float Mixer::loss(std::size_t series, std::size_t expert) const
{
    const State& state = m_states[series];
    return state.seen[expert] > 0 ? state.loss[expert] / state.seen[expert] : kMissing;
}

float Mixer::naiveLoss(std::size_t series) const
{
    const State& state = m_states[series];
    const float day = loss(series, kSeasonalDay);
    const bool compares = state.seen[kSeasonalWeek] > state.seen[kSeasonalDay] / 2;
    return compares ? std::fmin(day, loss(series, kSeasonalWeek)) : day;
}

ExpertValues Mixer::hedgeWeights(const State& state, const ExpertValues& experts) const
{
    constexpr float kOut = std::numeric_limits<float>::max();
    float least = kOut;
    ExpertValues losses;
    losses.fill(kOut);
    for (std::size_t e = 0; e < kExpertCount; ++e) {
        if (!std::isnan(experts[e]) && state.seen[e] > 0) {
            losses[e] = state.loss[e] / state.seen[e];
            least = std::min(least, losses[e]);
        }
    }
    const float sharpness = m_tuning.hedgeSharpness / (least + kTiny);
    const Exponentials powers =
        exponentials(losses, [&](float loss) { return sharpness * (least - loss); });
    ExpertValues weights{};
    float sum = 0;
    for (std::size_t e = 0; e < kExpertCount; ++e) {
        if (losses[e] < kOut) {
            weights[e] = state.seen[e] / (state.seen[e] + kTrust) * powers[e];
            sum += weights[e];
        }
    }
    for (float& weight : weights) {
        weight = sum > 0 ? weight / sum : 0.0F;
    }
    return weights;
}

float Mixer::naiveLoss(const State& state)
{
    float least = std::numeric_limits<float>::max();
    for (const std::size_t e : {kSeasonalDay, kSeasonalWeek}) {
        if (state.seen[e] > kTrust) {
            least = std::min(least, state.loss[e] / state.seen[e]);
        }
    }
    return least;
}

bool Mixer::loses(const State& state, std::size_t expert)
{
    return state.seen[expert] > kTrust &&
           state.loss[expert] / state.seen[expert] > kLosing * naiveLoss(state) + kTiny;
}

bool Mixer::losing(std::size_t series, std::size_t expert) const
{
    return std::find(kModels.begin(), kModels.end(), expert) != kModels.end() &&
           loses(m_states[series], expert);
}

ExpertValues Mixer::meanWeights(const State& state, const ExpertValues& experts) const
{
    ExpertValues weights{};
    float sum = 0;
    for (const std::size_t e : kModels) {
        weights[e] = std::isnan(experts[e]) || loses(state, e) ? 0.0F : 1.0F;
        sum += weights[e];
    }
    for (float& weight : weights) {
        weight = sum > 0 ? weight / sum : 0.0F;
    }
    return weights;
}

ExpertValues Mixer::weightsOf(const State& state, const ExpertValues& experts) const
{
    const ExpertValues hedge = hedgeWeights(state, experts);
    const ExpertValues mean = meanWeights(state, experts);
    const auto total = [](const ExpertValues& weights) {
        float sum = 0;
        for (const float weight : weights) {
            sum += weight;
        }
        return sum;
    };
    float share = m_tuning.averageShare;
    if (total(hedge) <= 0) {
        share = 1;
    } else if (total(mean) <= 0) {
        share = 0;
    }
    ExpertValues weights{};
    for (std::size_t e = 0; e < kExpertCount; ++e) {
        weights[e] = share * mean[e] + (1 - share) * hedge[e];
    }
    return weights;
}

ExpertValues Mixer::usualWeights(std::size_t series) const
{
    const State& state = m_states[series];
    ExpertValues present{};
    for (std::size_t e = 0; e < kExpertCount; ++e) {
        present[e] = state.seen[e] > 0 ? 0.0F : kMissing;
    }
    return weightsOf(state, present);
}

MixedForecast Mixer::mix(std::size_t series, const ExpertValues& experts) const
{
    const State& state = m_states[series];
    MixedForecast forecast;
    forecast.experts = experts;
    forecast.weights = weightsOf(state, experts);
    float value = 0;
    float sum = 0;
    for (std::size_t e = 0; e < kExpertCount; ++e) {
        if (forecast.weights[e] > 0) {
            value += forecast.weights[e] * experts[e];
            sum += forecast.weights[e];
        }
    }
    if (sum > 0) {
        forecast.value = std::max(0.0F, value / sum);
        forecast.low = std::max(0.0F, value / sum + state.low);
        forecast.high = std::max(0.0F, value / sum + state.high);
    }
    return forecast;
}

void Mixer::settleQuantiles(State& state, float error) const
{
    const float size = std::abs(error);
    const float fresh = std::max(1.0F - m_keep, 1.0F / (state.outcomes + 1.0F));
    state.scale = std::isnan(state.scale) ? size : state.scale + fresh * (size - state.scale);
    const float above = error > state.high ? 1.0F : 0.0F;
    state.above = std::isnan(state.above) ? above : state.above + fresh * (above - state.above);
    if (state.outcomes < 20) { // too few to follow: as if the errors were normal
        state.high = 1.6F * state.scale;
        state.low = -1.6F * state.scale;
        return;
    }
    const float step = m_tuning.quantileGain * (state.scale + 0.005F);
    state.high += step * (error > state.high ? 0.9F : -0.1F);
    state.low += step * (error < state.low ? -0.9F : 0.1F);
}

void Mixer::settleDrift(State& state, float error) const
{
    const float square = error * error;
    const float quick = std::max(1.0F - m_keepDay, 1.0F / (state.outcomes + 1.0F));
    state.recent =
        std::isnan(state.recent) ? square : state.recent + quick * (square - state.recent);
    const float usual = mixedLoss(state);
    const float limit = (state.drifting ? kDriftEnd : kDriftStart) * (usual + kTiny);
    state.drifting = state.outcomes > kTrust && state.recent > limit; // false while NaN
}

void Mixer::settle(std::size_t series, const FeatureRow& row, const ExpertValues& experts,
                   const Outcome& outcome)
{
    State& state = m_states[series];
    for (std::size_t e = 0; e < kExpertCount; ++e) {
        if (!std::isnan(experts[e])) {
            const float error = outcome.actual - experts[e];
            state.loss[e] = m_keep * state.loss[e] + error * error;
            state.seen[e] = m_keep * state.seen[e] + 1;
        }
    }
    if (row.known(kLevels0)) {
        for (std::size_t c = 0; c < kCandidates; ++c) {
            const float error = outcome.actual - row.base - row.value(kLevels0 + c) -
                                row.value(kSeason0 + c / kLevels);
            state.candidate[c] = m_keepLevels * state.candidate[c] + error * error;
        }
        state.candidateSeen = m_keepLevels * state.candidateSeen + 1;
    }
    if (!std::isnan(outcome.mixed)) {
        const float error = outcome.actual - outcome.mixed;
        if (!std::isnan(experts[kSeasonalDay])) {
            state.mixed = m_keep * state.mixed + error * error;
        }
        settleQuantiles(state, error);
        settleDrift(state, error);
        state.outcomes += 1;
    }
}

std::size_t Mixer::bytes() const
{
    return m_states.size() * sizeof(State);
}

} // namespace isotherm::predict
