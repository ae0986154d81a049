// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/predict/features.h"
#include "agent/predict/hot_places.h"
#include "agent/predict/tuning.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace isotherm::predict
{

/// Least squares with a prior, for one group of horizons. It never stores rows: sums of products
/// that forget are enough, so that learning costs 0.2 µs and memory does not grow. The hottest
/// series have a model each; where there are more than that, the others share one, and what they
/// have in common is where each of the hottest begins. Otherwise the prior is Holt-Winters itself
/// (coefficient 1 on a daily level and the slow profile): with no data a series forecasts as
/// Holt-Winters does. Not thread-safe.
class RidgeModel
{
public:
    struct Shape
    {
        std::size_t series = 0;
        double rowsPerDay = 144; ///< how often learn() is called for a series
        double leadDays = 0;     ///< rows closer together than this say nearly the same
        bool oneLead = false;    ///< of all horizons there is only one
        bool fine = false;       ///< rows know a finer step's rate (kFine)
    };
    RidgeModel(const Shape& shape, const Tuning& tuning);

    /// `row` turned out to have the value base + `deviation`.
    void learn(std::size_t series, const FeatureRow& row, float deviation);
    /// Solves for the coefficients that predict() uses from now on.
    void solve(std::size_t series);
    /// The same for the series that share a model.
    void solveCommon();
    /// The expected deviation from the row's base.
    [[nodiscard]] float predict(std::size_t series, const FeatureRow& row) const;

    /// Chooses the series that have models of their own by the rates of the last day, where not all
    /// of them have.
    void choose(std::span<const float> rates);

    [[nodiscard]] std::size_t bytes() const;

private:
    static constexpr std::size_t kMostInputs = 25;
    using Values = std::array<float, kMostInputs>;

    [[nodiscard]] Values inputsOf(const FeatureRow& row) const;
    /// The coefficients that Holt-Winters would have.
    [[nodiscard]] Values startOf() const;
    void reset(std::size_t place);

    const Tuning m_tuning;
    const double m_overlap;              ///< prior rows, for as many as share what they say
    const float m_keep;                  ///< share of the sums that outlives a row
    std::vector<std::size_t> m_features; ///< that can differ from 0 here
    const std::size_t m_size;            ///< inputs: those, and a constant
    const std::size_t m_sumCount;        ///< packed upper triangle of products, products with y
    HotPlaces m_places;
    std::vector<float> m_sums;         ///< by place
    std::vector<float> m_coefficients; ///< by place
    double m_keepCommon = 1;
    double m_overlapCommon = 0;
    std::uint64_t m_offered = 0;      ///< rows of series that share a model
    std::vector<double> m_commonSums; ///< empty: none do
    Values m_common{};                ///< their coefficients
};

} // namespace isotherm::predict
