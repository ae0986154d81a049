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
/// al. 2014). So the decision rate is the quantile 1 - F/2 of the coming peak, per shard, from the
/// errors that were made before; F is measured as outcomes come in. Not thread-safe.
class PeakModel
{
public:
    /// `hours`: the peak is the busiest of so many coming hours.
    PeakModel(std::size_t shards, std::size_t hours, const Tuning& tuning);

    /// The hourly totals of the hour that ended, ln(1 + y), NaN missing: settles the decisions
    /// whose peak is now known.
    void observe(std::span<const float> hour);
    /// What decisions are made on from now on: `expected`, the peaks as the forecasts have them, on
    /// the log scale; `hotLevel`: ln(1 + the count an hour above which a shard is hot), NaN: not
    /// known. Keeps them until their outcome. Call it once an hour, after observe().
    void decide(std::span<const float> expected, float hotLevel);
    /// ln(1 + count an hour) by shard, as of the last decide(); NaN: nothing known.
    [[nodiscard]] const std::vector<float>& decisions() const { return m_decisions; }
    /// The quantile that decisions are at.
    [[nodiscard]] float quantile() const;

private:
    struct Pending
    {
        std::vector<float> path;
        std::vector<float> usual;
        std::vector<float> centre;
        std::vector<float> decision;
        std::vector<float> peak; ///< so far; NaN once an hour was missing
        float hotLevel = 0;
        std::size_t left = 0; ///< hours to come
    };
    struct Tracker
    {
        float quantile = 0;
        float scale = 0;
        float seen = 0;
    };

    [[nodiscard]] float usualPeak(std::size_t shard) const;
    void settle(const Pending& pending);

    const Tuning m_tuning;
    const std::size_t m_shards;
    const std::size_t m_hours;
    std::vector<std::array<float, 168>> m_week; ///< by shard: hourly values, a ring
    std::size_t m_seen = 0;                     ///< hours
    std::deque<Pending> m_pending;
    std::vector<Tracker> m_trackers;
    Tracker m_pool; ///< of all shards, in units of their scale
    std::vector<float> m_decisions;
    float m_pathLoss = 0; ///< discounted squared errors of the two centres
    float m_usualLoss = 0;
    float m_right = 0; ///< discounted counts of hot shards found, called hot wrongly, missed
    float m_wrong = 0;
    float m_missed = 0;
};

} // namespace isotherm::predict
