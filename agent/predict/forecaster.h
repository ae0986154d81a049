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
    /// once; false: nothing is left. Who asks for forecasts has what they are made from done first,
    /// and so has who goes on with the next row; what belongs to the hour has time until the next
    /// hour ends. Pieces are a courtesy, not a duty, and change no forecast.
    [[nodiscard]] Result<bool> work();
    /// All of it; the first error, after everything.
    [[nodiscard]] Status finish();
    /// What is left belongs to the hour.
    [[nodiscard]] bool stepDone() const { return m_steps->idle(); }

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

    /// As of the last full hour whose work is done; null before the first. Valid until the next row
    /// or piece of work.
    [[nodiscard]] const DayAhead* dayAhead() const { return m_day ? &*m_day : nullptr; }
    /// The next hour of a shard, with the models' weights, as of the last full hour; null before.
    [[nodiscard]] const MixedForecast* nextHour(std::size_t shard) const
    {
        return m_firstHour.empty() ? nullptr : &m_firstHour[shard];
    }

    [[nodiscard]] Panel& steps() { return *m_steps; }
    [[nodiscard]] const Panel& steps() const { return *m_steps; }
    [[nodiscard]] Panel& hourly() { return *m_hourly; }
    [[nodiscard]] const Panel& hourly() const { return *m_hourly; }
    [[nodiscard]] std::size_t bytes() const;

private:
    [[nodiscard]] Status observeRow(std::span<const double> counts);
    [[nodiscard]] Status closeHour();
    [[nodiscard]] Result<bool> workHour();
    [[nodiscard]] Status finishHour();
    void makePath();
    void decide();
    void makeDay();
    /// The last step's rates of the shards, ln(1 + count an hour); empty when a step is an hour.
    [[nodiscard]] std::vector<float> fineRates() const;
    /// The path that windows are chosen on, on the log scale: half its shape is the last week's,
    /// and neighbouring hours are averaged, because the least of 24 noisy values is mostly noise.
    [[nodiscard]] std::array<float, kHours> smoothPath(std::size_t shard) const;
    /// R, the 99th percentile of all (shard, hour) counts of the last 168 hours; NaN: nothing
    /// known.
    [[nodiscard]] double referenceCount() const;
    /// By shard: the sum of its series where enough of the hour was measured.
    [[nodiscard]] std::vector<LogCode> hourTotals();
    /// ln(1 + 0.8 R).
    [[nodiscard]] static float hotLevel(double reference);

    const ForecasterShape m_shape;
    const Tuning m_tuning;
    const std::size_t m_shards;
    std::unique_ptr<Panel> m_steps;
    std::unique_ptr<Panel> m_hourly;
    PeakModel m_nextHour;
    PeakModel m_busiest;
    /// What is kept of a shard's coming hour, on the log scale.
    struct PathHour
    {
        float value = kMissing;
        float low = kMissing;
        float high = kMissing;
        float profile = kMissing; ///< what two of the experts say
        float kernel = kMissing;
    };
    using Path = std::vector<std::vector<PathHour>>;
    Path m_path;   ///< by hour ahead, as of the last full hour
    Path m_making; ///< the next path, as far as it is made
    std::vector<MixedForecast> m_firstHour;
    std::vector<MixedForecast> m_makingFirst;
    bool m_pathDue = false;
    std::optional<DayAhead> m_day;        ///< the path in counts
    std::vector<double> m_hourSums;       ///< by series: of the rows of this hour
    std::vector<std::uint8_t> m_hourRows; ///< how many were known
};

} // namespace isotherm::predict
