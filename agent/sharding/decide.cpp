// SPDX-License-Identifier: Apache-2.0
#include "agent/sharding/decide.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace isotherm::sharding
{
namespace
{

void decideSplits(const ShardingState& state, std::size_t& budget, Decisions& decisions)
{
    for (const ShardFacts& shard : state.shards) {
        const std::optional<HotSign> sign = hotSign(shard, state);
        if (!sign) {
            continue;
        }
        if (shard.changing) {
            decisions.refusals.push_back(
                {shard.id, RefusalReason::NotDecided, "a change of it is proposed or under way"});
            continue;
        }
        auto decided = decideSplit(shard, *sign, state);
        if (auto* split = std::get_if<SplitPlan>(&decided)) {
            decisions.splits.push_back(std::move(*split));
        } else {
            decisions.refusals.push_back(std::get<Refusal>(std::move(decided)));
        }
    }
    std::sort(decisions.splits.begin(), decisions.splits.end(),
              [](const SplitPlan& a, const SplitPlan& b) {
                  return std::tuple(-a.urgency, a.shard) < std::tuple(-b.urgency, b.shard);
              });
    const std::size_t possible = std::min(budget, decisions.splits.size());
    for (std::size_t i = possible; i < decisions.splits.size(); ++i) {
        decisions.refusals.push_back(
            {decisions.splits[i].shard, RefusalReason::Budget,
             std::to_string(state.changesLastHour) + " changes in the last hour, " +
                 std::to_string(state.policy.maxPerHour) + " are allowed"});
    }
    decisions.splits.resize(possible);
    budget -= possible;
    std::sort(decisions.refusals.begin(), decisions.refusals.end(),
              [](const Refusal& a, const Refusal& b) { return a.shard < b.shard; });
}

/// Neighbours by keyspace, in key order.
std::map<std::string, std::vector<const ShardFacts*>> inKeyOrder(const ShardingState& state)
{
    std::map<std::string, std::vector<const ShardFacts*>> keyspaces;
    for (const ShardFacts& shard : state.shards) {
        keyspaces[shard.keyspace].push_back(&shard);
    }
    for (auto& [name, shards] : keyspaces) {
        std::sort(shards.begin(), shards.end(), [](const ShardFacts* a, const ShardFacts* b) {
            return std::tuple(a->isDefault, a->range.begin, a->id) <
                   std::tuple(b->isDefault, b->range.begin, b->id);
        });
    }
    return keyspaces;
}

void decideMerges(const ShardingState& state, std::size_t& budget, Decisions& decisions)
{
    if (auto held = mergesAreHeld(state)) {
        decisions.mergesHeld = std::move(*held);
        return;
    }
    std::set<ShardId> taken;
    for (const SplitPlan& split : decisions.splits) {
        taken.insert(split.shard);
    }
    for (const Refusal& refusal : decisions.refusals) { // hot: not the time to grow
        taken.insert(refusal.shard);
    }
    for (const auto& [keyspace, shards] : inKeyOrder(state)) {
        std::vector<MergePlan> wanted;
        for (std::size_t i = 0; i + 1 < shards.size(); ++i) {
            const auto& end = shards[i]->range.end;
            if (!end || *end != shards[i + 1]->range.begin) {
                continue; // a gap between them: rows there go to the default shard
            }
            auto decided = decideMerge(*shards[i], *shards[i + 1], state);
            if (auto* merge = std::get_if<MergePlan>(&decided)) {
                wanted.push_back(std::move(*merge));
            }
        }
        std::sort(wanted.begin(), wanted.end(), [](const MergePlan& a, const MergePlan& b) {
            return std::tuple(a.seasonPeak, a.hourPeak, a.shards) <
                   std::tuple(b.seasonPeak, b.hourPeak, b.shards);
        });
        const auto open = state.openMerges.find(keyspace);
        std::size_t room = state.policy.mostOpenMerges -
                           std::min(state.policy.mostOpenMerges,
                                    open == state.openMerges.end() ? 0 : open->second);
        for (MergePlan& merge : wanted) {
            if (room == 0 || budget == 0) {
                break;
            }
            if (!taken.contains(merge.shards[0]) && !taken.contains(merge.shards[1])) {
                taken.insert(merge.shards.begin(), merge.shards.end());
                decisions.merges.push_back(std::move(merge));
                --room;
                --budget;
            }
        }
    }
}

} // namespace

Decisions decide(const ShardingState& state, Look look)
{
    Decisions decisions;
    std::size_t budget =
        state.policy.maxPerHour - std::min(state.policy.maxPerHour, state.changesLastHour);
    decideSplits(state, budget, decisions);
    if (look == Look::SplitsAndMerges) {
        decideMerges(state, budget, decisions);
    }
    return decisions;
}

} // namespace isotherm::sharding
