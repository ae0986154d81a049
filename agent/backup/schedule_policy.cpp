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

Rule byTemperature(const ShardFacts& facts, const SchedulePolicy& policy)
{
    if (!facts.temperature && !facts.predictedTemperature) {
        return {policy.warm, "temperature not known yet, treated as warm"};
    }
    const double now = facts.temperature.value_or(0);
    const double coming = facts.predictedTemperature.value_or(0);
    const double decisive = std::max(now, coming);
    const std::string forecast = coming > now ? "predicted to be " : "";
    if (decisive > policy.hotAbove) {
        return {policy.hot, forecast + ratioText("hot", decisive, ">", policy.hotAbove)};
    }
    if (decisive > policy.warmAbove) {
        return {policy.warm, forecast + ratioText("warm", decisive, ">", policy.warmAbove)};
    }
    return {policy.cold, ratioText("cold", decisive, "≤", policy.warmAbove)};
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

DueTime nextBackup(const ShardFacts& facts, const SchedulePolicy& policy, WallTime now)
{
    Rule rule = byTemperature(facts, policy);
    rule.why += ": every " + formatDuration(rule.interval);
    if (facts.rpo && scaled(*facts.rpo, kRpoStart) < rule.interval) {
        rule.interval = scaled(*facts.rpo, kRpoStart);
        rule.why += ", shortened to " + formatDuration(rule.interval) + " by the objective of " +
                    formatDuration(*facts.rpo);
    }
    DueTime due{now, rule.interval, std::numeric_limits<double>::infinity(), rule.why};
    if (!facts.lastBackup) {
        due.reason = "no backup yet";
    } else {
        const std::chrono::duration<double> gone = now - *facts.lastBackup;
        due.urgency = gone / std::max(rule.interval, milliseconds(1));
        const double early = policy.jitter * steadyFraction(facts.shard);
        due.due = *facts.lastBackup + scaled(rule.interval, 1.0 - early);
        // Whatever was missed while the agent or the database was down is caught up once, now.
        due.due = std::max(due.due, now);
    }
    if (facts.notBefore && *facts.notBefore > due.due) {
        due.due = *facts.notBefore;
        due.reason += "; the last try failed, next one then";
    }
    return due;
}

milliseconds retryDelay(std::uint32_t failures)
{
    constexpr milliseconds kFirst = std::chrono::seconds(30);
    constexpr milliseconds kLast = std::chrono::minutes(30);
    const std::uint32_t doublings = std::min(failures, 8U) - (failures > 0 ? 1 : 0);
    return std::min(kFirst * (1U << doublings), kLast);
}

} // namespace isotherm::backup
