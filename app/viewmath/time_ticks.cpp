// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/time_ticks.h"

#include <array>
#include <cmath>
#include <cstdint>

namespace isotherm::viewmath
{
namespace
{

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
/// 1970-01-01 was a Thursday; weeks start on Monday.
constexpr std::int64_t kFirstMonday = 4 * kDay;

constexpr std::array<std::int64_t, 23> kSteps = {
    1,        2,           5,           10,           15,           30,
    kMinute,  2 * kMinute, 5 * kMinute, 10 * kMinute, 15 * kMinute, 30 * kMinute,
    kHour,    2 * kHour,   3 * kHour,   6 * kHour,    12 * kHour,   kDay,
    2 * kDay, 7 * kDay,    14 * kDay,   28 * kDay,    91 * kDay};

std::int64_t floorTo(std::int64_t value, std::int64_t step, std::int64_t origin)
{
    std::int64_t rest = (value - origin) % step;
    if (rest < 0) {
        rest += step;
    }
    return value - rest;
}

std::int64_t offsetAt(std::int64_t utc, const UtcOffset& offset)
{
    return offset(WallTime(std::chrono::seconds(utc))).count();
}

/// The instant at which local clocks show `local`. In the hour that a change of the clocks skips,
/// the instant of the change or later.
std::int64_t toUtc(std::int64_t local, const UtcOffset& offset)
{
    const std::int64_t guess = local - offsetAt(local, offset);
    return local - offsetAt(guess, offset);
}

TickUnit unitOf(std::int64_t step)
{
    if (step >= kDay) {
        return TickUnit::Day;
    }
    return step >= kMinute ? TickUnit::Minute : TickUnit::Second;
}

} // namespace

std::vector<TimeTick> timeTicks(Span time, double pixels, double minimumGap,
                                const UtcOffset& offset)
{
    std::vector<TimeTick> ticks;
    if (pixels <= 0.0 || time.length() <= 0.0) {
        return ticks;
    }
    const double wanted = time.length() * minimumGap / pixels;
    std::int64_t step = kSteps.back();
    for (const std::int64_t candidate : kSteps) {
        if (static_cast<double>(candidate) >= wanted) {
            step = candidate;
            break;
        }
    }
    const auto begin = static_cast<std::int64_t>(std::floor(time.begin));
    const std::int64_t origin = step >= 7 * kDay ? kFirstMonday : 0;
    std::int64_t local = floorTo(begin + offsetAt(begin, offset), step, origin);
    const double shortest = static_cast<double>(step) * 0.5;
    for (;; local += step) {
        const std::int64_t utc = toUtc(local, offset);
        const auto seconds = static_cast<double>(utc);
        if (seconds > time.end) {
            return ticks;
        }
        // Clocks put back show an hour twice: keep ticks apart.
        // In the hour that clocks skip, there is no such local time.
        const bool skipped = utc + offsetAt(utc, offset) != local;
        const bool crowded = !ticks.empty() && seconds - toSeconds(ticks.back().time) < shortest;
        if (seconds >= time.begin && !crowded && !skipped) {
            ticks.push_back({WallTime(std::chrono::seconds(utc)), unitOf(step),
                             floorTo(local, kDay, 0) == local});
        }
    }
}

} // namespace isotherm::viewmath
