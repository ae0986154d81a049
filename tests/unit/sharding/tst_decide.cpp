// SPDX-License-Identifier: Apache-2.0
// moc 6.4 cannot parse <compare>, which the header needs, unless it met <string> before it.
// clang-format off
#include <string>

#include "agent/sharding/decide.h"
#include "tests/unit/sharding/shard_world.h"
// clang-format on

#include <QtTest/QtTest>
#include <algorithm>
#include <set>

using namespace isotherm;
using namespace isotherm::sharding;
using namespace isotherm::sharding::test;
using namespace std::chrono_literals;

namespace
{

/// Anything that can be, within reason.
ShardingState randomState(std::mt19937_64& random)
{
    const auto chance = [&random](double probability) {
        return std::uniform_real_distribution<double>(0, 1)(random) < probability;
    };
    std::vector<ShardFacts> shards;
    const std::size_t count = 2 + random() % 12;
    for (std::uint64_t id = 1; id <= count; ++id) {
        const double load = std::exp(std::normal_distribution<double>(-1, 1.2)(random));
        ShardFacts shard = shardOf(id, load);
        shard.size = ByteCount(std::uint64_t{1} << (24 + random() % 14));
        shard.isDefault = chance(0.05);
        shard.changing = chance(0.1);
        shard.pinned = chance(0.05) ? "a restore reads it" : "";
        shard.rowsPerRead = chance(0.05) ? 1e6 : 10;
        if (chance(0.2)) {
            shard.keys = ZipfKeys(random, 100, 1.5).exact(static_cast<std::int64_t>(id * 1000));
        }
        if (chance(0.1)) {
            shard.keys = {};
        }
        if (chance(0.3)) {
            shard.forecast =
                flatForecast(load * std::uniform_real_distribution<double>(0.3, 3)(random));
        }
        if (chance(0.3)) {
            shard.created = kNow - std::chrono::minutes(random() % 180);
        }
        shards.push_back(std::move(shard));
    }
    ShardingState state = stateOf(std::move(shards));
    state.nodes["db1"].busy = std::uniform_real_distribution<double>(0, 1)(random);
    state.changesLastHour = static_cast<std::uint32_t>(random() % 14);
    if (chance(0.3)) {
        state.history = {{chance(0.5) ? ChangeKind::Split : ChangeKind::Merge, "orders",
                          rangeOf(1000, 4000), kNow - std::chrono::minutes(random() % 100)}};
    }
    return state;
}

bool sameDecisions(const Decisions& a, const Decisions& b)
{
    const auto sameSplit = [](const SplitPlan& x, const SplitPlan& y) {
        return x.shard == y.shard && x.cuts.cuts == y.cuts.cuts && x.sign.why == y.sign.why;
    };
    const auto sameMerge = [](const MergePlan& x, const MergePlan& y) {
        return x.shards == y.shards && x.why == y.why;
    };
    const auto sameRefusal = [](const Refusal& x, const Refusal& y) {
        return x.shard == y.shard && x.reason == y.reason && x.text == y.text;
    };
    return std::equal(a.splits.begin(), a.splits.end(), b.splits.begin(), b.splits.end(),
                      sameSplit) &&
           std::equal(a.merges.begin(), a.merges.end(), b.merges.begin(), b.merges.end(),
                      sameMerge) &&
           std::equal(a.refusals.begin(), a.refusals.end(), b.refusals.begin(), b.refusals.end(),
                      sameRefusal);
}

} // namespace

class TestDecide : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void decide_hotAmongCold_splitsTheHotOne();
    void decide_budget_mostUrgentFirst();
    void decide_mergesOnlyWhenAsked();
    void decide_coldNeighbours_noShardTwice();
    void decide_afterSplit_doesNotMergeTheParts();
    void decide_randomStates_properties();
    void decide_shuffledShards_sameDecisions();
};

void TestDecide::decide_hotAmongCold_splitsTheHotOne()
{
    const Decisions decisions =
        decide(stateOf({shardOf(1, 0.4), shardOf(2, 1.4), shardOf(3, 0.4)}));
    QCOMPARE(decisions.splits.size(), std::size_t{1});
    QCOMPARE(decisions.splits.front().shard, ShardId(2));
    QVERIFY(decisions.refusals.empty());
    QVERIFY(decisions.merges.empty());
}

void TestDecide::decide_budget_mostUrgentFirst()
{
    ShardingState state = stateOf({shardOf(1, 1.2), shardOf(2, 3.0), shardOf(3, 2.0)});
    state.changesLastHour = 11;
    const Decisions decisions = decide(state);
    QCOMPARE(decisions.splits.size(), std::size_t{1});
    QCOMPARE(decisions.splits.front().shard, ShardId(2));
    const auto budget = std::count_if(
        decisions.refusals.begin(), decisions.refusals.end(),
        [](const Refusal& refusal) { return refusal.reason == RefusalReason::Budget; });
    QCOMPARE(budget, 1); // shard 1 makes less than a fifth of the node's load
    QCOMPARE(decisions.refusals.size(), std::size_t{2});
}

void TestDecide::decide_mergesOnlyWhenAsked()
{
    const ShardingState state = stateOf({shardOf(1, 0.1), shardOf(2, 0.1)});
    QVERIFY(decide(state, Look::Splits).merges.empty());
    QCOMPARE(decide(state).merges.size(), std::size_t{1});
}

void TestDecide::decide_coldNeighbours_noShardTwice()
{
    std::vector<ShardFacts> shards;
    for (std::uint64_t id = 1; id <= 7; ++id) {
        shards.push_back(shardOf(id, 0.05 + 0.01 * static_cast<double>(id)));
    }
    ShardingState state = stateOf(std::move(shards));
    Decisions decisions = decide(state);
    QCOMPARE(decisions.merges.size(), state.policy.mostOpenMerges);
    QCOMPARE(decisions.merges.front().shards, (std::array{ShardId(1), ShardId(2)}));
    QCOMPARE(decisions.merges.back().shards, (std::array{ShardId(3), ShardId(4)}));
    state.openMerges["orders"] = 2;
    QVERIFY(decide(state).merges.empty());
    state.openMerges.clear();
    state.shards.erase(state.shards.begin() + 1); // a gap: 1 and 3 are no neighbours
    for (const MergePlan& merge : decide(state).merges) {
        QVERIFY(merge.shards[0] != ShardId(1));
    }
}

/// What a split makes is not what a merge looks for: with the invariant of the policy, parts of an
/// evenly loaded shard at its limit are together above the merge limit.
void TestDecide::decide_afterSplit_doesNotMergeTheParts()
{
    for (double load = 1.02; load < 4; load += 0.17) {
        const ShardFacts hot = shardOf(5, load);
        const Decisions split = decide(stateOf({hot}));
        QCOMPARE(split.splits.size(), std::size_t{1});
        std::vector<ShardFacts> parts;
        const auto& cuts = split.splits.front().cuts;
        for (std::size_t i = 0; i < cuts.parts.size(); ++i) {
            ShardFacts part = shardOf(10 + i, load * cuts.parts[i].loadShare);
            part.range = {i == 0 ? hot.range.begin : cuts.cuts[i - 1],
                          i < cuts.cuts.size() ? std::optional(cuts.cuts[i]) : hot.range.end};
            parts.push_back(std::move(part));
        }
        const Decisions after = decide(stateOf(std::move(parts)));
        QVERIFY(after.splits.empty());
        QVERIFY(after.merges.empty());
    }
}

void TestDecide::decide_randomStates_properties()
{
    const std::uint64_t seed = std::random_device{}();
    qInfo("seed %llu", static_cast<unsigned long long>(seed));
    std::mt19937_64 random(seed);
    int splits = 0;
    int refusals = 0;
    int merges = 0;
    for (int round = 0; round < 300; ++round) {
        const ShardingState state = randomState(random);
        const Decisions decisions = decide(state);
        std::multiset<ShardId> answered;
        for (const SplitPlan& plan : decisions.splits) {
            answered.insert(plan.shard);
            QVERIFY(plan.cuts.parts.size() >= 2 && plan.cuts.parts.size() <= 8);
        }
        for (const Refusal& refusal : decisions.refusals) {
            answered.insert(refusal.shard);
            QVERIFY(!refusal.text.empty());
        }
        for (const ShardFacts& shard : state.shards) { // exactly one answer a hot shard
            QCOMPARE(answered.count(shard.id), hotSign(shard, state) ? std::size_t{1} : 0U);
        }
        for (const MergePlan& plan : decisions.merges) {
            QVERIFY(plan.hourPeak < state.policy.mergeBelow);
            for (const ShardId shard : plan.shards) {
                QCOMPARE(answered.count(shard), std::size_t{0});
                answered.insert(shard); // nor in another merge
            }
        }
        QVERIFY(state.changesLastHour + decisions.splits.size() + decisions.merges.size() <=
                std::max(state.policy.maxPerHour, state.changesLastHour));
        splits += static_cast<int>(decisions.splits.size());
        refusals += static_cast<int>(decisions.refusals.size());
        merges += static_cast<int>(decisions.merges.size());
    }
    QVERIFY(splits > 20 && refusals > 50 && merges > 20);
}

void TestDecide::decide_shuffledShards_sameDecisions()
{
    const std::uint64_t seed = std::random_device{}();
    qInfo("seed %llu", static_cast<unsigned long long>(seed));
    std::mt19937_64 random(seed);
    for (int round = 0; round < 50; ++round) {
        ShardingState state = randomState(random);
        const Decisions first = decide(state);
        std::shuffle(state.shards.begin(), state.shards.end(), random);
        QVERIFY(sameDecisions(first, decide(state)));
    }
}

QTEST_APPLESS_MAIN(TestDecide)
#include "tst_decide.moc"
