// SPDX-License-Identifier: Apache-2.0
#include "agent/sharding/lifecycle.h"

#include "agent/sharding/cuts.h"
#include "agent/sharding/split_rule.h"
#include "shared/base/time_text.h"

#include <algorithm>
#include <cmath>

namespace isotherm::sharding
{
namespace
{

std::string percent(double load)
{
    return std::to_string(std::lround(load * 100)) + " %";
}

std::vector<Key> cutsOf(const ChangeRecord& change)
{
    std::vector<Key> cuts;
    for (std::size_t i = 1; i < change.parts.size(); ++i) {
        cuts.push_back(change.parts[i].range.begin);
    }
    return cuts;
}

/// The load was even when the cuts were chosen. nullopt: it still is, more or less.
std::optional<std::string> loadMoved(const ChangeRecord& change, const ShardFacts& shard,
                                     const Policy& policy)
{
    if (shard.keys.observations < policy.leastObservations) {
        return std::nullopt;
    }
    CutPlan plan = assessCuts(cutsOf(change), shard.keys, {});
    for (std::size_t i = 0; i < plan.parts.size(); ++i) {
        plan.parts[i].oneKey = change.parts[i].oneKey;
    }
    CutPlan then;
    for (const ChangePart& part : change.parts) {
        then.parts.push_back({part.share, std::nullopt, part.oneKey});
    }
    const double off = imbalance(plan);
    if (off <= std::max(policy.mostImbalance, imbalance(then) + 0.1)) {
        return std::nullopt;
    }
    return "the load has moved to other keys: the parts would be " + percent(off) +
           " out of balance";
}

std::optional<std::string> splitExpired(const ChangeRecord& change, const ShardFacts& shard,
                                        const ShardingState& state)
{
    const Policy& policy = state.policy;
    const ChangeEvidence& evidence = change.evidence;
    if (evidence.trigger == ChangeTrigger::HotSoon && evidence.expectedAt &&
        *evidence.expectedAt + std::chrono::hours(1) < state.now &&
        shard.decayed.fiveMinutes < policy.splitAbove && !hotSign(shard, state)) {
        return "the load that was expected at " + formatUtc(*evidence.expectedAt) + " did not come";
    }
    if (evidence.trigger == ChangeTrigger::HotNow &&
        change.proposedAt + std::chrono::hours(1) < state.now && // or the mean is of less
        shard.decayed.hour < policy.mergeBelow && shard.decayed.fiveMinutes < policy.mergeBelow &&
        !hotSign(shard, state)) {
        return "the load is gone: " + percent(shard.decayed.hour) + " over the last hour";
    }
    return loadMoved(change, shard, policy);
}

} // namespace

std::optional<std::string> whyExpired(const ChangeRecord& change,
                                      std::span<const ShardFacts* const> sources,
                                      const ShardingState& state)
{
    if (sources.size() < change.sources.size()) {
        return "its shards are not there any more";
    }
    if (change.expiresAt && *change.expiresAt <= state.now) {
        return "nobody decided for " + formatDuration(std::chrono::floor<std::chrono::seconds>(
                                           state.now - change.proposedAt));
    }
    if (change.evidence.trigger == ChangeTrigger::HotNow ||
        change.evidence.trigger == ChangeTrigger::HotSoon) {
        return splitExpired(change, *sources.front(), state);
    }
    if (change.evidence.trigger == ChangeTrigger::Cold) {
        double load = 0;
        for (const ShardFacts* shard : sources) {
            load += shard->decayed.fiveMinutes;
        }
        if (load >= state.policy.mergeForecastBelow) {
            return "they are not cold any more: " + percent(load) + " together";
        }
    }
    return std::nullopt;
}

std::vector<const ShardFacts*> partsOf(const ChangeRecord& change, const ShardingState& state)
{
    std::vector<const ShardFacts*> parts;
    for (const ChangePart& part : change.parts) {
        for (const ShardFacts& shard : state.shards) {
            if (shard.keyspace == change.keyspace && !shard.isDefault &&
                shard.range == part.range) {
                parts.push_back(&shard);
            }
        }
    }
    return parts;
}

bool partsServe(const ChangeRecord& change, const ShardingState& state)
{
    return !change.parts.empty() && partsOf(change, state).size() == change.parts.size();
}

ChangeOutcome measureOutcome(const ChangeRecord& change, std::span<const ShardFacts* const> parts,
                             const ShardingState& state)
{
    const Policy& policy = state.policy;
    ChangeOutcome outcome;
    outcome.measuredAt = state.now;
    outcome.loadBefore = change.evidence.loadNow;
    double hottest = 0;
    double sum = 0;
    for (const ShardFacts* part : parts) {
        hottest = std::max(hottest, part->decayed.fiveMinutes);
        sum += part->decayed.fiveMinutes;
    }
    if (parts.empty() || parts.front()->recent.empty()) {
        outcome.text = "the load of the parts is not known";
        return outcome;
    }
    outcome.loadAfter = hottest;
    outcome.text = "hottest shard " +
                   (outcome.loadBefore ? percent(*outcome.loadBefore) + " -> " : std::string()) +
                   percent(hottest);
    if (change.kind == ChangeKind::Merge) {
        outcome.verdict =
            hottest >= policy.splitAbove ? ChangeVerdict::DidNotHelp : ChangeVerdict::Helped;
    } else if (sum < policy.childTarget) {
        outcome.text += ": the load is gone, nothing can be said";
        return outcome;
    } else {
        // Relative to the load that there is now: it may have risen or fallen meanwhile.
        outcome.verdict = hottest > policy.mostHeavyPart * sum && hottest >= policy.childTarget
                              ? ChangeVerdict::DidNotHelp
                              : ChangeVerdict::Helped;
        if (outcome.loadBefore && hottest > *outcome.loadBefore) {
            outcome.text += ": the load has risen, it bears " + percent(hottest / sum) + " of it";
        }
    }
    if (outcome.verdict == ChangeVerdict::DidNotHelp) {
        outcome.text = "did not help: " + outcome.text;
    }
    return outcome;
}

std::vector<PastChange> historyOf(const std::vector<ChangeRecord>& changes)
{
    std::vector<PastChange> history;
    for (const ChangeRecord& change : changes) {
        if (change.state == ChangeState::Done && change.finishedAt && !change.parts.empty()) {
            history.push_back({change.kind,
                               change.keyspace,
                               {change.parts.front().range.begin, change.parts.back().range.end},
                               *change.finishedAt});
        }
    }
    std::stable_sort(history.begin(), history.end(),
                     [](const PastChange& a, const PastChange& b) { return a.when < b.when; });
    return history;
}

CopySpeed speedOf(const std::vector<ChangeRecord>& changes)
{
    constexpr std::uint64_t kLarge = 1'000'000'000; // below, the fixed part decides
    std::vector<double> rates;
    std::vector<double> durations;
    for (const ChangeRecord& change : changes) {
        if (change.state != ChangeState::Done || !change.finishedAt || change.voices.empty()) {
            continue;
        }
        const double seconds =
            std::chrono::duration<double>(*change.finishedAt - change.voices.back().when).count();
        if (change.bytes.get() >= kLarge && seconds > 0) {
            rates.push_back(static_cast<double>(change.bytes.get()) / seconds);
        } else {
            durations.push_back(std::max(seconds, 1.0));
        }
    }
    const auto median = [](std::vector<double>& values) {
        const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
        std::nth_element(values.begin(), middle, values.end());
        return *middle;
    };
    CopySpeed speed;
    if (!rates.empty()) {
        speed.bytesPerSecond = median(rates);
    }
    if (!durations.empty()) {
        speed.overhead =
            std::chrono::milliseconds(static_cast<std::int64_t>(median(durations) * 1000));
    }
    return speed;
}

} // namespace isotherm::sharding
