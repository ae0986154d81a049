// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/predict/panel.h"
#include "agent/predict/peak_model.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::predict
{

/// What is forecast: series that belong to shards, in key order.
struct ForecasterShape
{
    std::vector<std::size_t> shardOf;   ///< by series; shards are numbered from 0 without a gap
    int stepMinutes = 10;               ///< a divisor of 60
    std::int64_t firstMinute = 0;       ///< local time of the first row
    std::vector<std::int64_t> horizons; ///< in steps (1: the next row), ascending
};

/// What the schedule should compare with a hot threshold: counts an hour.
struct DecisionRates
{
    double nextHour = 0;
    double busiestOfDay = 0; ///< the busiest of the next 24 hours
};

/// One coming hour of a shard.
struct HourForecast
{
    float mean = kMissing; ///< counts in the hour
    float low = kMissing;  ///< one in ten is lower
    float high = kMissing;
    /// What to compare with a hot threshold: the mean path raised so that its next hour and its
    /// busiest hour are what the peak models say.
    float decision = kMissing;
};

/// The coming day as it was seen at the last full hour.
struct DayAhead
{
    std::int64_t minute = 0; ///< local time of the first hour
    double reference = 0;    ///< the count an hour that is temperature 1; 0: not known
    std::vector<std::array<HourForecast, 24>> shards;
};

/// The workload forecaster: counts of accesses a step go in row by row; rates minutes to a week
/// ahead, hourly totals of shards and decision rates come out. Two panels do the work: one at the
/// data's own step, one on hourly totals of shards. FORECAST.md has the whole. Not thread-safe.
class Forecaster
{
public:
    static constexpr std::size_t kHours = 24;

    explicit Forecaster(ForecasterShape shape, const Tuning& tuning = {});
    ~Forecaster();
    Forecaster(const Forecaster&) = delete;
    Forecaster& operator=(const Forecaster&) = delete;

    /// Counts in [minute, minute + step), local time, one a series; NaN: not measured; negative: a
    /// counter that ran backwards, not measured either. Rows that were left out count as not
    /// measured; a row of a time that was there already (the repeated hour in autumn) is ignored.
    [[nodiscard]] Status observe(std::int64_t minute, std::span<const double> counts);

    /// Does one piece of what the last row left to do, so that nobody has to wait for all of it at
    /// once; false: nothing is left. Who asks for forecasts, or goes on with the next row, has the
    /// rest done first: pieces are a courtesy, not a duty, and change no forecast.
    [[nodiscard]] Result<bool> work();
    /// All of it; the first error, after everything.
    [[nodiscard]] Status finish();

    /// Nothing was measured until `minute`, which is on the grid: everything up to it is missing.
    [[nodiscard]] Status skipTo(std::int64_t minute);

    /// The start of the next row.
    [[nodiscard]] std::int64_t nextMinute() const;

    /// Every series at horizon `horizons[which]`.
    [[nodiscard]] std::vector<MixedForecast> points(std::size_t which);
    /// Expected counts of the next 24 hours, by shard. FailedPrecondition off a full hour.
    [[nodiscard]] Result<std::vector<std::array<double, kHours>>> hours();
    /// By shard. FailedPrecondition off a full hour.
    [[nodiscard]] Result<std::vector<DecisionRates>> decisions();

    /// As of the last full hour whose work is done; nullopt before the first.
    [[nodiscard]] std::optional<DayAhead> dayAhead() const;
    /// The next hour of a shard, with the models' weights, as of the last full hour; null before.
    [[nodiscard]] const MixedForecast* nextHour(std::size_t shard) const
    {
        return m_path.empty() ? nullptr : &m_path.front()[shard];
    }

    [[nodiscard]] Panel& steps() { return *m_steps; }
    [[nodiscard]] const Panel& steps() const { return *m_steps; }
    [[nodiscard]] Panel& hourly() { return *m_hourly; }
    [[nodiscard]] const Panel& hourly() const { return *m_hourly; }
    [[nodiscard]] std::size_t bytes() const;

private:
    [[nodiscard]] Status observeRow(std::span<const double> counts);
    [[nodiscard]] Status closeHour();
    void makePath();
    void decide();
    /// The last step's rates of the shards, ln(1 + count an hour); empty when a step is an hour.
    [[nodiscard]] std::vector<float> fineRates() const;
    /// The path that windows are chosen on, on the log scale: half its shape is the last week's,
    /// and neighbouring hours are averaged, because the least of 24 noisy values is mostly noise.
    [[nodiscard]] std::array<float, kHours> smoothPath(std::size_t shard) const;
    /// R, the 99th percentile of all (shard, hour) counts of the last 168 hours; NaN: nothing
    /// known.
    [[nodiscard]] double referenceCount() const;
    /// ln(1 + 0.8 R).
    [[nodiscard]] static float hotLevel(double reference);

    const ForecasterShape m_shape;
    const Tuning m_tuning;
    const std::size_t m_shards;
    std::unique_ptr<Panel> m_steps;
    std::unique_ptr<Panel> m_hourly;
    PeakModel m_nextHour;
    PeakModel m_busiest;
    std::vector<std::vector<MixedForecast>> m_path;   ///< by hour ahead, as of the last full hour
    std::vector<std::vector<MixedForecast>> m_making; ///< the next path, as far as it is made
    bool m_pathDue = false;
    std::int64_t m_pathMinute = 0; ///< when its first hour begins
    double m_reference = 0;
    std::vector<double> m_hourSums;       ///< by series: of the rows of this hour
    std::vector<std::uint8_t> m_hourRows; ///< how many were known
};

} // namespace isotherm::predict
