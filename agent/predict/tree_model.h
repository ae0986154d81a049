// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/predict/features.h"
#include "agent/predict/tree_table.h"
#include "agent/predict/tuning.h"
#include "shared/base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace isotherm::predict
{

/// A bounded sample of what was seen, the newer the likelier to be in it. Deterministic: chance is
/// a hash of the number of the row offered. Not thread-safe.
class TrainingSample
{
public:
    /// `rowsPerDay`: how many rows are offered a day, so that the mean age is treeMemoryDays.
    TrainingSample(double rowsPerDay, const Tuning& tuning);

    void offer(const FeatureRow& row, float deviation);
    [[nodiscard]] std::size_t size() const { return m_targets.size(); }
    [[nodiscard]] const std::vector<float>& inputs() const { return m_inputs; }
    [[nodiscard]] const std::vector<float>& targets() const { return m_targets; }
    [[nodiscard]] std::size_t bytes() const;

private:
    const std::size_t m_capacity;
    const std::uint64_t m_threshold; ///< a hash below this replaces a row of the full sample
    std::uint64_t m_offered = 0;
    std::vector<float> m_inputs; ///< kFeatureCount a row
    std::vector<float> m_targets;
};

/// Gradient-boosted regression trees over all series of one group of horizons (XGBoost, histogram
/// method, one thread, fixed seed: the same sample gives the same model). Predicts the deviation
/// from the base. Not thread-safe.
class TreeModel
{
public:
    explicit TreeModel(const Tuning& tuning);
    ~TreeModel();
    TreeModel(TreeModel&&) noexcept;
    TreeModel& operator=(TreeModel&&) noexcept;

    /// Begins to fit anew, with the sample as it is now. FailedPrecondition when there are too few
    /// rows; Internal with XGBoost's words.
    [[nodiscard]] Status begin(const TrainingSample& sample);
    enum class Growth { More, Done };
    /// Grows at most so many trees more; predict() uses the new model from when it is done. After
    /// an error the old one stays. Precondition: begin() was called and it is not done yet.
    [[nodiscard]] Result<Growth> grow(int rounds);
    [[nodiscard]] bool fitted() const;
    /// One deviation a row, in order. FailedPrecondition before the first fit.
    [[nodiscard]] Result<std::vector<float>> predict(std::span<const FeatureRow> rows) const;

private:
    class Booster;
    struct Growing;
    Tuning m_tuning;
    std::optional<TreeTable> m_table;
    std::unique_ptr<Growing> m_growing; ///< a model that is not done yet
};

} // namespace isotherm::predict
