// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/planner/measures.h"
#include "tests/bench/planner/shard_simulation.h"

#include <algorithm>
#include <cstdio>
#include <random>

namespace isotherm::bench
{
namespace
{

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// A hot range in the middle, the rest half idle.
ShardSimulation::Load hotRange(std::function<double(seconds)> factor)
{
    return [factor = std::move(factor)](std::size_t cell, seconds now) {
        const bool hot = cell >= 24 && cell < 32;
        return hot ? 1.6 / 8 * factor(now) : 0.02;
    };
}

/// Everything stops for ten minutes after three hours of load: what was split must stay so.
std::size_t reversalsWhenLoadStops(seconds from)
{
    ShardSimulation simulation(8, [from](std::size_t cell, seconds now) {
        const bool stopped = now >= from && now < from + minutes(10);
        return stopped ? 0.0 : cell >= 24 && cell < 32 ? 0.2 : 0.02;
    });
    simulation.run(from + hours(3));
    return simulation.changes().empty() ? 999 : simulation.reversals();
}

} // namespace

void measureWaves()
{
    std::size_t reversals = 0;
    for (const seconds from : {seconds(minutes(30)), seconds(hours(1)), seconds(hours(3))}) {
        reversals += reversalsWhenLoadStops(from);
    }
    print("reversals when load stops for ten minutes", "", static_cast<double>(reversals), 0, 3);
    std::size_t most = 0;
    std::size_t waves = 0;
    for (const int period : {20, 60, 120, 240, 360, 720, 1440, 2160, 2880, 4320}) {
        for (const double duty : {0.25, 0.5}) {
            ShardSimulation simulation(8, hotRange([period, duty](seconds now) {
                                           const double phase =
                                               static_cast<double>(now.count() % (period * 60)) /
                                               (period * 60.0);
                                           return phase < duty ? 1.0 : 0.05;
                                       }));
            simulation.run(hours(24 * 7));
            most = std::max(most, simulation.reversalsADay());
            ++waves;
        }
    }
    print("reversals a range and day under square waves of 20 min to 3 days, most", "",
          static_cast<double>(most), 1, waves);
}

} // namespace isotherm::bench
