// SPDX-License-Identifier: Apache-2.0
// moc 6.4 cannot parse <compare>, which the header needs, unless it met <string> before it.
// clang-format off
#include <string>

#include "agent/sharding/cuts.h"
#include "agent/sharding/key_loads.h"
#include "tests/unit/sharding/shard_world.h"
// clang-format on

#include <QtTest/QtTest>
#include <random>

using namespace isotherm;
using namespace isotherm::sharding;
using namespace isotherm::sharding::test;

class TestKeyLoads : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keyLoadsOf_nothingSeen_noBars();
    void keyLoadsOf_accesses_sharesAddUp();
    void keyLoadsOf_hotKey_isABarOfItsOwn();
    void keyLoadsOf_otherShardsKeys_leftOut();
};

namespace
{

heat::KeySketch sketchOf(std::mt19937_64& random, const std::vector<double>& weights, int accesses)
{
    std::discrete_distribution<std::int64_t> pick(weights.begin(), weights.end());
    heat::KeySketch sketch;
    for (int i = 0; i < accesses; ++i) {
        sketch.add(i % 3 == 0 ? heat::KeyUse::Writes : heat::KeyUse::Reads, keyOf(pick(random)), 1,
                   kNow);
    }
    return sketch;
}

} // namespace

void TestKeyLoads::keyLoadsOf_nothingSeen_noBars()
{
    const KeyLoads loads = keyLoadsOf(heat::KeySketch(), rangeOf(0, 1000), {KeyType::Integer});
    QVERIFY(loads.bars.empty());
    QCOMPARE(loads.observations, 0.0);
}

void TestKeyLoads::keyLoadsOf_accesses_sharesAddUp()
{
    std::mt19937_64 random(3);
    const std::vector<double> weights(1000, 1.0);
    const KeyLoads loads =
        keyLoadsOf(sketchOf(random, weights, 20'000), rangeOf(0, 1000), {KeyType::Integer});
    QVERIFY(loads.observations >= 19'000);
    double sum = 0;
    for (std::size_t i = 0; i < loads.bars.size(); ++i) {
        sum += loads.bars[i].loadShare;
        QVERIFY(i == 0 || loads.bars[i - 1].from < loads.bars[i].from);
    }
    QVERIFY(std::abs(sum - 1) < 1e-6);
    QVERIFY(loads.bars.size() > 60);
    QCOMPARE(loads.bars.front().from, keyOf(0));
    const CutAnswer answer = chooseCuts(loads, {2, {}}, {});
    QVERIFY(answer.plan);
    QVERIFY(answer.plan->cuts.front() > keyOf(400) && answer.plan->cuts.front() < keyOf(600));
}

void TestKeyLoads::keyLoadsOf_hotKey_isABarOfItsOwn()
{
    std::mt19937_64 random(4);
    std::vector<double> weights(1000, 1.0);
    weights[333] = 500; // a third
    const KeyLoads loads =
        keyLoadsOf(sketchOf(random, weights, 20'000), rangeOf(0, 1000), {KeyType::Integer});
    const auto hot = std::find_if(loads.bars.begin(), loads.bars.end(), [](const KeyBar& bar) {
        return bar.singleKey && bar.from == keyOf(333);
    });
    QVERIFY(hot != loads.bars.end());
    QVERIFY(std::abs(hot->loadShare - 1.0 / 3) < 0.08);
    const CutAnswer answer = chooseCuts(loads, {2, {}}, {});
    QVERIFY(answer.plan);
    QCOMPARE(answer.plan->cuts, (std::vector<Key>{keyOf(333), keyOf(334)}));
    QVERIFY(answer.plan->parts[1].oneKey);
}

void TestKeyLoads::keyLoadsOf_otherShardsKeys_leftOut()
{
    std::mt19937_64 random(5);
    const std::vector<double> weights(1000, 1.0);
    const KeyLoads loads =
        keyLoadsOf(sketchOf(random, weights, 20'000), rangeOf(500, 1000), {KeyType::Integer});
    for (const KeyBar& bar : loads.bars) {
        QVERIFY(bar.from >= keyOf(500));
    }
}

QTEST_APPLESS_MAIN(TestKeyLoads)
#include "tst_key_loads.moc"
