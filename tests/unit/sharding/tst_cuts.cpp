// SPDX-License-Identifier: Apache-2.0
// moc 6.4 cannot parse <compare>, which the header needs, unless it met <string> before it.
// clang-format off
#include <string>

#include "agent/sharding/cuts.h"
#include "tests/unit/sharding/shard_world.h"
// clang-format on

#include <QtTest/QtTest>
#include <algorithm>
#include <numeric>

using namespace isotherm;
using namespace isotherm::sharding;
using namespace isotherm::sharding::test;

namespace
{

std::uint64_t randomSeed()
{
    const std::string given = qgetenv("ISOTHERM_SEED").toStdString();
    return given.empty() ? std::random_device{}() : std::stoull(given);
}

double heaviest(const CutPlan& plan)
{
    double most = 0;
    for (const auto& part : plan.parts) {
        most = std::max(most, part.loadShare);
    }
    return most;
}

/// The least heaviest part of all cuts into two, by trying each.
double bestHalf(const KeyLoads& keys)
{
    double best = 1;
    double left = 0;
    for (std::size_t i = 0; i + 1 < keys.bars.size(); ++i) {
        left += keys.bars[i].loadShare;
        best = std::min(best, std::max(left, 1 - left));
    }
    return best;
}

} // namespace

class TestCuts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void chooseCuts_evenLoad_halvesIt();
    void chooseCuts_manyParts_allEqual();
    void chooseCuts_hotKey_getsPartOfItsOwn();
    void chooseCuts_hotKeyNearTheEdge_isAloneAllTheSame();
    void chooseCuts_hotKeyAtTheEdge_noEmptyPart();
    void chooseCuts_twoHotKeysCloseTogether_bothAlone();
    void chooseCuts_refusals_data();
    void chooseCuts_refusals();
    void chooseCuts_fewRowsBelowTheCut_movesItUp();
    void chooseCuts_randomLoads_bestOfAllCuts();
    void chooseCuts_randomLoads_partsAreARangePartition();
    void assessCuts_ownCuts_givesThePlansShares();
    void assessCuts_cutInsideBar_takesHalves();
    void rowsBelow_bounds_interpolatesByRank();
    void keyAfter_types_nextValueOrNone();
};

void TestCuts::chooseCuts_evenLoad_halvesIt()
{
    const KeyLoads keys = evenLoads(0, 1000);
    const auto bounds = evenRows(0, 1000);
    const CutAnswer answer = chooseCuts(keys, {2, bounds}, {});
    QVERIFY(answer.plan);
    QCOMPARE(answer.plan->cuts, std::vector<Key>{keyOf(500)});
    QVERIFY(imbalance(*answer.plan) < 1e-9);
    QVERIFY(std::abs(*answer.plan->parts[0].rowShare - 0.5) < 1e-9);
}

void TestCuts::chooseCuts_manyParts_allEqual()
{
    const KeyLoads keys = evenLoads(0, 1000);
    for (std::size_t parts = 2; parts <= 8; ++parts) {
        const CutAnswer answer = chooseCuts(keys, {parts, {}}, {});
        QVERIFY(answer.plan);
        QCOMPARE(answer.plan->parts.size(), parts);
        for (const auto& part : answer.plan->parts) {
            QVERIFY(std::abs(part.loadShare - 1.0 / static_cast<double>(parts)) <= 0.01 + 1e-9);
            QVERIFY(!part.rowShare); // nothing is known of the rows: nothing is said
        }
    }
}

void TestCuts::chooseCuts_hotKey_getsPartOfItsOwn()
{
    KeyLoads keys;
    keys.observations = 5000;
    keys.bars = {barOf(0, 0.2), barOf(200, 0.2), hotKey(400, 0.4), barOf(401, 0.1),
                 barOf(700, 0.1)};
    const auto bounds = evenRows(0, 1000);
    const CutAnswer answer = chooseCuts(keys, {2, bounds}, {});
    QVERIFY(answer.plan);
    QCOMPARE(answer.plan->cuts, (std::vector<Key>{keyOf(400), keyOf(401)}));
    QVERIFY(answer.plan->parts[1].oneKey);
    QVERIFY(!answer.plan->parts[0].oneKey);

    keys.bars[2].loadShare = 0.24; // below a quarter: nothing special
    keys.bars[0].loadShare = 0.36;
    const CutAnswer two = chooseCuts(keys, {2, bounds}, {});
    QVERIFY(two.plan);
    QCOMPARE(two.plan->parts.size(), std::size_t{2});
}

void TestCuts::chooseCuts_hotKeyNearTheEdge_isAloneAllTheSame()
{
    KeyLoads keys;
    keys.observations = 5000; // half a percent of the rows is below the hot key
    keys.bars = {barOf(0, 0.1), hotKey(5, 0.5), barOf(6, 0.2), barOf(500, 0.2)};
    const auto bounds = evenRows(0, 1000, 1000);
    const CutAnswer answer = chooseCuts(keys, {2, bounds}, {});
    QVERIFY(answer.plan);
    QCOMPARE(answer.plan->cuts, (std::vector<Key>{keyOf(5), keyOf(6)}));
    QVERIFY(answer.plan->parts[1].oneKey);
}

void TestCuts::chooseCuts_hotKeyAtTheEdge_noEmptyPart()
{
    KeyLoads keys;
    keys.observations = 5000; // no row at all is below the hot key: reads of what is not there
    keys.bars = {barOf(-9, 0.1), hotKey(0, 0.5), barOf(1, 0.2), barOf(500, 0.2)};
    const auto bounds = evenRows(0, 1000, 1000);
    const CutAnswer answer = chooseCuts(keys, {3, bounds}, {});
    QVERIFY(answer.plan);
    QCOMPARE(answer.plan->parts.size(), std::size_t{3});
    for (const auto& part : answer.plan->parts) {
        QVERIFY(*part.rowShare > 0); // the hot key took the fringe below it along
    }
}

void TestCuts::chooseCuts_twoHotKeysCloseTogether_bothAlone()
{
    KeyLoads keys;
    keys.observations = 5000;
    keys.bars = {barOf(0, 0.15), hotKey(500, 0.3), barOf(501, 0.1), hotKey(503, 0.3),
                 barOf(504, 0.15)};
    const auto bounds = evenRows(0, 1000, 1000);
    const CutAnswer answer = chooseCuts(keys, {2, bounds}, {});
    QVERIFY(answer.plan);
    QCOMPARE(answer.plan->cuts,
             (std::vector<Key>{keyOf(500), keyOf(501), keyOf(503), keyOf(504)}));
    QVERIFY(answer.plan->parts[1].oneKey && answer.plan->parts[3].oneKey);
}

void TestCuts::chooseCuts_refusals_data()
{
    QTest::addColumn<int>("which");
    QTest::addColumn<int>("expected");
    QTest::newRow("no keys") << 0 << static_cast<int>(NoCut::TooFewSamples);
    QTest::newRow("one key makes it all") << 1 << static_cast<int>(NoCut::SingleKey);
    QTest::newRow("only one key") << 2 << static_cast<int>(NoCut::SingleKey);
    QTest::newRow("the newest keys") << 3 << static_cast<int>(NoCut::AppendEdge);
    QTest::newRow("hardly any rows on one side") << 4 << static_cast<int>(NoCut::EmptyChild);
}

void TestCuts::chooseCuts_refusals()
{
    QFETCH(int, which);
    QFETCH(int, expected);
    KeyLoads keys;
    keys.observations = which == 0 ? 199 : 200;
    switch (which) {
    case 0:
        keys.bars = evenLoads(0, 1000).bars;
        break;
    case 1:
        keys.bars = {barOf(0, 0.05), hotKey(500, 0.9), barOf(501, 0.05)};
        break;
    case 2:
        keys.bars = {barOf(7, 1)};
        break;
    case 3:
        keys.bars = {barOf(0, 0.3), barOf(995, 0.3), barOf(1001, 0.4)};
        break;
    default:
        keys.bars = {barOf(0, 0.9), barOf(3, 0.1)};
        break;
    }
    const auto bounds = evenRows(0, 1000);
    const CutAnswer answer = chooseCuts(keys, {2, bounds}, {});
    QVERIFY(!answer.plan);
    QCOMPARE(static_cast<int>(answer.refusal), expected);
    QVERIFY(!answer.why.empty());
}

void TestCuts::chooseCuts_fewRowsBelowTheCut_movesItUp()
{
    KeyLoads keys;
    keys.observations = 5000; // the even cut at 5 would leave half a percent of the rows
    keys.bars = {barOf(0, 0.5), barOf(5, 0.1), barOf(50, 0.2), barOf(500, 0.2)};
    const auto bounds = evenRows(0, 1000, 1000);
    const CutAnswer answer = chooseCuts(keys, {2, bounds}, {});
    QVERIFY(answer.plan);
    QCOMPARE(answer.plan->cuts, std::vector<Key>{keyOf(50)});
}

void TestCuts::chooseCuts_randomLoads_bestOfAllCuts()
{
    const std::uint64_t seed = randomSeed();
    qInfo("seed %llu (repeat with ISOTHERM_SEED)", static_cast<unsigned long long>(seed));
    std::mt19937_64 random(seed);
    for (int round = 0; round < 50; ++round) {
        const ZipfKeys zipf(random, 50 + random() % 300,
                            0.3 + 0.1 * static_cast<double>(random() % 6));
        const KeyLoads keys = zipf.exact(0);
        Policy policy;
        policy.isolateAbove = 2; // no key stands alone: two parts are exactly two
        policy.mostHeavyPart = 2;
        const CutAnswer answer = chooseCuts(keys, {2, {}}, policy);
        QVERIFY(answer.plan);
        QVERIFY(std::abs(heaviest(*answer.plan) - bestHalf(keys)) < 1e-9);
    }
}

void TestCuts::chooseCuts_randomLoads_partsAreARangePartition()
{
    const std::uint64_t seed = randomSeed();
    qInfo("seed %llu (repeat with ISOTHERM_SEED)", static_cast<unsigned long long>(seed));
    std::mt19937_64 random(seed);
    int planned = 0;
    for (int round = 0; round < 100; ++round) {
        // Bounds between any two keys: each has rows, as far as can be told.
        const std::size_t count = 2 + random() % 199;
        const ZipfKeys zipf(random, count, 0.2 * static_cast<double>(random() % 10));
        const KeyLoads keys = zipf.exact(0);
        const auto bounds = evenRows(0, static_cast<std::int64_t>(count));
        const Policy policy;
        const CutAnswer answer = chooseCuts(keys, {2 + random() % 7, bounds}, policy);
        if (!answer.plan) {
            QVERIFY(!answer.why.empty());
            continue;
        }
        ++planned;
        const CutPlan& plan = *answer.plan;
        QCOMPARE(plan.parts.size(), plan.cuts.size() + 1);
        QVERIFY(plan.parts.size() >= 2 && plan.parts.size() <= 8);
        QVERIFY(std::is_sorted(plan.cuts.begin(), plan.cuts.end(), std::less_equal<>()) ||
                plan.cuts.size() == 1);
        double sum = 0;
        for (std::size_t i = 0; i < plan.parts.size(); ++i) {
            sum += plan.parts[i].loadShare;
            // Hardly any rows: only what a hot key left over between it and the next or the end.
            const bool besideHotKey = (i > 0 && plan.parts[i - 1].oneKey) ||
                                      (i + 1 < plan.parts.size() && plan.parts[i + 1].oneKey);
            QVERIFY(plan.parts[i].oneKey || besideHotKey ||
                    *plan.parts[i].rowShare >= policy.leastRowShare - 1e-9);
            QVERIFY(*plan.parts[i].rowShare > 0);
        }
        QVERIFY(std::abs(sum - 1) < 1e-9);
        QVERIFY(heaviest(plan) <= policy.mostHeavyPart);
        for (const Key& cut : plan.cuts) { // snapped to keys that exist, never the first
            QVERIFY(std::any_of(keys.bars.begin() + 1, keys.bars.end(),
                                [&cut](const KeyBar& bar) { return bar.from == cut; }));
        }
        for (const KeyBar& bar : keys.bars) {
            if (bar.loadShare >= policy.isolateAbove) {
                QVERIFY(std::any_of(plan.parts.begin(), plan.parts.end(), [&bar](const auto& part) {
                    return part.oneKey && std::abs(part.loadShare - bar.loadShare) < 1e-9;
                }));
            }
        }
    }
    QVERIFY(planned > 30);
}

void TestCuts::assessCuts_ownCuts_givesThePlansShares()
{
    std::mt19937_64 random(7);
    const ZipfKeys zipf(random, 200, 0.8);
    const KeyLoads keys = zipf.exact(0);
    const auto bounds = evenRows(0, 200);
    const CutAnswer answer = chooseCuts(keys, {4, bounds}, {});
    QVERIFY(answer.plan);
    const CutPlan again = assessCuts(answer.plan->cuts, keys, bounds);
    QCOMPARE(again.parts.size(), answer.plan->parts.size());
    for (std::size_t i = 0; i < again.parts.size(); ++i) {
        QVERIFY(std::abs(again.parts[i].loadShare - answer.plan->parts[i].loadShare) < 1e-9);
        QVERIFY(std::abs(*again.parts[i].rowShare - *answer.plan->parts[i].rowShare) < 1e-9);
    }
}

void TestCuts::assessCuts_cutInsideBar_takesHalves()
{
    KeyLoads keys;
    keys.bars = {barOf(0, 0.6), barOf(100, 0.4)};
    const CutPlan plan = assessCuts({keyOf(50)}, keys, {});
    QVERIFY(std::abs(plan.parts[0].loadShare - 0.3) < 1e-9);
    QVERIFY(std::abs(plan.parts[1].loadShare - 0.7) < 1e-9);
}

void TestCuts::rowsBelow_bounds_interpolatesByRank()
{
    const std::vector<Key> bounds = {keyOf(10), keyOf(20), keyOf(1000)};
    QVERIFY(!rowsBelow(keyOf(5), {}));
    QCOMPARE(*rowsBelow(keyOf(5), bounds), 0.0);
    QCOMPARE(*rowsBelow(keyOf(10), bounds), 0.0);
    QCOMPARE(*rowsBelow(keyOf(15), bounds), 0.25);
    QCOMPARE(*rowsBelow(keyOf(20), bounds), 0.5);
    QCOMPARE(*rowsBelow(keyOf(999), bounds), 0.75);
    QCOMPARE(*rowsBelow(keyOf(2000), bounds), 1.0);
}

void TestCuts::keyAfter_types_nextValueOrNone()
{
    QCOMPARE(*keyAfter(keyOf(41), {KeyType::Integer}), keyOf(42));
    QCOMPARE(*keyAfter(keyOf(-1), {KeyType::Integer}), keyOf(0));
    QCOMPARE(*keyAfter(keyOf(255), {KeyType::Integer}), keyOf(256)); // carries
    QVERIFY(!keyAfter(keyOf(std::numeric_limits<std::int64_t>::max()), {KeyType::Integer}));
    std::string text;
    appendKeyBytes(text, "abc");
    std::string next;
    appendKeyBytes(next, "abc\x01");
    QCOMPARE(*keyAfter(Key(text), {KeyType::Text}), Key(next));
    QVERIFY(!keyAfter(Key(text), {KeyType::Bytes}));
}

QTEST_APPLESS_MAIN(TestCuts)
#include "tst_cuts.moc"
