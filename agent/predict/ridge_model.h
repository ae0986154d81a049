// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/predict/features.h"
#include "agent/predict/tuning.h"

#include <cstddef>
#include <span>
#include <vector>

namespace isotherm::predict
{

/// Least squares with a prior, one model a series, for one group of horizons. It never stores rows:
/// sums of products that forget are enough, so that learning costs 0.2 µs and memory does not grow.
/// The prior is Holt-Winters itself (coefficient 1 on a daily level and the slow profile): with no
/// data a series forecasts as Holt-Winters does. Not thread-safe.
class RidgeModel
{
public:
    struct Spacing
    {
        double rowsPerDay = 144; ///< how often learn() is called for a series
        double leadDays = 0;     ///< rows closer together than this say nearly the same
    };
    RidgeModel(std::size_t series, const Spacing& spacing, const Tuning& tuning);

    /// `row` turned out to have the value base + `deviation`.
    void learn(std::size_t series, const FeatureRow& row, float deviation);
    /// Solves for the coefficients that predict() uses from now on.
    void solve(std::size_t series);
    /// The expected deviation from the row's base.
    [[nodiscard]] float predict(std::size_t series, const FeatureRow& row) const;

    [[nodiscard]] std::size_t bytes() const;

private:
    const Tuning m_tuning;
    const double m_overlap;            ///< prior rows, for as many as share what they say
    const float m_keep;                ///< share of the sums that outlives a row
    std::vector<float> m_sums;         ///< by series: packed upper triangle, then products with y
    std::vector<float> m_coefficients; ///< by series
};

} // namespace isotherm::predict
