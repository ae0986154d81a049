// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/forecaster.h"
#include "agent/sharding/split_rule.h"
#include "tests/bench/planner/measures.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <random>

namespace isotherm::bench
{
namespace
{

using namespace sharding;
using std::chrono::minutes;

constexpr int kStepMinutes = 10;
constexpr int kStepsADay = 24 * 60 / kStepMinutes;
constexpr int kLearnDays = 21;
constexpr int kJudgedDays = 7;
constexpr int kMinutes = (kLearnDays + kJudgedDays) * 24 * 60;
constexpr std::size_t kAhead = 18;     ///< steps that are forecast: three hours
constexpr double kRateAtLimit = 1'000; ///< rows a second
const ByteCount kShardSize(10'000'000'000U);

/// What the people of one shard do: each kind of day is known before, each day is a little
/// different.
struct Habit
{
    double base = 0.25;
    double peak = 0;       ///< 0: none
    double begins = 0;     ///< minute of the day
    double ramp = 30;      ///< minutes
    double holds = 120;    ///< minutes
    bool everyDay = false; ///< else Monday to Friday
    double bursts = 0;     ///< a day, at moments that nobody knows
};

std::vector<Habit> habits(std::mt19937_64& random)
{
    std::uniform_real_distribution<double> unit(0, 1);
    std::vector<Habit> all;
    for (int i = 0; i < 12; ++i) { // over the limit, day after day
        all.push_back({0.2 + 0.2 * unit(random), 1.4 + 0.8 * unit(random),
                       60 * (6 + 12 * unit(random)), 20 + 20 * unit(random),
                       60 + 120 * unit(random), i % 3 == 0, 0});
    }
    for (int i = 0; i < 6; ++i) { // busy, but within what it may bear
        all.push_back({0.2 + 0.2 * unit(random), 0.6 + 0.2 * unit(random),
                       60 * (6 + 12 * unit(random)), 30, 120, false, 0});
    }
    for (int i = 0; i < 6; ++i) { // calm, with bursts that nobody can foresee
        all.push_back({0.2 + 0.3 * unit(random), 0, 0, 30, 0, true, 0.3});
    }
    return all;
}

/// Load by minute, relative to the limit.
std::vector<double> loadOf(const Habit& habit, std::mt19937_64& random)
{
    std::normal_distribution<double> gauss(0, 1);
    std::uniform_real_distribution<double> unit(0, 1);
    std::vector<double> load(kMinutes);
    double drift = 0;
    double late = 0;
    double size = 1;
    int burst = 0;
    for (int minute = 0; minute < kMinutes; ++minute) {
        const int ofDay = minute % (24 * 60);
        if (ofDay == 0) {
            late = 4 * gauss(random);
            size = std::exp(0.06 * gauss(random));
        }
        if (unit(random) < habit.bursts / (24 * 60)) {
            burst = 10 + static_cast<int>(random() % 20);
        }
        burst -= burst > 0 ? 1 : 0;
        drift = 0.9 * drift + 0.03 * gauss(random);
        const bool today = habit.everyDay || minute / (24 * 60) % 7 < 5;
        const double in = ofDay - habit.begins - late;
        const double rise = std::clamp(in / habit.ramp, 0.0, 1.0);
        const double fall = std::clamp((2 * habit.ramp + habit.holds - in) / habit.ramp, 0.0, 1.0);
        const double peak =
            today && habit.peak > 0 ? (habit.peak - habit.base) * std::min(rise, fall) : 0;
        load[static_cast<std::size_t>(minute)] =
            (habit.base + peak) * size * std::exp(drift) + (burst > 0 ? 1.0 : 0.0);
    }
    return load;
}

WallTime momentOf(int minute)
{
    return fromUnixMicros(1'789'948'800'000'000) + minutes(minute); // a Monday, 00:00 UTC
}

double rateOf(float logCount)
{
    return std::expm1(static_cast<double>(logCount)) / (60.0 * kStepMinutes * kRateAtLimit);
}

/// What became of one shard on one day.
struct Day
{
    std::optional<int> crossing; ///< the first minute of ten with a mean at the limit
    std::optional<int> alarm;    ///< when the split was decided, from the forecast
};

/// Minutes over the limit until the shard was split; reactive decisions come after 12 s.
double violatingSeconds(const std::vector<double>& load, int day, const Day& seen, bool predictive)
{
    const double takes = std::chrono::duration<double>(changeTime({}, kShardSize)).count();
    double split = 1e18; // seconds of the day
    if (seen.crossing) {
        split = (*seen.crossing - day * 24 * 60) * 60.0 + 12 + takes;
    }
    if (predictive && seen.alarm) {
        split = std::min(split, (*seen.alarm - day * 24 * 60) * 60.0 + takes);
    }
    double seconds = 0;
    for (int minute = 0; minute < 24 * 60; ++minute) {
        if (load[static_cast<std::size_t>(day * 24 * 60 + minute)] >= 1) {
            seconds += std::clamp(split - minute * 60.0, 0.0, 60.0);
        }
    }
    return seconds;
}

std::optional<int> crossingOf(const std::vector<double>& load, int day)
{
    for (int minute = day * 24 * 60; minute + 10 <= (day + 1) * 24 * 60; ++minute) {
        double sum = 0;
        for (int i = 0; i < 10; ++i) {
            sum += load[static_cast<std::size_t>(minute + i)];
        }
        if (sum >= 10 && load[static_cast<std::size_t>(minute)] >= 1) {
            return minute;
        }
    }
    return std::nullopt;
}

bool alarms(std::size_t shard, int minute,
            const std::vector<std::vector<predict::MixedForecast>>& points)
{
    ShardFacts facts;
    facts.id = ShardId(shard + 1);
    facts.size = kShardSize;
    ShardingState state;
    state.now = momentOf(minute);
    for (std::size_t ahead = 0; ahead < points.size(); ++ahead) {
        const predict::MixedForecast& point = points[ahead][shard];
        if (std::isnan(point.value)) {
            return false;
        }
        facts.forecast.push_back(
            {state.now + minutes(kStepMinutes * static_cast<int>(ahead)), minutes(kStepMinutes),
             rateOf(std::isnan(point.low) ? point.value : point.low), rateOf(point.value),
             rateOf(std::isnan(point.high) ? point.value : point.high)});
    }
    return hotSign(facts, state).has_value();
}

struct Score
{
    int peaks = 0;
    int inTime = 0;
    int decisions = 0;
    int needless = 0;
    double reactive = 0;
    double predictive = 0;
};

void judge(Score& score, const Habit& habit, const std::vector<double>& load,
           const std::vector<Day>& days)
{
    const double takes = std::chrono::duration<double>(changeTime({}, kShardSize)).count();
    for (int day = kLearnDays; day < kLearnDays + kJudgedDays; ++day) {
        const Day& seen = days[static_cast<std::size_t>(day)];
        if (seen.crossing && habit.peak > 1) {
            ++score.peaks;
            score.inTime +=
                seen.alarm && *seen.alarm * 60.0 + takes + 300 <= *seen.crossing * 60.0 ? 1 : 0;
        }
        if (seen.alarm) {
            ++score.decisions;
            const auto begin = load.begin() + *seen.alarm;
            const auto end = load.begin() + std::min(*seen.alarm + 90, kMinutes);
            score.needless +=
                std::none_of(begin, end, [](double value) { return value >= 1; }) ? 1 : 0;
        }
        score.reactive += violatingSeconds(load, day, seen, false);
        score.predictive += violatingSeconds(load, day, seen, true);
    }
}

void observe(predict::Forecaster& forecaster, const std::vector<std::vector<double>>& loads,
             int minute)
{
    std::vector<double> counts;
    for (const auto& load : loads) {
        double sum = 0;
        for (int i = 0; i < kStepMinutes; ++i) {
            sum += load[static_cast<std::size_t>(minute + i)];
        }
        counts.push_back(std::round(sum * 60 * kRateAtLimit));
    }
    if (const Status status = forecaster.observe(minute, counts); !status.ok()) {
        std::fprintf(stderr, "%s\n", status.error().text().c_str());
    }
}

} // namespace

void measurePredictive()
{
    std::mt19937_64 random(21);
    const std::vector<Habit> people = habits(random);
    std::vector<std::vector<double>> loads;
    predict::ForecasterShape shape;
    shape.stepMinutes = kStepMinutes;
    for (std::size_t i = 0; i < people.size(); ++i) {
        loads.push_back(loadOf(people[i], random));
        shape.shardOf.push_back(i);
    }
    for (std::size_t ahead = 1; ahead <= kAhead; ++ahead) {
        shape.horizons.push_back(static_cast<std::int64_t>(ahead));
    }
    predict::Forecaster forecaster(shape);
    std::vector<std::vector<Day>> days(people.size(), std::vector<Day>(kLearnDays + kJudgedDays));
    for (int step = 0; step < (kLearnDays + kJudgedDays) * kStepsADay; ++step) {
        observe(forecaster, loads, step * kStepMinutes);
        const int now = (step + 1) * kStepMinutes;
        std::vector<std::vector<predict::MixedForecast>> points;
        for (std::size_t ahead = 0; ahead < kAhead; ++ahead) {
            points.push_back(forecaster.points(ahead));
        }
        const auto day = static_cast<std::size_t>(now / (24 * 60));
        for (std::size_t shard = 0; shard < people.size() && day < days[shard].size(); ++shard) {
            Day& today = days[shard][day];
            if (static_cast<int>(day) >= kLearnDays && !today.alarm && alarms(shard, now, points)) {
                today.alarm = now;
            }
        }
    }
    Score score;
    for (std::size_t shard = 0; shard < people.size(); ++shard) {
        for (int day = 0; day < kLearnDays + kJudgedDays; ++day) {
            days[shard][static_cast<std::size_t>(day)].crossing = crossingOf(loads[shard], day);
        }
        judge(score, people[shard], loads[shard], days[shard]);
    }
    const auto n = static_cast<std::size_t>(score.peaks);
    print("recurring peaks split 5 min before the crossing", "",
          score.inTime / std::max(1.0, static_cast<double>(score.peaks)), 0.7, n);
    print("violating seconds against reactive", "",
          score.predictive / std::max(1.0, score.reactive), 0.4, n);
    print("needless predicted splits", "",
          score.needless / std::max(1.0, static_cast<double>(score.decisions)), 0.1,
          static_cast<std::size_t>(score.decisions));
}

} // namespace isotherm::bench
