// SPDX-License-Identifier: Apache-2.0
#include "agent/simulate/simulation.h"

#include "agent/heat/temperature_model.h"
#include "agent/predict/forecaster.h"
#include "agent/predict/percentile.h"
#include "agent/predict/trace_file.h"
#include "agent/simulate/schedule_player.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <memory>
#include <utility>

namespace isotherm::simulate
{
namespace
{

constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kReferenceHours = 168;
constexpr double kReferencePercentile = 0.99;

WallTime timeOf(std::int64_t minute)
{
    return WallTime(std::chrono::minutes(minute));
}

/// The last week's hourly counts by shard: the reference rate, and what is usual.
class HourBook
{
public:
    explicit HourBook(std::size_t shards) : m_sums(shards), m_known(shards) {}

    void add(const std::vector<SchedulePlayer::Step>& steps)
    {
        for (std::size_t i = 0; i < m_sums.size(); ++i) {
            m_known[i] = m_known[i] && !std::isnan(steps[i].accesses);
            m_sums[i] += std::isnan(steps[i].accesses) ? 0.0 : steps[i].accesses;
        }
    }
    /// What the hour that ends now was, judged by the week before it; then it is a part of that
    /// week.
    [[nodiscard]] std::vector<BackupLedger::ShardHour> close()
    {
        std::vector<BackupLedger::ShardHour> hours(m_sums.size());
        std::vector<float> counts(m_sums.size());
        for (std::size_t i = 0; i < m_sums.size(); ++i) {
            const double count = m_known[i] ? m_sums[i] : kNotMeasured;
            hours[i].temperature = m_reference > 0 && m_known[i]
                                       ? heat::temperatureOf(count, m_reference)
                                       : kNotMeasured;
            hours[i].busy = m_known[i] && count > meanOf(i);
            counts[i] = static_cast<float>(count);
        }
        m_week.push_back(std::move(counts));
        if (m_week.size() > kReferenceHours) {
            m_week.pop_front();
        }
        std::vector<float> values;
        for (const std::vector<float>& hour : m_week) {
            std::copy_if(hour.begin(), hour.end(), std::back_inserter(values),
                         [](float value) { return !std::isnan(value); });
        }
        m_reference = predict::percentileOf(values, kReferencePercentile);
        m_sums.assign(m_sums.size(), 0.0);
        m_known.assign(m_known.size(), true);
        return hours;
    }
    /// Accesses an hour that are temperature 1; NaN: not known yet.
    [[nodiscard]] double reference() const { return m_reference; }

private:
    [[nodiscard]] double meanOf(std::size_t shard) const
    {
        double sum = 0;
        double known = 0;
        for (const std::vector<float>& hour : m_week) {
            if (!std::isnan(hour[shard])) {
                sum += static_cast<double>(hour[shard]);
                known += 1;
            }
        }
        return known > 0 ? sum / known : 0.0;
    }

    std::vector<double> m_sums;
    std::vector<bool> m_known;
    std::deque<std::vector<float>> m_week;
    double m_reference = kNotMeasured;
};

/// Which shard each series belongs to, and whether it tells of writes.
struct Columns
{
    std::vector<std::string> shards;
    std::vector<std::size_t> shard;
    std::vector<double> written; ///< share of its accesses that change a row

    Columns(const std::vector<std::string>& series, const ByteModel& bytes)
    {
        for (const std::string& name : series) {
            const std::size_t dot = name.find('.');
            const auto found = std::find(shards.begin(), shards.end(), name.substr(0, dot));
            shard.push_back(static_cast<std::size_t>(found - shards.begin()));
            if (found == shards.end()) {
                shards.push_back(name.substr(0, dot));
            }
            const std::string kind = dot == std::string::npos ? "" : name.substr(dot);
            written.push_back(kind == ".w" ? 1.0 : (kind == ".r" ? 0.0 : bytes.written));
        }
    }
    [[nodiscard]] std::vector<SchedulePlayer::Step> stepOf(const std::vector<double>& counts) const
    {
        std::vector<SchedulePlayer::Step> steps(shards.size());
        for (std::size_t i = 0; i < counts.size(); ++i) {
            steps[shard[i]].accesses += counts[i]; // NaN if any is
            steps[shard[i]].changed += std::isnan(counts[i]) ? 0.0 : counts[i] * written[i];
        }
        return steps;
    }
};

/// The trace from its first row on, and everything that goes along with it.
class Simulation
{
public:
    Simulation(const SimulationOptions& options, Columns columns)
        : m_options(options), m_columns(std::move(columns)), m_hours(m_columns.shards.size()),
          m_temperatures(m_columns.shards.size(), kNotMeasured), m_coming(m_columns.shards.size())
    {
        for (const Policy policy : options.policies) {
            m_players.emplace_back(policy, options, m_columns.shards.size());
            m_predictive = m_predictive || policy == Policy::Predictive;
        }
    }

    Status row(std::int64_t minute, const std::vector<double>& counts)
    {
        if (m_next < 0) {
            begin(minute);
        }
        if (minute < m_next) {
            return {}; // the hour that autumn repeats
        }
        const std::vector<double> missing(counts.size(), kNotMeasured);
        while (m_next < minute) {
            ISO_TRY(step(missing));
        }
        return step(counts);
    }

    Result<SimulationReport> report() const
    {
        if (m_next < 0 || m_next <= m_countFrom) {
            return makeError(Code::InvalidArgument, "the trace is not longer than the warm-up",
                             "shorten it with --warm-up");
        }
        SimulationReport report{predict::formatMinute(m_countFrom),
                                predict::formatMinute(m_next),
                                m_columns.shards.size(),
                                {}};
        for (const SchedulePlayer& player : m_players) {
            report.policies.push_back(player.report(timeOf(m_next)));
        }
        return report;
    }

private:
    void begin(std::int64_t minute)
    {
        m_next = minute;
        m_countFrom = (minute + 59) / 60 * 60 + m_options.warmUp.count() * 60;
        if (m_predictive) {
            predict::ForecasterShape shape{m_columns.shard, m_options.stepMinutes, minute, {1}};
            m_forecaster = std::make_unique<predict::Forecaster>(std::move(shape));
        }
    }

    Status step(const std::vector<double>& counts)
    {
        const std::vector<SchedulePlayer::Step> steps = m_columns.stepOf(counts);
        const WallTime from = timeOf(m_next);
        const WallTime to = from + std::chrono::minutes(m_options.stepMinutes);
        if (m_next >= m_countFrom) {
            for (SchedulePlayer& player : m_players) {
                if (m_next == m_countFrom) {
                    player.begin(from);
                }
                player.play(steps, m_temperatures, m_coming, {from, to});
            }
        }
        // Only now is the step known.
        if (m_forecaster) {
            ISO_TRY(m_forecaster->observe(m_next, counts));
        }
        m_next += m_options.stepMinutes;
        m_hours.add(steps);
        if (m_next % 60 == 0) {
            closeHour();
        }
        const double perHour = 60.0 / m_options.stepMinutes;
        for (std::size_t i = 0; i < steps.size(); ++i) {
            m_temperatures[i] =
                m_hours.reference() > 0 && !std::isnan(steps[i].accesses)
                    ? heat::temperatureOf(steps[i].accesses * perHour, m_hours.reference())
                    : kNotMeasured;
        }
        return {};
    }

    void closeHour()
    {
        const std::vector<BackupLedger::ShardHour> hours = m_hours.close();
        for (SchedulePlayer& player : m_players) {
            if (m_next > m_countFrom) {
                player.closeHour(timeOf(m_next - 60), hours);
            }
        }
        const auto* day = m_forecaster ? m_forecaster->dayAhead() : nullptr;
        if (day == nullptr || !(m_hours.reference() > 0)) {
            return;
        }
        for (std::size_t i = 0; i < m_coming.size(); ++i) {
            m_coming[i].clear();
            for (std::size_t hour = 0; hour < day->shards[i].size(); ++hour) {
                const auto rate = static_cast<double>(day->shards[i][hour].decision);
                const WallTime start = timeOf(day->minute + static_cast<std::int64_t>(hour) * 60);
                if (!std::isnan(rate)) {
                    m_coming[i].push_back({start, start + std::chrono::hours(1),
                                           heat::temperatureOf(rate, m_hours.reference())});
                }
            }
        }
    }

    const SimulationOptions& m_options;
    const Columns m_columns;
    HourBook m_hours;
    std::vector<SchedulePlayer> m_players;
    bool m_predictive = false;
    std::unique_ptr<predict::Forecaster> m_forecaster;
    std::vector<double> m_temperatures; ///< of the last step
    std::vector<std::vector<backup::ComingHeat>> m_coming;
    std::int64_t m_next = -1; ///< minute of the next step
    std::int64_t m_countFrom = 0;
};

Status check(const SimulationOptions& options)
{
    if (options.policies.empty()) {
        return makeError(Code::InvalidArgument, "no policy is asked for",
                         "one or more of fixed, reactive, predictive");
    }
    const backup::SchedulePolicy& rule = options.schedule;
    if (std::min({rule.hot, rule.warm, rule.cold, options.fixed}) < std::chrono::minutes(1)) {
        return makeError(Code::InvalidArgument, "an interval is shorter than a minute");
    }
    return {};
}

} // namespace

std::string_view policyName(Policy policy)
{
    switch (policy) {
    case Policy::Fixed:
        return "fixed";
    case Policy::Reactive:
        return "reactive";
    case Policy::Predictive:
        return "predictive";
    }
    return "unknown";
}

Result<SimulationReport> simulate(const SimulationOptions& options)
{
    ISO_TRY(check(options));
    ISO_ASSIGN(const auto trace, predict::TraceFile::open(options.trace, options.stepMinutes));
    Simulation simulation(options, Columns(trace->series(), options.bytes));
    while (true) {
        ISO_ASSIGN(const auto row, trace->next());
        if (!row) {
            return simulation.report();
        }
        if (row->minute % options.stepMinutes != 0) { // hours are made of whole steps
            return makeError(Code::InvalidArgument, "the trace's steps do not begin with an hour");
        }
        ISO_TRY(simulation.row(row->minute, row->counts));
    }
}

} // namespace isotherm::simulate
