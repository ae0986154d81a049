// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/predict/kernel_model.h"
#include "agent/predict/mixer.h"
#include "agent/predict/ridge_model.h"
#include "agent/predict/tree_model.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace isotherm::predict
{

/// Rows ahead (1: the next row) that share models: [first, last].
struct LeadRange
{
    std::int64_t first = 1;
    std::int64_t last = 1;
};

/// All models for one range of leads, the forecasts that wait for their outcome, and what is
/// learned from it. Not thread-safe.
class HorizonModel
{
public:
    struct Shape
    {
        std::size_t series = 0;
        int stepMinutes = 10;
        LeadRange leads;
        bool fine = false; ///< rows know a finer step's rate
    };
    HorizonModel(const Shape& shape, const Tuning& tuning);

    [[nodiscard]] const LeadRange& leads() const { return m_shape.leads; }

    /// The newest row has these values: forecasts of it are settled. Call it before the row enters
    /// history.
    void settle(std::int64_t row, std::span<const LogCode> codes);

    /// What a forecast is made from.
    struct Origin
    {
        const FeatureMaker& features;
        std::span<const std::optional<KernelModel::Similar>> similar; ///< by series; empty: none
        const KernelModel& kernel;
        std::int64_t rows = 0; ///< known
        bool fullHour = false;
    };
    /// Keeps a forecast of now for later, where one is due: experts on full hours, and rows to
    /// learn from in between.
    void track(const Origin& origin);
    /// Every series, `lead` rows ahead. Precondition: the lead is in range.
    [[nodiscard]] std::vector<MixedForecast> forecast(const Origin& origin,
                                                      std::int64_t lead) const;

    void solveRidge(std::size_t series) { m_ridge.solve(series); }
    void solveCommonRidge() { m_ridge.solveCommon(); }
    /// RidgeModel::choose.
    void choose(std::span<const float> rates) { m_ridge.choose(rates); }
    /// Begins to grow the trees anew; false: there are too few rows yet.
    [[nodiscard]] Result<bool> beginTrees();
    /// TreeModel::grow.
    [[nodiscard]] Result<TreeModel::Growth> growTrees(int rounds) { return m_trees.grow(rounds); }

    [[nodiscard]] const Mixer& mixer() const { return m_mixer; }
    [[nodiscard]] std::size_t bytes() const;

private:
    /// What is kept of a forecast until its outcome is known.
    struct Made
    {
        ExpertValues experts{};
        float value = kMissing;
    };
    /// Forecasts of one row from one origin.
    struct Batch
    {
        std::int64_t row = 0;
        std::vector<FeatureRow> inputs;
        std::vector<Made> made; ///< empty: only to learn from
    };

    [[nodiscard]] std::vector<FeatureRow> inputsOf(const Origin& origin, std::int64_t lead) const;
    [[nodiscard]] std::vector<MixedForecast> forecastFrom(const std::vector<FeatureRow>& inputs,
                                                          const Origin& origin,
                                                          std::int64_t lead) const;
    void settleBatch(const Batch& batch, std::span<const LogCode> codes);

    const Shape m_shape;
    const std::int64_t m_learnEvery; ///< rows
    const std::int64_t m_mixEvery;
    RidgeModel m_ridge;
    TrainingSample m_sample;
    TreeModel m_trees;
    Mixer m_mixer;
    std::deque<Batch> m_pending; ///< in the order of origins
    std::int64_t m_turn = 0;     ///< which lead of the range is tracked next
};

} // namespace isotherm::predict
