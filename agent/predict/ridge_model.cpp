// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/ridge_model.h"

#include "agent/predict/row_hash.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

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
constexpr float kLeastVariance = 1e-3F;
constexpr std::uint64_t kCommonEvery = 8; ///< a shared model learns from every so manieth row

constexpr int kMost = static_cast<int>(kInputs.size()) + 1;
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, kMost, kMost>;
using Vector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, kMost, 1>;

float priorOf(std::size_t feature)
{
    const auto found = std::find_if(kInputs.begin(), kInputs.end(),
                                    [&](const Input& input) { return input.feature == feature; });
    return found == kInputs.end() ? 0.0F : found->prior;
}

std::vector<std::size_t> featuresOf(const RidgeModel::Shape& shape)
{
    std::vector<std::size_t> features;
    for (const Input& input : kInputs) {
        const bool always0 =
            (input.feature == kLead && shape.oneLead) || (input.feature == kFine && !shape.fine);
        if (!always0) {
            features.push_back(input.feature);
        }
    }
    return features;
}

double keepFor(double rowsPerDay, const Tuning& tuning)
{
    return std::exp2(-1.0 / (rowsPerDay * static_cast<double>(tuning.ridgeHalfLifeDays)));
}

/// What is known of the coefficients without any rows, and how many rows that is worth beyond those
/// of the configuration.
struct Prior
{
    std::span<const float> coefficients;
    double overlap = 0;
};

/// The coefficients that packed sums ask for; nullopt where they say nothing.
template <typename Real>
std::optional<Vector> solved(const Real* sums, const Prior& prior, const Tuning& tuning)
{
    const auto size = static_cast<Eigen::Index>(prior.coefficients.size());
    Matrix products(size, size);
    for (Eigen::Index i = 0; i < size; ++i) {
        for (Eigen::Index j = i; j < size; ++j) {
            products(i, j) = products(j, i) = static_cast<double>(*sums++);
        }
    }
    const double rows = products(size - 1, size - 1);
    if (rows < 1) {
        return std::nullopt;
    }
    const double weight = static_cast<double>(tuning.ridgePriorRows) +
                          static_cast<double>(tuning.ridgeShare) * rows + prior.overlap;
    Vector right(size);
    for (Eigen::Index i = 0; i < size; ++i) {
        const double variance =
            std::max(products(i, i) / rows, static_cast<double>(kLeastVariance));
        const float expected = prior.coefficients[static_cast<std::size_t>(i)];
        products(i, i) += weight * variance;
        right(i) = static_cast<double>(sums[i]) + weight * variance * static_cast<double>(expected);
    }
    const Vector solution = products.ldlt().solve(right);
    return solution.allFinite() ? std::optional(solution) : std::nullopt;
}

/// Adds the products of a row to packed sums that keep a share of what they were.
template <typename Real>
void addProducts(Real* sums, std::span<const float> x, float y, Real keep)
{
    for (std::size_t i = 0; i < x.size(); ++i) {
        for (std::size_t j = i; j < x.size(); ++j) {
            *sums = keep * *sums + static_cast<Real>(x[i] * x[j]);
            ++sums;
        }
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
        sums[i] = keep * sums[i] + static_cast<Real>(x[i] * y);
    }
}

} // namespace

RidgeModel::RidgeModel(const Shape& shape, const Tuning& tuning)
    : m_tuning(tuning), m_overlap(shape.rowsPerDay * shape.leadDays),
      m_keep(static_cast<float>(keepFor(shape.rowsPerDay, tuning))), m_features(featuresOf(shape)),
      m_size(m_features.size() + 1), m_sumCount(m_size * (m_size + 1) / 2 + m_size),
      m_places(shape.series, tuning.ridgeSeries), m_sums(m_places.size() * m_sumCount),
      m_coefficients(m_places.size() * m_size)
{
    m_common = startOf();
    for (std::size_t place = 0; place < m_places.size(); ++place) {
        reset(place);
    }
    if (!m_places.enough()) {
        const double perDay =
            shape.rowsPerDay * static_cast<double>(shape.series - m_places.size()) / kCommonEvery;
        m_commonSums.resize(m_sumCount);
        m_keepCommon = keepFor(perDay, tuning);
        m_overlapCommon = perDay * shape.leadDays;
    }
}

RidgeModel::Values RidgeModel::startOf() const
{
    Values start{};
    std::transform(m_features.begin(), m_features.end(), start.begin(), priorOf);
    return start;
}

void RidgeModel::reset(std::size_t place)
{
    std::fill_n(m_sums.begin() + static_cast<std::ptrdiff_t>(place * m_sumCount), m_sumCount, 0.0F);
    std::copy_n(m_common.begin(), m_size,
                m_coefficients.begin() + static_cast<std::ptrdiff_t>(place * m_size));
}

void RidgeModel::choose(std::span<const float> rates)
{
    for (const std::size_t place : m_places.choose(rates)) {
        reset(place);
    }
}

RidgeModel::Values RidgeModel::inputsOf(const FeatureRow& row) const
{
    Values inputs{};
    for (std::size_t i = 0; i < m_features.size(); ++i) {
        inputs[i] = row.value(m_features[i]);
    }
    inputs[m_features.size()] = 1.0F;
    return inputs;
}

void RidgeModel::learn(std::size_t series, const FeatureRow& row, float deviation)
{
    const std::size_t place = m_places.placeOf(series);
    if (place != HotPlaces::kNone) {
        const Values inputs = inputsOf(row);
        addProducts(&m_sums[place * m_sumCount], std::span(inputs).first(m_size), deviation,
                    m_keep);
    } else if (rowHash(m_offered++) % kCommonEvery == 0) {
        const Values inputs = inputsOf(row);
        addProducts(m_commonSums.data(), std::span(inputs).first(m_size), deviation, m_keepCommon);
    }
}

void RidgeModel::solve(std::size_t series)
{
    const std::size_t place = m_places.placeOf(series);
    if (place == HotPlaces::kNone) {
        return;
    }
    const Prior prior{std::span(m_common).first(m_size), m_overlap};
    if (const auto solution = solved(&m_sums[place * m_sumCount], prior, m_tuning)) {
        float* coefficients = &m_coefficients[place * m_size];
        for (std::size_t i = 0; i < m_size; ++i) {
            coefficients[i] = static_cast<float>((*solution)(static_cast<Eigen::Index>(i)));
        }
    }
}

void RidgeModel::solveCommon()
{
    if (m_commonSums.empty()) {
        return;
    }
    const Values start = startOf();
    const Prior prior{std::span(start).first(m_size), m_overlapCommon};
    if (const auto solution = solved(m_commonSums.data(), prior, m_tuning)) {
        for (std::size_t i = 0; i < m_size; ++i) {
            m_common[i] = static_cast<float>((*solution)(static_cast<Eigen::Index>(i)));
        }
    }
}

float RidgeModel::predict(std::size_t series, const FeatureRow& row) const
{
    const std::size_t place = m_places.placeOf(series);
    const float* coefficients =
        place == HotPlaces::kNone ? m_common.data() : &m_coefficients[place * m_size];
    float sum = 0;
    for (std::size_t i = 0; i < m_features.size(); ++i) {
        sum += row.value(m_features[i]) * coefficients[i];
    }
    return sum + coefficients[m_features.size()];
}

std::size_t RidgeModel::bytes() const
{
    return (m_sums.size() + m_coefficients.size()) * sizeof(float) + m_places.bytes() +
           m_commonSums.size() * sizeof(double);
}

} // namespace isotherm::predict
