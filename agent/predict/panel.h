// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/predict/horizon_model.h"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace isotherm::predict
{

/// Many series at one step length, and everything that is known and learned of them. Rows go in one
/// by one; a forecast uses nothing but rows that went in before. The same rows give the same
/// forecasts, on any machine with the same arithmetic. Not thread-safe.
class Panel
{
public:
    struct Shape
    {
        std::size_t series = 0;
        int stepMinutes = 10;         ///< a divisor of 60
        std::int64_t firstMinute = 0; ///< local time of row 0, in minutes since 1970-01-01
        std::vector<LeadRange> leads; ///< what can be forecast
        bool fine = false;            ///< setFine() is used
    };
    Panel(Shape shape, const Tuning& tuning);

    /// The next row, one code a series; kMissingCode: not measured. What is left of the row before
    /// is done first; what comes of this one is left to work(), piece by piece.
    [[nodiscard]] Status observe(std::span<const LogCode> codes);
    /// Does one piece of what the last row left to do, of a bounded size however many series there
    /// are; false: nothing is left. An error is of that piece alone.
    [[nodiscard]] Result<bool> work();
    /// All of it: forecasts are those of the last row only then. The first error, after everything.
    [[nodiscard]] Status finish();
    /// Nothing is left to do.
    [[nodiscard]] bool idle() const { return m_left.empty(); }
    /// What is known of the series at a finer step: FeatureMaker::setFine. Call it before
    /// observe().
    void setFine(std::vector<float> fine) { m_features.setFine(std::move(fine)); }

    [[nodiscard]] std::int64_t rows() const { return m_history.rows(); }
    /// Every series, `lead` rows ahead (1: the next row). Precondition: `lead` is in a range, and
    /// nothing is left to do.
    [[nodiscard]] std::vector<MixedForecast> forecast(std::int64_t lead);

    /// How many series' errors at the shortest horizon are far above what is usual for them. While
    /// many are, the trees grow anew every day.
    [[nodiscard]] std::size_t drifting() const;

    [[nodiscard]] const SlotHistory& history() const { return m_history; }
    [[nodiscard]] const Mixer& mixer(std::size_t range) const { return m_models[range]->mixer(); }
    [[nodiscard]] std::size_t bytes() const;

private:
    [[nodiscard]] bool onFullHour() const;
    [[nodiscard]] HorizonModel::Origin origin();
    void solveRidges();
    [[nodiscard]] Status planTrees();
    void growInPieces(std::size_t range);
    [[nodiscard]] std::int64_t rowsBetweenTrees() const;

    const Shape m_shape;
    const Tuning m_tuning;
    SlotHistory m_history;
    SeasonalModel m_seasonal;
    KernelModel m_kernel;
    FeatureMaker m_features;
    std::vector<std::unique_ptr<HorizonModel>> m_models;
    std::vector<std::int64_t> m_treesGrown; ///< by range: the row of the last time
    std::vector<std::optional<KernelModel::Similar>> m_similar;
    std::int64_t m_similarRows = -1;            ///< for which m_similar was made
    std::deque<std::function<Status()>> m_left; ///< to do for the last row, in this order
};

} // namespace isotherm::predict
