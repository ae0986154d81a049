// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/schedule_policy.h"

#include "shared/base/time_text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>

namespace isotherm::backup
{
namespace
{

using std::chrono::milliseconds;

/// Share of the objective after which a backup starts, so that it is finished before the objective
/// is missed.
constexpr double kRpoStart = 0.8;

struct Rule
{
    milliseconds interval;
    std::string why;
};

std::string ratioText(const char* word, double value, const char* sign, double limit)
{
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%s (%.2f %s %.2f)", word, value, sign, limit);
    return text.data();
}

Rule byTemperature(double temperature, const SchedulePolicy& policy)
{
    if (temperature > policy.hotAbove) {
        return {policy.hot, ratioText("hot", temperature, ">", policy.hotAbove)};
    }
    if (temperature > policy.warmAbove) {
        return {policy.warm, ratioText("warm", temperature, ">", policy.warmAbove)};
    }
    return {policy.cold, ratioText("cold", temperature, "≤", policy.warmAbove)};
}

/// The rule for the present: the temperature as measured, or as the forecast has this hour if that
/// is higher.
Rule presentRule(const ShardFacts& facts, const SchedulePolicy& policy, WallTime now)
{
    std::optional<double> coming;
    for (const ComingHeat& heat : facts.coming) {
        if (policy.followForecasts && heat.start <= now && now < heat.end) {
            coming = heat.temperature;
        }
    }
    if (!facts.temperature && !coming) {
        return {policy.warm, "temperature not known yet, treated as warm"};
    }
    if (coming.value_or(0) > facts.temperature.value_or(0)) {
        Rule rule = byTemperature(*coming, policy);
        rule.why = "predicted to be " + rule.why;
        return rule;
    }
    return byTemperature(facts.temperature.value_or(0), policy);
}

/// A number in [0, 1) that depends on the shard alone (splitmix64's finaliser).
double steadyFraction(ShardId shard)
{
    std::uint64_t x = shard.get() + 0x9E3779B97F4A7C15ULL;
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
    x ^= x >> 31U;
    return static_cast<double>(x >> 11U) / static_cast<double>(1ULL << 53U);
}

milliseconds scaled(milliseconds duration, double factor)
{
    return milliseconds(static_cast<std::int64_t>(static_cast<double>(duration.count()) * factor));
}

} // namespace

namespace
{

/// As a person says it: no milliseconds in minutes.
std::string spoken(milliseconds duration)
{
    return formatDuration(duration < std::chrono::minutes(1)
                              ? duration
                              : std::chrono::round<std::chrono::seconds>(duration));
}

/// An objective can only shorten an interval.
void shorten(Rule& rule, const std::optional<milliseconds>& rpo)
{
    rule.why += ": every " + spoken(rule.interval);
    if (rpo && scaled(*rpo, kRpoStart) < rule.interval) {
        rule.interval = scaled(*rpo, kRpoStart);
        rule.why +=
            ", shortened to " + spoken(rule.interval) + " by the objective of " + spoken(*rpo);
    }
}

/// Moves `due` to where a coming stretch of time wants it, if that is earlier.
void bringForward(DueTime& due, const ShardFacts& facts, const SchedulePolicy& policy, WallTime now)
{
    const WallTime planned = due.due;
    const double early = policy.jitter * steadyFraction(facts.shard);
    for (const ComingHeat& heat : facts.coming) {
        if (heat.start <= now) {
            continue;
        }
        Rule rule = byTemperature(heat.temperature, policy);
        const std::string what = rule.why;
        shorten(rule, facts.rpo);
        // A little early, each shard differently: many become hot at the same full hour.
        const WallTime begin = heat.start - scaled(policy.hot, early);
        const WallTime wanted =
            std::max({now, begin, *facts.lastBackup + scaled(rule.interval, 1.0 - early)});
        if (wanted < heat.end && wanted < due.due) {
            due.due = wanted;
            due.broughtForwardFrom = planned;
            due.reason = "predicted to be " + what + " from " + formatUtc(heat.start) +
                         rule.why.substr(what.size()) + "; brought forward from " +
                         formatUtc(std::chrono::floor<std::chrono::seconds>(planned));
        }
    }
}

} // namespace

DueTime nextBackup(const ShardFacts& facts, const SchedulePolicy& policy, WallTime now)
{
    Rule rule = presentRule(facts, policy, now);
    shorten(rule, facts.rpo);
    DueTime due{now, rule.interval, std::numeric_limits<double>::infinity(), rule.why, {}};
    if (!facts.lastBackup) {
        due.reason = "no backup yet";
    } else {
        const std::chrono::duration<double> gone = now - *facts.lastBackup;
        due.urgency = gone / std::max(rule.interval, milliseconds(1));
        const double early = policy.jitter * steadyFraction(facts.shard);
        due.due = *facts.lastBackup + scaled(rule.interval, 1.0 - early);
        // Whatever was missed while the agent or the database was down is caught up once, now.
        due.due = std::max(due.due, now);
        if (policy.followForecasts) {
            bringForward(due, facts, policy, now);
        }
    }
    if (facts.notBefore && *facts.notBefore > due.due) {
        due.due = *facts.notBefore;
        due.reason += "; the last try failed, next one then";
    }
    return due;
}

std::optional<Crossing> nextCrossing(const ShardFacts& facts, const SchedulePolicy& policy,
                                     WallTime now)
{
    const milliseconds present = presentRule(facts, policy, now).interval;
    for (const ComingHeat& heat : facts.coming) {
        const Rule rule = byTemperature(heat.temperature, policy);
        if (heat.end > now && rule.interval < present) {
            return Crossing{std::max(heat.start, now), rule.why};
        }
    }
    return std::nullopt;
}

milliseconds intervalAt(std::optional<double> temperature, const SchedulePolicy& policy)
{
    return temperature ? byTemperature(*temperature, policy).interval : policy.warm;
}

Horizon horizonOf(milliseconds interval, ByteCount size)
{
    // A copy on the server, its indexes and catching up; cutting over takes seconds.
    constexpr double kSplitBytesPerSecond = 20e6;
    constexpr milliseconds kSplitOverhead = std::chrono::minutes(1);
    const auto split =
        kSplitOverhead + milliseconds(static_cast<std::int64_t>(static_cast<double>(size.get()) *
                                                                1000 / kSplitBytesPerSecond));
    if (split > interval) {
        return {split, "splitting " + formatBytes(size) + " would take as long"};
    }
    return {interval, "until its next backup"};
}

milliseconds retryDelay(std::uint32_t failures)
{
    constexpr milliseconds kFirst = std::chrono::seconds(30);
    constexpr milliseconds kLast = std::chrono::minutes(30);
    const std::uint32_t doublings = std::min(failures, 8U) - (failures > 0 ? 1 : 0);
    return std::min(kFirst * (1U << doublings), kLast);
}

} // namespace isotherm::backup
