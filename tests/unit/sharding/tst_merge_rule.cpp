// SPDX-License-Identifier: Apache-2.0
// moc 6.4 cannot parse <compare>, which the header needs, unless it met <string> before it.
// clang-format off
#include <string>

#include "agent/sharding/merge_rule.h"
#include "tests/unit/sharding/shard_world.h"
// clang-format on

#include <QtTest/QtTest>

using namespace isotherm;
using namespace isotherm::sharding;
using namespace isotherm::sharding::test;
using namespace std::chrono_literals;

namespace
{

bool merges(const ShardFacts& left, const ShardFacts& right,
            const ShardingState& state = stateOf({}))
{
    return std::holds_alternative<MergePlan>(decideMerge(left, right, state));
}

} // namespace

class TestMergeRule : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void decideMerge_coldPair_merges();
    void decideMerge_obstacles_data();
    void decideMerge_obstacles();
    void decideMerge_nothingKnown_not();
    void decideMerge_forecastInsteadOfHistory_merges();
    void decideMerge_gapInHistory_not();
    void mergesAreHeld_loadFarBelowForecast();
};

void TestMergeRule::decideMerge_coldPair_merges()
{
    const auto answer = decideMerge(shardOf(1, 0.1), shardOf(2, 0.2), stateOf({}));
    QVERIFY(std::holds_alternative<MergePlan>(answer));
    const MergePlan& plan = std::get<MergePlan>(answer);
    QCOMPARE(plan.shards, (std::array{ShardId(1), ShardId(2)}));
    QVERIFY(std::abs(plan.hourPeak - 0.3) < 1e-6);
    QVERIFY(!plan.why.empty());
}

void TestMergeRule::decideMerge_obstacles_data()
{
    QTest::addColumn<int>("which");
    for (const char* name : {"busy within the hour", "busy within the day", "forecast is busy",
                             "too large", "too young", "pinned", "another node", "changing",
                             "default shard", "split not long ago"}) {
        static int next = 0;
        QTest::newRow(name) << next++;
    }
}

void TestMergeRule::decideMerge_obstacles()
{
    QFETCH(int, which);
    ShardFacts left = shardOf(1, 0.1);
    ShardFacts right = shardOf(2, 0.2);
    ShardingState state = stateOf({});
    QVERIFY(merges(left, right, state));
    switch (which) {
    case 0:
        left.lastHour[30] = 0.16F; // 0.36 together
        break;
    case 1:
        left.lastSeason[10] = 0.31F;
        break;
    case 2:
        left.forecast = flatForecast(0.25, 1.3); // P90: 0.325 + 0.26
        right.forecast = flatForecast(0.2, 1.3);
        break;
    case 3:
        left.size = ByteCount(state.policy.mostSize.get() / 2);
        break;
    case 4:
        right.created = kNow - 59min;
        break;
    case 5:
        right.pinned = "a restore reads it";
        break;
    case 6:
        right.node = "db2";
        break;
    case 7:
        left.changing = true;
        break;
    case 8:
        right.isDefault = true;
        break;
    default:
        state.history = {{ChangeKind::Split, "orders", rangeOf(1000, 3000), kNow - 50min}};
        break;
    }
    const auto answer = decideMerge(left, right, state);
    QVERIFY(std::holds_alternative<NoMerge>(answer));
    QVERIFY(!std::get<NoMerge>(answer).why.empty());
}

void TestMergeRule::decideMerge_nothingKnown_not()
{
    ShardFacts left = shardOf(1, 0.1);
    ShardFacts right = shardOf(2, 0.1);
    left.lastSeason.clear();
    QVERIFY(!merges(left, right)); // neither the season that was nor the one to come
    left = shardOf(1, 0.1);
    left.lastHour.clear();
    QVERIFY(!merges(left, right));
}

void TestMergeRule::decideMerge_forecastInsteadOfHistory_merges()
{
    ShardFacts left = shardOf(1, 0.1);
    ShardFacts right = shardOf(2, 0.1);
    left.lastSeason.clear();
    left.forecast = right.forecast = flatForecast(0.1);
    QVERIFY(merges(left, right));
    left.forecast.resize(30); // five hours are no season
    right.forecast.resize(30);
    QVERIFY(!merges(left, right));
}

void TestMergeRule::decideMerge_gapInHistory_not()
{
    ShardFacts left = shardOf(1, 0.1);
    const ShardFacts right = shardOf(2, 0.1);
    for (std::size_t i = 0; i < 6; ++i) {
        left.lastHour[i] = std::numeric_limits<float>::quiet_NaN();
    }
    QVERIFY(merges(left, right)); // a tenth
    left.lastHour[6] = std::numeric_limits<float>::quiet_NaN();
    QVERIFY(!merges(left, right)); // unknown is not quiet
}

void TestMergeRule::mergesAreHeld_loadFarBelowForecast()
{
    ShardingState state = stateOf({});
    QVERIFY(!mergesAreHeld(state));
    state.clusterLoad = 0.79;
    state.clusterForecast = 1.0;
    QVERIFY(mergesAreHeld(state));
    state.clusterLoad = 0.81;
    QVERIFY(!mergesAreHeld(state));
}

QTEST_APPLESS_MAIN(TestMergeRule)
#include "tst_merge_rule.moc"
