// SPDX-License-Identifier: Apache-2.0
// moc 6.4 cannot parse <compare>, which the header needs, unless it met <string> before it.
// clang-format off
#include <string>

#include "agent/sharding/dwell.h"
#include "tests/unit/sharding/shard_world.h"
// clang-format on

#include <QtTest/QtTest>

using namespace isotherm;
using namespace isotherm::sharding;
using namespace isotherm::sharding::test;
using namespace std::chrono_literals;

namespace
{

PastChange change(ChangeKind kind, std::chrono::microseconds ago, std::int64_t begin = 0,
                  std::int64_t end = 100)
{
    return {kind, "orders", rangeOf(begin, end), kNow - ago};
}

} // namespace

class TestDwell : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void coolingOf_noHistory_none();
    void coolingOf_sameKind_tenMinutes();
    void coolingOf_oppositeKind_anHour();
    void coolingOf_reversed_doublesAndOnceADay();
    void coolingOf_otherRangeOrKeyspace_none();
    void coolingOf_mergedBesideSplit_doesNotHideTheSplit();
    void coolingOf_longAgo_forgotten();
    void coolingOf_randomWishes_atMostOneReversalADay();
};

void TestDwell::coolingOf_noHistory_none()
{
    QVERIFY(!coolingOf(change(ChangeKind::Split, 0s), {}, {}));
}

void TestDwell::coolingOf_sameKind_tenMinutes()
{
    const std::vector<PastChange> recent = {change(ChangeKind::Split, 9min)};
    const auto cooling = coolingOf(change(ChangeKind::Split, 0s, 0, 50), recent, {});
    QVERIFY(cooling);
    QCOMPARE(cooling->until, kNow + 1min);
    const std::vector<PastChange> older = {change(ChangeKind::Split, 10min)};
    QVERIFY(!coolingOf(change(ChangeKind::Split, 0s, 0, 50), older, {}));
}

void TestDwell::coolingOf_oppositeKind_anHour()
{
    const std::vector<PastChange> recent = {change(ChangeKind::Split, 59min)};
    QVERIFY(coolingOf(change(ChangeKind::Merge, 0s), recent, {}));
    const std::vector<PastChange> older = {change(ChangeKind::Split, 60min)};
    QVERIFY(!coolingOf(change(ChangeKind::Merge, 0s), older, {}));
}

void TestDwell::coolingOf_reversed_doublesAndOnceADay()
{
    const std::vector<PastChange> history = {change(ChangeKind::Split, 30h),
                                             change(ChangeKind::Merge, 20min)};
    QCOMPARE(reversals(change(ChangeKind::Split, 0s), history, {}), std::size_t{1});
    const auto undo = coolingOf(change(ChangeKind::Split, 0s), history, {});
    QVERIFY(undo);
    QCOMPARE(undo->until, kNow - 20min + 24h); // the merge was the reversal of today
    // The same direction again is slower than usual, too.
    const std::vector<PastChange> again = {change(ChangeKind::Split, 3h),
                                           change(ChangeKind::Merge, 15min)};
    const auto more = coolingOf(change(ChangeKind::Merge, 0s), again, {});
    QVERIFY(more);
    QCOMPARE(more->until, kNow + 5min);
}

void TestDwell::coolingOf_otherRangeOrKeyspace_none()
{
    const std::vector<PastChange> history = {change(ChangeKind::Split, 1min, 0, 100)};
    QVERIFY(!coolingOf(change(ChangeKind::Split, 0s, 100, 200), history, {}));
    PastChange other = change(ChangeKind::Split, 0s);
    other.keyspace = "customers";
    QVERIFY(!coolingOf(other, history, {}));
}

void TestDwell::coolingOf_mergedBesideSplit_doesNotHideTheSplit()
{
    const std::vector<PastChange> history = {change(ChangeKind::Split, 30min, 0, 100),
                                             change(ChangeKind::Merge, 25min, 100, 200)};
    const auto cooling = coolingOf(change(ChangeKind::Merge, 0s, 0, 200), history, {});
    QVERIFY(cooling);
    QCOMPARE(cooling->until, kNow + 30min); // an hour after the split of its lower half
}

void TestDwell::coolingOf_longAgo_forgotten()
{
    const std::vector<PastChange> history = {change(ChangeKind::Split, 24h * 9),
                                             change(ChangeKind::Merge, 24h * 8)};
    QCOMPARE(reversals(change(ChangeKind::Split, 0s), history, {}), std::size_t{0});
}

void TestDwell::coolingOf_randomWishes_atMostOneReversalADay()
{
    const std::uint64_t seed = std::random_device{}();
    qInfo("seed %llu", static_cast<unsigned long long>(seed));
    std::mt19937_64 random(seed);
    for (int round = 0; round < 50; ++round) {
        std::vector<PastChange> history;
        std::vector<WallTime> turns;
        for (WallTime now = kNow; now < kNow + 24h * 20; now += 5min) {
            if (random() % 40 != 0) { // every few hours
                continue;
            }
            const ChangeKind kind = random() % 2 == 0 ? ChangeKind::Split : ChangeKind::Merge;
            const PastChange wanted{kind, "orders", rangeOf(0, 100), now};
            if (coolingOf(wanted, history, {})) {
                continue;
            }
            if (!history.empty() && history.back().kind != kind) {
                QVERIFY(turns.empty() || now - turns.back() >= 24h);
                turns.push_back(now);
            }
            history.push_back(wanted);
        }
        QVERIFY(turns.size() > 2); // it is slowed down, not forbidden
    }
}

QTEST_APPLESS_MAIN(TestDwell)
#include "tst_dwell.moc"
