// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/change_detector.h"

#include <QtTest/QtTest>
#include <functional>

using namespace isotherm;
using namespace isotherm::backup;
using std::chrono::minutes;

namespace
{

const WallTime kNoon = fromUnixMicros(1'772'366'400'000'000);

const std::vector<engine::LeafRef> kLeaves = {{11, 1, "public", "orders_1"},
                                              {12, 1, "public", "order_lines_1"}};

engine::AccessSample sampleOf(std::uint64_t orders, std::uint64_t lines, WallTime completeUntil)
{
    engine::AccessSample sample;
    sample.resetEpoch = 5;
    sample.leaves = {{11, 0, orders, 0, 0}, {12, 0, lines, 0, 0}};
    sample.completeUntil = completeUntil;
    return sample;
}

/// What may happen between a backup and the next look.
struct Change
{
    engine::AccessSample sample = sampleOf(100, 7, kNoon + minutes(5));
    std::vector<engine::LeafRef> leaves = kLeaves;
};

} // namespace

class TstChangeDetector : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void mark_beforeAnySample_unknown() { QVERIFY(!ChangeDetector().mark(kLeaves).has_value()); }

    void mark_oneLeafNeverSampled_unknown()
    {
        ChangeDetector detector;
        detector.observe(sampleOf(100, 7, kNoon));
        auto leaves = kLeaves;
        leaves.push_back({13, 1, "public", "refunds_1"});
        QVERIFY(!detector.mark(leaves).has_value());
    }

    void unchangedUntil_nothingHappened_untilTheCountersAreComplete()
    {
        ChangeDetector detector;
        detector.observe(sampleOf(100, 7, kNoon));
        const auto mark = detector.mark(kLeaves);
        QVERIFY(mark.has_value());
        detector.observe(sampleOf(100, 7, kNoon + minutes(5)));
        QCOMPARE(*detector.unchangedUntil(*mark, kLeaves, kNoon + minutes(9)), kNoon + minutes(5));
    }

    /// A TRUNCATE after the look at the leaves would go unseen.
    void unchangedUntil_leavesSeenEarlier_noLaterThanThat()
    {
        ChangeDetector detector;
        detector.observe(sampleOf(100, 7, kNoon + minutes(5)));
        const auto mark = detector.mark(kLeaves);
        QCOMPARE(*detector.unchangedUntil(*mark, kLeaves, kNoon + minutes(2)), kNoon + minutes(2));
    }

    void unchangedUntil_anyChange_mayHaveChanged_data()
    {
        QTest::addColumn<int>("which");
        QTest::newRow("a write in the first table") << 0;
        QTest::newRow("a write in the second table") << 1;
        QTest::newRow("a write moved from one table to the other") << 2;
        QTest::newRow("counters reset, and grown to the same numbers") << 3;
        QTest::newRow("a leaf rewritten or truncated") << 4;
        QTest::newRow("a leaf replaced by another table") << 5;
        QTest::newRow("a table more") << 6;
        QTest::newRow("the server cannot tell until when") << 7;
        QTest::newRow("the counters ran backwards") << 8;
    }
    void unchangedUntil_anyChange_mayHaveChanged()
    {
        QFETCH(int, which);
        const std::vector<std::function<void(Change&)>> changes = {
            [](Change& change) { change.sample = sampleOf(101, 7, kNoon + minutes(5)); },
            [](Change& change) { change.sample = sampleOf(100, 8, kNoon + minutes(5)); },
            [](Change& change) { change.sample = sampleOf(99, 8, kNoon + minutes(5)); },
            [](Change& change) { change.sample.resetEpoch = 6; },
            [](Change& change) { change.leaves[1].generation = 2; },
            [](Change& change) {
                change.leaves[0].objectId = 21;
                change.sample.leaves.push_back({21, 0, 100, 0, 0});
            },
            [](Change& change) {
                change.leaves.push_back({13, 1, "public", "refunds_1"});
                change.sample.leaves.push_back({13, 0, 0, 0, 0});
            },
            [](Change& change) { change.sample.completeUntil.reset(); },
            [](Change& change) { change.sample = sampleOf(10, 7, kNoon + minutes(5)); },
        };
        ChangeDetector detector;
        detector.observe(sampleOf(100, 7, kNoon));
        const auto mark = detector.mark(kLeaves);
        Change change;
        changes.at(static_cast<std::size_t>(which))(change);
        detector.observe(change.sample);
        QVERIFY(!detector.unchangedUntil(*mark, change.leaves, kNoon + minutes(9)).has_value());
    }

    /// After a restart of the agent, or for a backup made before the first sample.
    void unchangedUntil_noMark_mayHaveChanged()
    {
        ChangeDetector detector;
        detector.observe(sampleOf(100, 7, kNoon));
        QVERIFY(!detector.unchangedUntil("", kLeaves, kNoon).has_value());
    }

    void unchangedUntil_newDetectorSameCounters_markStillHolds()
    {
        ChangeDetector before;
        before.observe(sampleOf(100, 7, kNoon));
        ChangeDetector after; // the agent was restarted, the server was not
        after.observe(sampleOf(100, 7, kNoon + minutes(1)));
        QVERIFY(after.unchangedUntil(*before.mark(kLeaves), kLeaves, kNoon).has_value());
    }

    void unchangedUntil_renamedLeaf_unchanged()
    {
        ChangeDetector detector;
        detector.observe(sampleOf(100, 7, kNoon));
        const auto mark = detector.mark(kLeaves);
        auto renamed = kLeaves;
        renamed[0].name = "orders_old";
        QVERIFY(detector.unchangedUntil(*mark, renamed, kNoon).has_value());
    }
};

QTEST_APPLESS_MAIN(TstChangeDetector)
#include "tst_change_detector.moc"
