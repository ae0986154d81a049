// SPDX-License-Identifier: Apache-2.0
// isotherm-bench-forecast [SHARDS [DAYS]]: what forecasting costs, by default for 10,000 shards
// (20,000 series, 10 minutes a step) over the last of 15 simulated days. One JSON object a line:
// mean CPU as a share of a core, the longest step, memory; the peers are the budgets.
#include "agent/predict/forecaster.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <numbers>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace isotherm::bench
{
namespace
{

constexpr int kStepMinutes = 10;
constexpr int kStepsPerDay = 24 * 60 / kStepMinutes;
const std::vector<std::int64_t> kHorizons = {1, 6, 36, 144, 1008};

/// This thread's CPU time: forecasting has no other threads, and what else the machine does must
/// not count.
double cpuSeconds()
{
    std::timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double residentMegabytes()
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind("VmHWM:", 0) == 0) {
            return std::strtod(line.c_str() + 6, nullptr) / 1024;
        }
    }
    return 0;
}

void print(const char* metric, const char* unit, double ours, double budget)
{
    std::printf("{\"bench\":\"forecast-cost\",\"metric\":\"%s\",\"unit\":\"%s\",\"ours\":%.4g,"
                "\"peer\":%.4g,\"peer_name\":\"budget\",\"ratio\":%.4g,\"n\":1}\n",
                metric, unit, ours, budget, ours / budget);
}

/// Counts of all series in one step: rates over six orders of magnitude, a day, noise.
void fill(std::vector<double>& counts, int step, std::mt19937& random)
{
    const double day = std::sin(2 * std::numbers::pi * (step % kStepsPerDay) / kStepsPerDay);
    std::uniform_real_distribution<double> noise(0.7, 1.4);
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const double level = std::exp(static_cast<double>(i * 2654435761U % 1400) / 100);
        counts[i] = std::round(level * std::exp(day) * noise(random));
    }
}

/// What a step cost: the row itself with what has to be done before the next one, what it left to
/// do for the coming day where an hour ended, and the longest piece. Between two pieces the agent
/// lets go of the core.
struct StepCost
{
    double row = 0;
    double hour = 0;
    double longest = 0;

    void add(double& part, double seconds)
    {
        part += seconds;
        longest = std::max(longest, seconds);
    }
    [[nodiscard]] double total() const { return row + hour; }
};

/// A step as the agent takes it: the row, what it leaves to do, what is shown of it.
Result<StepCost> take(predict::Forecaster& forecaster, int step, const std::vector<double>& counts)
{
    StepCost cost;
    double start = cpuSeconds();
    const auto lap = [&](double& part) {
        const double now = cpuSeconds();
        cost.add(part, now - std::exchange(start, now));
    };
    ISO_TRY(forecaster.observe(step * kStepMinutes, counts));
    lap(cost.row);
    for (;;) {
        double& part = forecaster.stepDone() ? cost.hour : cost.row;
        ISO_ASSIGN(const bool worked, forecaster.work());
        lap(part);
        if (!worked) {
            break;
        }
    }
    (void)forecaster.points(static_cast<std::size_t>(step) % kHorizons.size());
    lap(cost.row);
    (void)forecaster.dayAhead();
    lap(cost.row);
    return cost;
}

int run(std::size_t shards, int days)
{
    predict::ForecasterShape shape;
    for (std::size_t shard = 0; shard < shards; ++shard) {
        shape.shardOf.insert(shape.shardOf.end(), {shard, shard});
    }
    shape.stepMinutes = kStepMinutes;
    shape.horizons = kHorizons;
    predict::Forecaster forecaster(shape);
    std::mt19937 random(20);
    std::vector<double> counts(shape.shardOf.size());
    std::vector<StepCost> steps;
    for (int step = 0; step < days * kStepsPerDay; ++step) {
        fill(counts, step, random);
        const auto cost = take(forecaster, step, counts);
        if (!cost.ok()) {
            std::fprintf(stderr, "%s\n", cost.error().text().c_str());
            return 1;
        }
        if (step >= (days - 1) * kStepsPerDay) {
            steps.push_back(*cost);
        }
        if (step % kStepsPerDay == 0) {
            std::fprintf(stderr, "day %d of %d, %.0f MB\n", step / kStepsPerDay + 1, days,
                         residentMegabytes());
        }
    }
    StepCost day;
    double hour = 0;
    double both = 0;
    std::vector<double> rows;
    for (const StepCost& step : steps) {
        day.row += step.row;
        day.hour += step.hour;
        day.longest = std::max(day.longest, step.longest);
        hour = std::max(hour, step.hour);
        both = std::max(both, step.total());
        rows.push_back(step.row);
    }
    std::sort(rows.begin(), rows.end());
    print("mean_cpu", "% of a core over a day", 100 * day.total() / 86'400, 2);
    print("step_median", "ms of CPU", 1000 * rows[rows.size() / 2], 200);
    print("step_longest", "ms of CPU, a row of all series", 1000 * rows.back(), 200);
    print("step_longest_piece", "ms of CPU without letting go", 1000 * day.longest, 200);
    // Once an hour, in pieces beside the rows that follow: 24 forecasts a shard, and their
    // learning.
    print("hour_longest", "ms of CPU, the day ahead of all shards", 1000 * hour, 200);
    print("step_and_hour_longest", "ms of CPU, both in one step", 1000 * both, 200);
    print("memory", "MB resident at most", residentMegabytes(), 400);
    print("memory_models", "MB in models and history",
          static_cast<double>(forecaster.bytes()) / 1e6, 400);
    return 0;
}

} // namespace
} // namespace isotherm::bench

int main(int argc, char** argv)
{
    const std::size_t shards = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000;
    const int days = argc > 2 ? std::atoi(argv[2]) : 15;
    return isotherm::bench::run(std::max<std::size_t>(shards, 1), std::max(days, 1));
}
