// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/change_marks.h"
#include "app/viewmath/key_histogram.h"
#include "tests/harness/keys.h"

#include <QTest>
#include <cmath>

using namespace isotherm;
using namespace isotherm::viewmath;

namespace
{

using test::keyOf;

/// Ten bars from 0, 10, 20, …; bar i has i + 1 of 55 parts of the load.
std::vector<KeyBar> tenBars()
{
    std::vector<KeyBar> bars;
    for (int i = 0; i < 10; ++i) {
        KeyBar bar;
        bar.from = keyOf(i * 10);
        bar.label = std::to_string(i * 10);
        bar.loadShare = (i + 1) / 55.0;
        bar.rowShare = 0.1;
        bars.push_back(bar);
    }
    return bars;
}

ChangeRecord splitAt(std::vector<std::int64_t> cuts)
{
    ChangeRecord change;
    change.evidence.histogram = tenBars();
    cuts.insert(cuts.begin(), 0);
    for (const std::int64_t begin : cuts) {
        ChangePart part;
        part.range.begin = keyOf(begin);
        change.parts.push_back(part);
    }
    return change;
}

} // namespace

class TestKeyHistogram : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cutsOf_parts_areTheBarsTheyBeginWith()
    {
        QVERIFY((cutsOf(splitAt({30, 70})) == BarCuts{3, 7}));
        QVERIFY((cutsOf(splitAt({31})) == BarCuts{4})); // inside a bar: before the next one
    }

    void cutsOf_outsideTheHistogram_staysInside()
    {
        QVERIFY((cutsOf(splitAt({5'000})) == BarCuts{9}));
        QVERIFY((cutsOf(splitAt({-5, -4})) == BarCuts{1, 2}));
        ChangeRecord none = splitAt({30});
        none.evidence.histogram.clear();
        QVERIFY(cutsOf(none).empty());
    }

    void movedCut_betweenNeighbours_neverPassesThem()
    {
        const BarCuts cuts{3, 5, 8};
        QVERIFY((movedCut(cuts, 1, 6.4, 10) == BarCuts{3, 6, 8}));
        QVERIFY((movedCut(cuts, 1, 9.9, 10) == BarCuts{3, 7, 8}));
        QVERIFY((movedCut(cuts, 1, -2.0, 10) == BarCuts{3, 4, 8}));
        QVERIFY((movedCut(cuts, 0, -2.0, 10) == BarCuts{1, 5, 8}));
        QVERIFY((movedCut(cuts, 2, 99.0, 10) == BarCuts{3, 5, 9}));
    }

    void partShares_anyCuts_addUpToOne()
    {
        const auto parts = partShares(tenBars(), {3, 7});
        QCOMPARE(parts.size(), std::size_t{3});
        QVERIFY(std::abs(parts[0].load - 6.0 / 55.0) < 1e-9);
        QVERIFY(std::abs(parts[1].rows - 0.4) < 1e-9);
        QVERIFY(std::abs(parts[0].load + parts[1].load + parts[2].load - 1.0) < 1e-9);
    }

    void imbalance_evenAndUneven_isTheDistanceOfTheExtremes()
    {
        QCOMPARE(imbalance(std::vector<PartShare>{{0.5, 0.0}, {0.5, 0.0}}), 0.0);
        QCOMPARE(imbalance(std::vector<PartShare>{{0.75, 0.0}, {0.25, 0.0}}), 0.5);
        QCOMPARE(imbalance(std::vector<PartShare>{{1.0, 0.0}}), 0.0);
    }

    void nearestCut_withinReach_isFound()
    {
        QCOMPARE(nearestCut({3, 7}, 6.6, 0.5).value_or(99), std::size_t{1});
        QVERIFY(!nearestCut({3, 7}, 5.0, 0.5).has_value());
    }

    void cutKeys_bars_areTheirLabels()
    {
        QVERIFY((cutKeys(tenBars(), {3, 7}) == std::vector<std::string>{"30", "70"}));
    }

    void changeMarks_doneSplit_isOnItsChildren()
    {
        ChangeRecord change;
        change.state = ChangeState::Done;
        change.sources = {ShardId(1)};
        change.finishedAt = fromUnixMicros(5'000'000);
        ShardRecord child;
        child.id = ShardId(2);
        child.parents = {ShardId(1)};
        ShardRecord stranger;
        stranger.id = ShardId(3);
        const std::vector<ShardRecord> shards = {child, stranger};
        const auto marks = changeMarks(std::vector{change}, shards);
        QVERIFY((marks == std::vector<ChangeMark>{{ShardId(2), 5.0, true}}));
        change.state = ChangeState::Failed;
        QVERIFY(changeMarks(std::vector{change}, shards).empty());
    }
};

QTEST_APPLESS_MAIN(TestKeyHistogram)
#include "tst_key_histogram.moc"
