// SPDX-License-Identifier: Apache-2.0
#include "agent/sharding/split_rule.h"

#include "agent/sharding/chance.h"
#include "agent/sharding/dwell.h"
#include "shared/base/time_text.h"

#include <algorithm>
#include <cmath>

namespace isotherm::sharding
{
namespace
{

std::string percent(double share)
{
    return std::to_string(std::lround(share * 100)) + " %";
}

/// In [-1, 1), the same for the same shard for ever.
double noiseOf(ShardId shard)
{
    std::uint64_t bits = shard.get() * 0x9E3779B97F4A7C15U; // golden-ratio hashing
    bits ^= bits >> 32U;
    return static_cast<double>(bits % 2000) / 1000.0 - 1.0;
}

std::optional<HotSign> hotNow(const ShardFacts& shard, const Policy& policy)
{
    if (shard.recent.empty()) {
        return std::nullopt;
    }
    const double limit = limitOf(shard, policy);
    const std::size_t seen = std::min(shard.recent.size(), policy.window);
    std::size_t hot = 0;
    double peak = 0;
    for (std::size_t i = shard.recent.size() - seen; i < shard.recent.size(); ++i) {
        const double load = shard.recent[i].load;
        hot += load >= limit ? 1 : 0;
        peak = std::max(peak, load);
    }
    if (hot < policy.hotSamples) {
        return std::nullopt;
    }
    HotSign sign;
    sign.trigger = ChangeTrigger::HotNow;
    sign.why = "over its limit in " + std::to_string(hot) + " of the last " + std::to_string(seen) +
               " samples";
    sign.peak = peak;
    return sign;
}

std::optional<HotSign> hotSoon(const ShardFacts& shard, const ShardingState& state)
{
    const Policy& policy = state.policy;
    const auto duration = changeTime(state.speed, shard.size);
    // So far ahead that a split that begins now is over in time.
    const auto ahead = std::max(std::chrono::milliseconds(static_cast<std::int64_t>(
                                    policy.lead * static_cast<double>(duration.count()))),
                                duration + policy.margin);
    const auto overload = expectedOverload(
        shard.forecast, {limitOf(shard, policy), policy.likely, state.now, state.now + ahead});
    if (!overload || overload->probability < policy.likely ||
        static_cast<double>(overload->lasting.count()) <
            policy.lasting * static_cast<double>(duration.count())) {
        return std::nullopt;
    }
    HotSign sign;
    sign.trigger = ChangeTrigger::HotSoon;
    sign.probability = overload->probability;
    sign.expectedAt = overload->expectedAt;
    sign.lasting = overload->lasting;
    sign.peak = overload->peak;
    sign.why = "will be over its limit from " + formatUtc(overload->expectedAt) + " on, for " +
               formatDuration(std::chrono::floor<std::chrono::minutes>(overload->lasting)) +
               ", with a probability of " + percent(overload->probability);
    return sign;
}

Refusal refusal(const ShardFacts& shard, RefusalReason reason, std::string text)
{
    return {shard.id, reason, std::move(text)};
}

std::optional<Refusal> nodeRefuses(const ShardFacts& shard, const ShardingState& state)
{
    const auto found = state.nodes.find(shard.node);
    if (found == state.nodes.end()) {
        return std::nullopt;
    }
    const NodeFacts& node = found->second;
    const Policy& policy = state.policy;
    if (node.freeSpace &&
        static_cast<double>(node.freeSpace->get()) < 1.3 * static_cast<double>(shard.size.get())) {
        return refusal(shard, RefusalReason::NoTargetNode,
                       formatBytes(*node.freeSpace) + " are free on " + shard.node +
                           ", the parts take " + formatBytes(shard.size) + " beside the old shard");
    }
    if (node.busy && *node.busy < policy.nodeBusyAbove) {
        return refusal(shard, RefusalReason::NodeNotBusy,
                       shard.node + " is " + percent(*node.busy) + " busy, less than " +
                           percent(policy.nodeBusyAbove));
    }
    const double own = std::max(shard.decayed.halfMinute, 0.0);
    if (node.load > 0 && own / node.load < policy.shareOfNodeAbove) {
        return refusal(shard, RefusalReason::NodeWide,
                       "the shard makes " + percent(own / node.load) + " of the load of " +
                           shard.node + ", less than " + percent(policy.shareOfNodeAbove));
    }
    return std::nullopt;
}

/// The relief must outweigh the copying: load taken off the limit × how long it lasts, against the
/// quarter of its throughput that a shard may lose while it is copied.
std::optional<Refusal> notWorthIt(const ShardFacts& shard, const HotSign& sign, const CutPlan& cuts,
                                  const ShardingState& state)
{
    constexpr double kLostWhileCopying = 0.25;
    constexpr std::chrono::hours kWhenUnknown{1};
    double heaviest = 0;
    for (const CutPlan::Part& part : cuts.parts) {
        heaviest = std::max(heaviest, part.loadShare);
    }
    const auto lasting = sign.lasting.value_or(kWhenUnknown);
    const double relief = sign.peak * (1 - heaviest) * static_cast<double>(lasting.count());
    const auto duration = changeTime(state.speed, shard.size);
    if (relief > kLostWhileCopying * static_cast<double>(duration.count())) {
        return std::nullopt;
    }
    return refusal(shard, RefusalReason::NotWorthIt,
                   "copying " + formatBytes(shard.size) + " takes " +
                       formatDuration(std::chrono::floor<std::chrono::seconds>(duration)) +
                       ", the peak lasts about " +
                       formatDuration(std::chrono::floor<std::chrono::seconds>(lasting)));
}

std::optional<Refusal> shardRefuses(const ShardFacts& shard, const ShardingState& state)
{
    const Policy& policy = state.policy;
    if (shard.isDefault) {
        return refusal(shard, RefusalReason::DefaultShard,
                       "it holds the rows that belong to no range");
    }
    if (!shard.pinned.empty()) {
        return refusal(shard, RefusalReason::Pinned, shard.pinned);
    }
    if (const auto cooling = coolingOf({ChangeKind::Split, shard.keyspace, shard.range, state.now},
                                       state.history, policy)) {
        return refusal(shard, RefusalReason::CoolingDown,
                       cooling->why + "; not before " + formatUtc(cooling->until));
    }
    if (shard.size.get() < 2 * policy.leastSize.get()) {
        return refusal(shard, RefusalReason::TooSmall,
                       formatBytes(shard.size) + " are less than twice the smallest size of " +
                           formatBytes(policy.leastSize));
    }
    if (shard.rows > 0 && shard.rowsPerRead > policy.scanShare * static_cast<double>(shard.rows)) {
        return refusal(shard, RefusalReason::ScanSpanning,
                       "a read touches " + std::to_string(std::llround(shard.rowsPerRead)) +
                           " of its " + std::to_string(shard.rows) + " rows");
    }
    return std::nullopt;
}

} // namespace

double limitOf(const ShardFacts& shard, const Policy& policy)
{
    return policy.splitAbove * (1 + policy.jitter * noiseOf(shard.id));
}

std::optional<HotSign> hotSign(const ShardFacts& shard, const ShardingState& state)
{
    std::optional<HotSign> now = hotNow(shard, state.policy);
    std::optional<HotSign> soon = hotSoon(shard, state);
    if (!now) {
        return soon;
    }
    if (!shard.forecast.empty()) { // it tells how high it will go, and for how long
        const auto end = shard.forecast.front().start + state.policy.season;
        const auto overload = expectedOverload(
            shard.forecast, {limitOf(shard, state.policy), state.policy.likely, state.now, end});
        now->peak = std::max(now->peak, overload ? overload->peak : 0.0);
        const auto above = timeAbove(shard.forecast, limitOf(shard, state.policy), state.now);
        // The forecast did not see it coming: it cannot say that it will be over soon.
        now->lasting = above.count() > 0 ? std::optional(above) : std::nullopt;
    }
    return now;
}

std::size_t partsFor(double peak, const Policy& policy)
{
    const double parts = std::ceil(std::max(peak, 0.0) / policy.childTarget - 1e-9);
    return std::clamp(static_cast<std::size_t>(std::min(parts, 1000.0)), policy.leastParts,
                      policy.mostParts);
}

std::variant<SplitPlan, Refusal> decideSplit(const ShardFacts& shard, const HotSign& sign,
                                             const ShardingState& state)
{
    if (auto refused = shardRefuses(shard, state)) {
        return *refused;
    }
    // A load that is still to come says nothing of the node yet.
    if (auto refused = nodeRefuses(shard, state);
        refused &&
        (sign.trigger == ChangeTrigger::HotNow || refused->reason == RefusalReason::NoTargetNode)) {
        return *refused;
    }
    const CutAnswer answer =
        chooseCuts(shard.keys, {partsFor(sign.peak, state.policy), shard.rowBounds}, state.policy);
    if (!answer.plan) {
        return refusal(shard, refusalOf(answer.refusal), answer.why);
    }
    if (auto refused = notWorthIt(shard, sign, *answer.plan, state)) {
        return *refused;
    }
    return SplitPlan{shard.id, sign, *answer.plan, sign.peak - limitOf(shard, state.policy)};
}

} // namespace isotherm::sharding
