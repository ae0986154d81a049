// SPDX-License-Identifier: Apache-2.0
// moc 6.4 cannot parse <compare>, which the header needs, unless it met <string> before it.
// clang-format off
#include <string>

#include "agent/sharding/lifecycle.h"
#include "agent/sharding/draft.h"
#include "tests/unit/sharding/shard_world.h"
// clang-format on

#include <QtTest/QtTest>
#include <array>

using namespace isotherm;
using namespace isotherm::sharding;
using namespace isotherm::sharding::test;
using namespace std::chrono_literals;

namespace
{

ChangeRecord splitOf(const ShardFacts& shard)
{
    const ShardingState state = stateOf({shard});
    const std::array<const ShardFacts*, 1> sources = {&state.shards[0]};
    ProposeRequest request;
    request.parts = 2;
    auto change = draftByHand(request, sources, state);
    if (!change.ok()) {
        qFatal("%s", change.error().text().c_str());
    }
    change->evidence.trigger = ChangeTrigger::HotNow;
    return *std::move(change);
}

std::optional<std::string> expired(const ChangeRecord& change, const ShardFacts& shard,
                                   WallTime now = kNow)
{
    ShardingState state = stateOf({shard});
    state.now = now;
    const std::array<const ShardFacts*, 1> sources = {&state.shards[0]};
    return whyExpired(change, sources, state);
}

ChangeOutcome outcomeOf(const ChangeRecord& change, const std::vector<double>& loads)
{
    std::vector<ShardFacts> shards;
    for (std::size_t i = 0; i < loads.size(); ++i) {
        shards.push_back(shardOf(10 + i, loads[i]));
    }
    const ShardingState state = stateOf(std::move(shards));
    std::vector<const ShardFacts*> parts;
    for (const ShardFacts& shard : state.shards) {
        parts.push_back(&shard);
    }
    return measureOutcome(change, parts, state);
}

} // namespace

class TestLifecycle : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whyExpired_stillHot_isNot();
    void whyExpired_shardGone_is();
    void whyExpired_nobodyDecided_is();
    void whyExpired_loadGone_is();
    void whyExpired_loadStopsForTenMinutes_isNot();
    void whyExpired_loadMovedToOtherKeys_is();
    void whyExpired_expectedLoadDidNotCome_is();
    void whyExpired_pairNotColdAnyMore_is();
    void partsServe_whenAllPartsAreShards();
    void measureOutcome_verdicts();
};

void TestLifecycle::whyExpired_stillHot_isNot()
{
    const ShardFacts shard = shardOf(1, 1.5);
    QVERIFY(!expired(splitOf(shard), shard));
}

void TestLifecycle::whyExpired_shardGone_is()
{
    const ShardingState state = stateOf({});
    QVERIFY(whyExpired(splitOf(shardOf(1, 1.5)), {}, state));
}

void TestLifecycle::whyExpired_nobodyDecided_is()
{
    const ShardFacts shard = shardOf(1, 1.5);
    QVERIFY(!expired(splitOf(shard), shard, kNow + 23h));
    const auto why = expired(splitOf(shard), shard, kNow + 24h);
    QVERIFY(why);
    QVERIFY(why->find("nobody decided for 1d") != std::string::npos ||
            why->find("nobody decided for 24h") != std::string::npos);
}

void TestLifecycle::whyExpired_loadGone_is()
{
    const ChangeRecord change = splitOf(shardOf(1, 1.5));
    QVERIFY(!expired(change, shardOf(1, 0.2), kNow + 60min)); // a mean of less than an hour
    QVERIFY(expired(change, shardOf(1, 0.2), kNow + 61min));
}

void TestLifecycle::whyExpired_loadStopsForTenMinutes_isNot()
{
    const ChangeRecord change = splitOf(shardOf(1, 1.5));
    ShardFacts shard = shardOf(1, 0.0);
    shard.decayed.hour = 1.5 * std::exp2(-10.0 / 60);
    QVERIFY(!expired(change, shard));
}

void TestLifecycle::whyExpired_loadMovedToOtherKeys_is()
{
    ShardFacts shard = shardOf(1, 1.5);
    const ChangeRecord change = splitOf(shard);
    shard.keys = evenLoads(1000, 1400, 40); // all of it below the cut at 1500
    const auto why = expired(change, shard);
    QVERIFY(why);
    QVERIFY(why->find("moved") != std::string::npos);
}

void TestLifecycle::whyExpired_expectedLoadDidNotCome_is()
{
    const ShardFacts shard = shardOf(1, 0.4);
    ChangeRecord change = splitOf(shard);
    change.evidence.trigger = ChangeTrigger::HotSoon;
    change.evidence.expectedAt = kNow + 10min;
    QVERIFY(!expired(change, shard, kNow + 60min));
    QVERIFY(expired(change, shard, kNow + 71min));
    QVERIFY(!expired(change, shardOf(1, 1.2), kNow + 71min)); // it did come
}

void TestLifecycle::whyExpired_pairNotColdAnyMore_is()
{
    ShardFacts left = shardOf(1, 0.1);
    ShardFacts right = shardOf(2, 0.1);
    ChangeRecord change;
    change.kind = ChangeKind::Merge;
    change.sources = {ShardId(1), ShardId(2)};
    change.evidence.trigger = ChangeTrigger::Cold;
    const std::array<const ShardFacts*, 2> sources = {&left, &right};
    QVERIFY(!whyExpired(change, sources, stateOf({})));
    right.decayed.fiveMinutes = 0.45;
    QVERIFY(whyExpired(change, sources, stateOf({})));
}

void TestLifecycle::partsServe_whenAllPartsAreShards()
{
    const ChangeRecord change = splitOf(shardOf(1, 1));
    QVERIFY(!partsServe(change, stateOf({shardOf(1, 1)})));
    ShardFacts left = shardOf(8, 1);
    left.range = rangeOf(1000, 1500);
    ShardFacts right = shardOf(9, 1);
    right.range = rangeOf(1500, 2000);
    QVERIFY(!partsServe(change, stateOf({left})));
    QVERIFY(partsServe(change, stateOf({left, right})));
}

void TestLifecycle::measureOutcome_verdicts()
{
    ChangeRecord change = splitOf(shardOf(1, 0.92));
    const ChangeOutcome helped = outcomeOf(change, {0.54, 0.38});
    QCOMPARE(helped.verdict, ChangeVerdict::Helped);
    QCOMPARE(helped.text, std::string("hottest shard 92 % -> 54 %"));
    QCOMPARE(*helped.loadAfter, 0.54);

    const ChangeOutcome not_ = outcomeOf(change, {0.9, 0.02});
    QCOMPARE(not_.verdict, ChangeVerdict::DidNotHelp);
    QVERIFY(not_.text.starts_with("did not help: "));

    QCOMPARE(outcomeOf(change, {0.1, 0.1}).verdict, ChangeVerdict::Unknown); // the load is gone
    QCOMPARE(outcomeOf(change, {}).verdict, ChangeVerdict::Unknown);
    // Twice the load as before, evenly: both parts are as hot as the whole was, and yet it helped.
    const ChangeOutcome risen = outcomeOf(change, {0.95, 0.9});
    QCOMPARE(risen.verdict, ChangeVerdict::Helped);
    QCOMPARE(risen.text, std::string("hottest shard 92 % -> 95 %: the load has risen, it bears 51 %"
                                     " of it"));

    change.kind = ChangeKind::Merge;
    QCOMPARE(outcomeOf(change, {0.3}).verdict, ChangeVerdict::Helped);
    QCOMPARE(outcomeOf(change, {1.2}).verdict, ChangeVerdict::DidNotHelp);
}

QTEST_APPLESS_MAIN(TestLifecycle)
#include "tst_lifecycle.moc"
