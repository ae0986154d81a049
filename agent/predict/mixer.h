// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/predict/features.h"
#include "agent/predict/tuning.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace isotherm::predict
{

/// The methods whose forecasts are combined. The order is that of every array of experts.
enum Expert : std::size_t {
    kSeasonalDay,  ///< the target's slot on the latest known day
    kSeasonalWeek, ///< … in the latest known week
    kSeasonalMean, ///< … in the mean of four weeks
    kProfileDays,  ///< the last seven days' profile on the last day's level
    kLastValue,
    kHoltWinters,
    kRidge,
    kKernel,
    kTrees,
    kExpertCount
};

[[nodiscard]] const char* expertName(std::size_t expert);

/// ln(1 + y) as each expert sees it coming; NaN: it has no opinion.
using ExpertValues = std::array<float, kExpertCount>;

/// A combined forecast on the log scale.
struct MixedForecast
{
    float value = kMissing; ///< NaN: nothing is known of the series
    float low = kMissing;   ///< 10 % quantile
    float high = kMissing;  ///< 90 % quantile
    ExpertValues experts{};
    ExpertValues weights{}; ///< of the experts in `value`; they add up to 1
};

/// Combines experts for every series of one group of horizons, and learns from what came of it:
/// half the plain mean of the four models, half Hedge (exponential weights on discounted squared
/// errors); a model that loses to seasonal naive leaves the mean; quantiles follow the errors so
/// that 10 % of the outcomes lie below and 10 % above. Not thread-safe.
class Mixer
{
public:
    /// `outcomesPerDay`: how often settle() is called for a series.
    Mixer(std::size_t series, double outcomesPerDay, const Tuning& tuning);

    /// Which level and profile Holt-Winters uses: weights learned from its candidates' errors.
    [[nodiscard]] float holtWinters(std::size_t series, const FeatureRow& row) const;
    /// Experts that only look back; the models' places are left NaN.
    [[nodiscard]] ExpertValues simpleExperts(std::size_t series, const FeatureRow& row) const;
    [[nodiscard]] MixedForecast mix(std::size_t series, const ExpertValues& experts) const;

    /// What became of a forecast that was made from `row` and `experts`.
    struct Outcome
    {
        float actual = 0; ///< ln(1 + y)
        float mixed = kMissing;
    };
    void settle(std::size_t series, const FeatureRow& row, const ExpertValues& experts,
                const Outcome& outcome);

    /// Mean squared error of an expert on the log scale, discounted; NaN: none yet.
    [[nodiscard]] float loss(std::size_t series, std::size_t expert) const;
    /// The same of seasonal naive: of yesterday, or of last week where that is better and was there
    /// for most of the time.
    [[nodiscard]] float naiveLoss(std::size_t series) const;
    /// The same of the combined forecast, over the outcomes that yesterday had an opinion on: what
    /// was said before there was a yesterday compares with nothing.
    [[nodiscard]] float mixedLoss(std::size_t series) const { return mixedLoss(m_states[series]); }
    /// True from when the errors of the last day are far above what is usual here until they are
    /// not.
    [[nodiscard]] bool drifting(std::size_t series) const { return m_states[series].drifting; }

    /// One of the four models whose errors exceed seasonal naive's: it is out of the mean.
    [[nodiscard]] bool losing(std::size_t series, std::size_t expert) const;
    /// The weights of a forecast for which every expert with outcomes has an opinion.
    [[nodiscard]] ExpertValues usualWeights(std::size_t series) const;
    /// Share of the outcomes that were above the 90 % quantile, discounted; NaN: none yet.
    [[nodiscard]] float shareAbove(std::size_t series) const { return m_states[series].above; }
    [[nodiscard]] std::uint64_t outcomes(std::size_t series) const
    {
        return static_cast<std::uint64_t>(m_states[series].outcomes);
    }

    [[nodiscard]] std::size_t bytes() const;

private:
    static constexpr std::size_t kCandidates = kLevels * kProfiles;
    struct State
    {
        std::array<float, kExpertCount> loss{};
        std::array<float, kExpertCount> seen{}; ///< discounted number of outcomes
        std::array<float, kCandidates> candidate{};
        float candidateSeen = 0;
        float mixed = 0;         ///< like the loss of kSeasonalDay, of the combined forecast
        float recent = kMissing; ///< mean of about a day
        float scale = kMissing;  ///< mean absolute error
        float low = 0;
        float high = 0;
        float above = kMissing; ///< share of outcomes above `high`
        float outcomes = 0;
        bool drifting = false;
    };

    [[nodiscard]] ExpertValues hedgeWeights(const State& state, const ExpertValues& experts) const;
    [[nodiscard]] ExpertValues meanWeights(const State& state, const ExpertValues& experts) const;
    [[nodiscard]] ExpertValues weightsOf(const State& state, const ExpertValues& experts) const;
    [[nodiscard]] static float mixedLoss(const State& state)
    {
        const float seen = state.seen[kSeasonalDay];
        return seen > 0 ? state.mixed / seen : kMissing;
    }
    [[nodiscard]] static float naiveLoss(const State& state);
    [[nodiscard]] static bool loses(const State& state, std::size_t expert);
    void settleQuantiles(State& state, float error) const;
    void settleDrift(State& state, float error) const;

    const Tuning m_tuning;
    const float m_keep;
    const float m_keepLevels;
    const float m_keepDay;
    std::vector<State> m_states;
};

} // namespace isotherm::predict
