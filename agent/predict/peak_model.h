// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/predict/tuning.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace isotherm::predict
{

/// The rate that a decision should be made on. A path of means never says "hot" on bursty data, and
/// a fixed upper quantile says it too often on calm data. The best F1 is reached when everything is
/// called hot whose chance of being hot exceeds F/2, F being the best F1 that can be had (Lipton et
/// al. 2014). The chance is a logistic function of how far the expected peak stands above the hot
/// level and of how uncertain it is; its coefficients, of all shards together, and F follow what
/// comes in. The decision rate is the expected one, raised or lowered so that it crosses the level
/// where the chance crosses F/2. Not thread-safe.
class PeakModel
{
public:
    /// `hours`: the peak is the busiest of so many coming hours.
    PeakModel(std::size_t shards, std::size_t hours, const Tuning& tuning);

    /// The hourly totals of the hour that ended, ln(1 + y), NaN missing: settles the decisions
    /// whose peak is now known.
    void observe(std::span<const float> hour);
    /// A shard's coming peak as the forecasts have it, on the log scale.
    struct Expected
    {
        float value = 0;  ///< NaN: nothing is known
        float spread = 0; ///< from the forecast to its 90 % quantile, the widest of the hours
    };
    /// What decisions are made on from now on; `hotLevel`: ln(1 + the count an hour above which a
    /// shard is hot), NaN: not known. Keeps them until their outcome. Call it once an hour, after
    /// observe().
    void decide(std::span<const Expected> expected, float hotLevel);
    /// ln(1 + count an hour) by shard, as of the last decide(); NaN: nothing known.
    [[nodiscard]] const std::vector<float>& decisions() const { return m_decisions; }
    /// What is called hot has at least this chance of being hot: F/2.
    [[nodiscard]] float leastChance() const;

private:
    static constexpr std::size_t kInputs = 3; ///< one, distance to the hot level, spread
    using Inputs = std::array<double, kInputs>;
    struct Pending
    {
        std::vector<Expected> expected;
        std::vector<float> decision;
        std::vector<float> peak; ///< so far; NaN once an hour was missing
        float hotLevel = 0;
        std::size_t left = 0; ///< hours to come
    };

    [[nodiscard]] static Inputs inputsOf(const Expected& expected, float hotLevel)
    {
        return {1.0, static_cast<double>(expected.value - hotLevel),
                static_cast<double>(expected.spread)};
    }
    void settle(const Pending& pending);
    void learn(const Inputs& gradient);

    const Tuning m_tuning;
    const std::size_t m_shards;
    const std::size_t m_hours;
    std::deque<Pending> m_pending;
    std::vector<float> m_decisions;
    Inputs m_coefficients;                        ///< of the logit
    std::array<Inputs, kInputs> m_curvature = {}; ///< discounted
    float m_right = 0; ///< discounted counts of hot shards found, called hot wrongly, missed
    float m_wrong = 0;
    float m_missed = 0;
};

} // namespace isotherm::predict
