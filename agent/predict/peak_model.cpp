// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/peak_model.h"

#include "agent/predict/log_count.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

namespace isotherm::predict
{
namespace
{

constexpr float kHour = 24;          ///< a day in hours
constexpr float kPriorOutcomes = 20; ///< hot shards' outcomes that the first guess counts for
constexpr float kPriorF1 = 0.7F;
/// The first guess of the coefficients, and how many sure outcomes it counts for.
constexpr std::array<double, 3> kPrior = {0.0, 3.0, 1.0};
constexpr double kPriorWeight = 2.0;
constexpr double kLargestStep = 0.5;
constexpr double kLeastSlope = 0.5; ///< a higher forecast is never a lesser chance

double logit(double chance)
{
    return std::log(chance / (1 - chance));
}

} // namespace

PeakModel::PeakModel(std::size_t shards, std::size_t hours, const Tuning& tuning)
    : m_tuning(tuning), m_shards(shards), m_hours(hours), m_decisions(shards, kMissing),
      m_coefficients(kPrior)
{
}

float PeakModel::leastChance() const
{
    const float f1 = (2 * m_right + kPriorF1 * kPriorOutcomes) /
                     (2 * m_right + m_wrong + m_missed + kPriorOutcomes);
    return f1 / 2;
}

void PeakModel::observe(std::span<const float> hour)
{
    for (Pending& pending : m_pending) {
        const bool first = pending.left == m_hours;
        for (std::size_t i = 0; i < m_shards; ++i) {
            float& peak = pending.peak[i];
            peak = first ? hour[i]
                         : (std::isnan(peak) || std::isnan(hour[i]) ? kMissing
                                                                    : std::max(peak, hour[i]));
        }
        --pending.left;
    }
    while (!m_pending.empty() && m_pending.front().left == 0) {
        settle(m_pending.front());
        m_pending.pop_front();
    }
}

void PeakModel::settle(const Pending& pending)
{
    if (std::isnan(pending.hotLevel)) {
        return;
    }
    const float keep = std::exp2(-1.0F / (kHour * m_tuning.peakHalfLifeDays));
    m_right *= keep;
    m_wrong *= keep;
    m_missed *= keep;
    const double keepCurvature =
        std::exp2(-1.0 / static_cast<double>(kHour * m_tuning.peakMemoryDays));
    for (Inputs& row : m_curvature) {
        for (double& value : row) {
            value *= keepCurvature;
        }
    }
    Inputs gradient{};
    for (std::size_t i = 0; i < kInputs; ++i) {
        gradient[i] = kPriorWeight * (1 - keepCurvature) * (kPrior[i] - m_coefficients[i]);
    }
    for (std::size_t shard = 0; shard < m_shards; ++shard) {
        const Expected& expected = pending.expected[shard];
        if (std::isnan(pending.peak[shard]) || std::isnan(expected.value)) {
            continue;
        }
        const bool hot = pending.peak[shard] > pending.hotLevel;
        const bool said = pending.decision[shard] > pending.hotLevel;
        m_right += hot && said ? 1.0F : 0.0F;
        m_wrong += !hot && said ? 1.0F : 0.0F;
        m_missed += hot && !said ? 1.0F : 0.0F;
        const Inputs x = inputsOf(expected, pending.hotLevel);
        double sum = 0;
        for (std::size_t i = 0; i < kInputs; ++i) {
            sum += m_coefficients[i] * x[i];
        }
        const double chance = 1 / (1 + std::exp(-std::clamp(sum, -30.0, 30.0)));
        for (std::size_t i = 0; i < kInputs; ++i) {
            gradient[i] += ((hot ? 1.0 : 0.0) - chance) * x[i];
            for (std::size_t j = 0; j < kInputs; ++j) {
                m_curvature[i][j] += chance * (1 - chance) * x[i] * x[j];
            }
        }
    }
    learn(gradient);
}

/// One step of Newton's method: what was learned before is in the curvature.
void PeakModel::learn(const Inputs& gradient)
{
    Eigen::Matrix<double, kInputs, kInputs> curvature;
    Eigen::Matrix<double, kInputs, 1> right;
    for (std::size_t i = 0; i < kInputs; ++i) {
        right(i) = gradient[i];
        for (std::size_t j = 0; j < kInputs; ++j) {
            curvature(i, j) = m_curvature[i][j] + (i == j ? kPriorWeight : 0.0);
        }
    }
    const Eigen::Matrix<double, kInputs, 1> step = curvature.ldlt().solve(right);
    if (!step.allFinite()) {
        return;
    }
    for (std::size_t i = 0; i < kInputs; ++i) {
        m_coefficients[i] += std::clamp(step(i), -kLargestStep, kLargestStep);
    }
    m_coefficients[1] = std::max(m_coefficients[1], kLeastSlope);
}

void PeakModel::decide(std::span<const Expected> expected, float hotLevel)
{
    const auto [constant, slope, ofSpread] = m_coefficients;
    const double least = logit(static_cast<double>(leastChance()));
    for (std::size_t i = 0; i < m_shards; ++i) {
        const double raise =
            (constant + ofSpread * static_cast<double>(expected[i].spread) - least) / slope;
        const float decision = expected[i].value + static_cast<float>(raise);
        m_decisions[i] = std::isnan(decision) ? kMissing : std::max(0.0F, decision);
    }
    m_pending.push_back({{expected.begin(), expected.end()},
                         m_decisions,
                         std::vector<float>(m_shards, kMissing),
                         hotLevel,
                         m_hours});
}

} // namespace isotherm::predict
