// SPDX-License-Identifier: Apache-2.0
#include "agent/sharding/merge_rule.h"

#include "agent/sharding/dwell.h"
#include "shared/base/time_text.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace isotherm::sharding
{
namespace
{

/// Most of a history must have been measured before "it was quiet" can be said.
constexpr double kLeastKnown = 0.9;

std::string loadText(double load)
{
    return std::to_string(std::lround(load * 100)) + " %";
}

/// The highest sum of two series; nullopt when too little of it is known. A step that is missing in
/// one of them counts as missing.
std::optional<double> peakOfSum(std::span<const float> a, std::span<const float> b)
{
    if (a.empty() || a.size() != b.size()) {
        return std::nullopt;
    }
    double peak = 0;
    std::size_t known = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double sum = static_cast<double>(a[i]) + static_cast<double>(b[i]);
        if (!std::isnan(sum)) {
            peak = std::max(peak, sum);
            ++known;
        }
    }
    return static_cast<double>(known) >= kLeastKnown * static_cast<double>(a.size())
               ? std::optional(peak)
               : std::nullopt;
}

std::optional<double> highForecast(const ShardFacts& left, const ShardFacts& right,
                                   const ShardingState& state)
{
    const auto covers = [&state](const std::vector<ForecastStep>& steps) {
        return !steps.empty() &&
               steps.back().start + steps.back().length - state.now >= state.policy.season * 9 / 10;
    };
    if (left.forecast.size() != right.forecast.size() || !covers(left.forecast)) {
        return std::nullopt;
    }
    double peak = 0;
    for (std::size_t i = 0; i < left.forecast.size(); ++i) {
        peak = std::max(peak, left.forecast[i].high + right.forecast[i].high);
    }
    return peak;
}

KeyRange together(const ShardFacts& left, const ShardFacts& right)
{
    return {left.range.begin, right.range.end};
}

/// What has nothing to do with load.
std::optional<NoMerge> notEligible(const ShardFacts& left, const ShardFacts& right,
                                   const ShardingState& state)
{
    const Policy& policy = state.policy;
    if (left.isDefault || right.isDefault) {
        return NoMerge{"one of them is the default shard"};
    }
    if (left.node != right.node) {
        return NoMerge{"they are on different nodes"};
    }
    for (const ShardFacts* shard : {&left, &right}) {
        if (!shard->pinned.empty()) {
            return NoMerge{shard->pinned};
        }
        if (shard->changing) {
            return NoMerge{"another change has one of them"};
        }
        if (shard->created && *shard->created + policy.leastAge > state.now) {
            return NoMerge{"one of them is younger than " + formatDuration(policy.leastAge)};
        }
    }
    const ByteCount size(left.size.get() + right.size.get());
    if (size.get() > policy.mostSize.get() / 2) {
        return NoMerge{"together they have " + formatBytes(size) + ", more than half of " +
                       formatBytes(policy.mostSize)};
    }
    if (const auto cooling =
            coolingOf({ChangeKind::Merge, left.keyspace, together(left, right), state.now},
                      state.history, policy)) {
        return NoMerge{cooling->why + "; not before " + formatUtc(cooling->until)};
    }
    return std::nullopt;
}

} // namespace

std::variant<MergePlan, NoMerge> decideMerge(const ShardFacts& left, const ShardFacts& right,
                                             const ShardingState& state)
{
    const Policy& policy = state.policy;
    if (auto no = notEligible(left, right, state)) {
        return *no;
    }
    const std::optional<double> hour = peakOfSum(left.lastHour, right.lastHour);
    if (!hour) {
        return NoMerge{"their load of the last hour is not known"};
    }
    if (*hour >= policy.mergeBelow) {
        return NoMerge{"together they had " + loadText(*hour) + " in the last hour"};
    }
    // The season that was is a forecast too, and a good one against waves slower than an hour.
    const std::optional<double> past = peakOfSum(left.lastSeason, right.lastSeason);
    const std::optional<double> coming = highForecast(left, right, state);
    if (!past && !coming) {
        return NoMerge{"nothing is known of the coming " + formatDuration(policy.season)};
    }
    const double season = std::max(past.value_or(0), coming.value_or(0));
    if (season >= policy.mergeForecastBelow) {
        return NoMerge{"together they may have " + loadText(season) + " in the coming " +
                       formatDuration(policy.season)};
    }
    return MergePlan{{left.id, right.id},
                     "at most " + loadText(*hour) + " together in the last hour, and at most " +
                         loadText(season) + " expected in the coming " +
                         formatDuration(policy.season),
                     *hour,
                     season};
}

std::optional<std::string> mergesAreHeld(const ShardingState& state)
{
    if (state.clusterLoad && state.clusterForecast && *state.clusterForecast > 0 &&
        *state.clusterLoad < state.policy.leastOfForecast * *state.clusterForecast) {
        return "the cluster has " + loadText(*state.clusterLoad / *state.clusterForecast) +
               " of the load that was expected: nothing is merged until it is back";
    }
    return std::nullopt;
}

} // namespace isotherm::sharding
