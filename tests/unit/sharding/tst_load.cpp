// SPDX-License-Identifier: Apache-2.0
// moc 6.4 cannot parse <compare>, which the header needs, unless it met <string> before it.
// clang-format off
#include <string>

#include "agent/sharding/load.h"
#include "agent/sharding/policy.h"
#include "tests/unit/sharding/shard_world.h"
// clang-format on

#include <QtTest/QtTest>

using namespace isotherm;
using namespace isotherm::sharding;
using namespace isotherm::sharding::test;
using namespace std::chrono_literals;

class TestLoad : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void loadOf_dimensions_highestCounts();
    void loadOf_missing_unknownNotZero();
    void tracker_halfLives_halveInTheirTime();
    void tracker_young_meanOfItsSamples();
    void tracker_manySamples_keepsTheNewest();
    void tracker_gapOrClockBack_startsAnew();
};

void TestLoad::loadOf_dimensions_highestCounts()
{
    const LoadBudget budget{.reads = 0, .writes = 10, .rows = 100, .bytes = 0};
    QCOMPARE(*loadOf({1e9F, 5, 20, 1e9F}, budget), 0.5);
    QCOMPARE(*loadOf({0, 5, 90, 0}, budget), 0.9);
}

void TestLoad::loadOf_missing_unknownNotZero()
{
    const LoadBudget budget{.reads = 0, .writes = 10, .rows = 100, .bytes = 0};
    QVERIFY(!loadOf(heat::kMissingRates, budget));
    QCOMPARE(*loadOf({kMissingHeat, kMissingHeat, 50, 0}, budget), 0.5);
    QVERIFY(!loadOf({1, 1, 1, 1}, {})); // no budget, no load
}

void TestLoad::tracker_halfLives_halveInTheirTime()
{
    LoadTracker tracker(12);
    constexpr int kLong = 40 * 3600; // so that the past has all its weight
    for (int second = -kLong; second <= 0; second += 10) {
        tracker.add(ShardId(1), kNow + std::chrono::seconds(second), 1.0);
    }
    for (int second = 1; second <= 30; ++second) {
        tracker.add(ShardId(1), kNow + std::chrono::seconds(second), 0.0);
    }
    ShardFacts shard;
    shard.id = ShardId(1);
    tracker.fill(shard);
    QVERIFY(std::abs(shard.decayed.halfMinute - 0.5) < 1e-6);
    QVERIFY(std::abs(shard.decayed.fiveMinutes - std::exp2(-0.1)) < 1e-6);
    QVERIFY(std::abs(shard.decayed.hour - std::exp2(-30.0 / 3600)) < 1e-6);
}

void TestLoad::tracker_young_meanOfItsSamples()
{
    LoadTracker tracker(12);
    for (int second = 0; second < 20; ++second) {
        tracker.add(ShardId(1), kNow + std::chrono::seconds(second), second == 0 ? 0.0 : 1.0);
    }
    ShardFacts shard;
    shard.id = ShardId(1);
    tracker.fill(shard);
    // an hour's mean of 20 s is as good as their plain mean: the first counts as one of them
    QVERIFY(std::abs(shard.decayed.hour - 19.0 / 20) < 1e-3);
    QVERIFY(shard.decayed.fiveMinutes > 0.94);
    QVERIFY(shard.decayed.halfMinute > shard.decayed.fiveMinutes);
}

void TestLoad::tracker_manySamples_keepsTheNewest()
{
    LoadTracker tracker(12);
    for (int second = 0; second < 100; ++second) {
        tracker.add(ShardId(1), kNow + std::chrono::seconds(second), second);
    }
    ShardFacts shard;
    shard.id = ShardId(1);
    tracker.fill(shard);
    QCOMPARE(shard.recent.size(), std::size_t{12});
    QCOMPARE(shard.recent.front().load, 88.0);
    QCOMPARE(shard.recent.back().load, 99.0);
    tracker.forgetBefore(kNow + 100s);
    ShardFacts gone;
    gone.id = ShardId(1);
    tracker.fill(gone);
    QVERIFY(gone.recent.empty());
}

void TestLoad::tracker_gapOrClockBack_startsAnew()
{
    LoadTracker tracker(12);
    tracker.add(ShardId(1), kNow, 5);
    tracker.add(ShardId(1), kNow + 6min, 1);
    ShardFacts shard;
    shard.id = ShardId(1);
    tracker.fill(shard);
    QCOMPARE(shard.recent.size(), std::size_t{1});
    QCOMPARE(shard.decayed.hour, 1.0);
    tracker.add(ShardId(1), kNow, 2);
    tracker.fill(shard);
    QCOMPARE(shard.recent.size(), std::size_t{1});
}

QTEST_APPLESS_MAIN(TestLoad)
#include "tst_load.moc"
