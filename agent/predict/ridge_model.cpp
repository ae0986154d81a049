// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/ridge_model.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <array>
#include <cmath>

namespace isotherm::predict
{
namespace
{

/// The features that a linear model can use, with what Holt-Winters would have as coefficient.
struct Input
{
    std::size_t feature;
    float prior;
};
constexpr std::array kInputs = {
    Input{kLast, 0},        Input{kHour1, 0},       Input{kHours3, 0},      Input{kHours6, 0},
    Input{kDay1, 0},        Input{kDay2, 0},        Input{kDays7, 0},       Input{kWeek1, 0},
    Input{kWeeks4, 0},      Input{kTrendDay, 0},    Input{kTrendWeek, 0},   Input{kTrendMean, 0},
    Input{kLevels0, 0},     Input{kLevels0 + 1, 0}, Input{kLevels0 + 2, 0}, Input{kLevels0 + 3, 1},
    Input{kLevels0 + 4, 0}, Input{kSeason0, 0},     Input{kSeason1, 1},     Input{kWeekend, 0},
    Input{kCommonFast, 0},  Input{kCommonSlow, 0},  Input{kLead, 0},        Input{kFine, 0},
};
constexpr std::size_t kSize = kInputs.size() + 1; ///< and a constant
constexpr std::size_t kTriangle = kSize * (kSize + 1) / 2;
constexpr std::size_t kSums = kTriangle + kSize;
constexpr float kLeastVariance = 1e-3F;

using Inputs = std::array<float, kSize>;
using Matrix = Eigen::Matrix<double, kSize, kSize>;
using Vector = Eigen::Matrix<double, kSize, 1>;

Inputs inputsOf(const FeatureRow& row)
{
    Inputs inputs{};
    for (std::size_t i = 0; i < kInputs.size(); ++i) {
        inputs[i] = row.value(kInputs[i].feature);
    }
    inputs.back() = 1.0F;
    return inputs;
}

float priorOf(std::size_t input)
{
    return input < kInputs.size() ? kInputs[input].prior : 0.0F;
}

} // namespace

RidgeModel::RidgeModel(std::size_t series, const Spacing& spacing, const Tuning& tuning)
    : m_tuning(tuning), m_overlap(spacing.rowsPerDay * spacing.leadDays),
      m_keep(static_cast<float>(
          std::exp2(-1.0 / (spacing.rowsPerDay * static_cast<double>(tuning.ridgeHalfLifeDays))))),
      m_sums(series * kSums), m_coefficients(series * kSize)
{
    for (std::size_t i = 0; i < m_coefficients.size(); ++i) {
        m_coefficients[i] = priorOf(i % kSize);
    }
}

void RidgeModel::learn(std::size_t series, const FeatureRow& row, float deviation)
{
    const Inputs x = inputsOf(row);
    float* sums = &m_sums[series * kSums];
    for (std::size_t i = 0; i < kSize; ++i) {
        for (std::size_t j = i; j < kSize; ++j) {
            *sums = m_keep * *sums + x[i] * x[j];
            ++sums;
        }
    }
    for (std::size_t i = 0; i < kSize; ++i) {
        *sums = m_keep * *sums + x[i] * deviation;
        ++sums;
    }
}

void RidgeModel::solve(std::size_t series)
{
    const float* sums = &m_sums[series * kSums];
    Matrix products;
    for (std::size_t i = 0; i < kSize; ++i) {
        for (std::size_t j = i; j < kSize; ++j) {
            products(i, j) = products(j, i) = static_cast<double>(*sums++);
        }
    }
    Vector right;
    for (std::size_t i = 0; i < kSize; ++i) {
        right(i) = static_cast<double>(sums[i]);
    }
    const double rows = products(kSize - 1, kSize - 1);
    if (rows < 1) {
        return;
    }
    const double weight = static_cast<double>(m_tuning.ridgePriorRows) +
                          static_cast<double>(m_tuning.ridgeShare) * rows + m_overlap;
    for (std::size_t i = 0; i < kSize; ++i) {
        const double variance =
            std::max(products(i, i) / rows, static_cast<double>(kLeastVariance));
        products(i, i) += weight * variance;
        right(i) += weight * variance * static_cast<double>(priorOf(i));
    }
    const Vector solved = products.ldlt().solve(right);
    if (solved.allFinite()) {
        for (std::size_t i = 0; i < kSize; ++i) {
            m_coefficients[series * kSize + i] = static_cast<float>(solved(i));
        }
    }
}

float RidgeModel::predict(std::size_t series, const FeatureRow& row) const
{
    const Inputs x = inputsOf(row);
    float sum = 0;
    for (std::size_t i = 0; i < kSize; ++i) {
        sum += x[i] * m_coefficients[series * kSize + i];
    }
    return sum;
}

std::size_t RidgeModel::bytes() const
{
    return (m_sums.size() + m_coefficients.size()) * sizeof(float);
}

} // namespace isotherm::predict
