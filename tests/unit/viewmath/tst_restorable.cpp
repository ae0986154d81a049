// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/backup_lanes.h"
#include "app/viewmath/restorable.h"

#include <QTest>

using namespace isotherm;
using namespace isotherm::viewmath;

namespace
{

WallTime at(std::int64_t seconds)
{
    return fromUnixMicros(seconds * 1'000'000);
}

RestorableRange history(std::uint64_t shard, std::int64_t from, std::int64_t to,
                        std::string gapBefore = {})
{
    RestorableRange range;
    range.shard = ShardId(shard);
    range.from = at(from);
    range.to = at(to);
    range.everyCommit = true;
    range.gapBefore = std::move(gapBefore);
    return range;
}

RestorableRange snapshotOnly(std::uint64_t shard, std::int64_t from, std::int64_t to)
{
    RestorableRange range = history(shard, from, to);
    range.everyCommit = false;
    return range;
}

const std::vector<ShardId> kBoth = {ShardId(1), ShardId(2)};
const std::vector<ShardId> kFirst = {ShardId(1)};

} // namespace

class TestRestorable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void together_twoShards_isWhatBothKnow()
    {
        const std::vector<RestorableRange> ranges = {history(1, 100, 200), history(2, 150, 400),
                                                     history(1, 300, 500), history(9, 0, 9'000)};
        const Restorable all = restorableTogether(ranges, kBoth);
        QVERIFY(all.exact);
        QVERIFY((all.spans == std::vector<RestorableSpan>{{150, 200}, {300, 400}}));
        QCOMPARE(all.gaps.size(), std::size_t{1});
        QCOMPARE(all.gaps[0].begin, 200.0);
        QCOMPARE(all.gaps[0].end, 300.0);
    }

    void together_touchingRanges_areOneWithoutAGap()
    {
        const std::vector<RestorableRange> ranges = {history(1, 200, 300), history(1, 100, 200)};
        const Restorable all = restorableTogether(ranges, kFirst);
        QVERIFY((all.spans == std::vector<RestorableSpan>{{100, 300}}));
        QVERIFY(all.gaps.empty());
    }

    void together_gap_carriesTheCauseOfTheRangeAfterIt()
    {
        const std::vector<RestorableRange> ranges = {history(1, 100, 200, "first backup"),
                                                     history(1, 300, 400, "slot was dropped"),
                                                     history(2, 250, 400, "another shard's")};
        const Restorable all = restorableTogether(ranges, kFirst);
        QCOMPARE(all.gaps[0].cause, std::string("slot was dropped"));
    }

    void together_shardWithoutHistory_isNotExact()
    {
        const std::vector<RestorableRange> ranges = {history(1, 100, 200),
                                                     snapshotOnly(2, 90, 150)};
        QVERIFY(!restorableTogether(ranges, kBoth).exact);
        const Restorable alone = restorableTogether(std::vector{snapshotOnly(1, 90, 150)}, kFirst);
        QVERIFY((alone.spans == std::vector<RestorableSpan>{{150, 150}}));
        QVERIFY(alone.spans[0].isMoment());
    }

    void together_unknownShard_isNothing()
    {
        const Restorable all = restorableTogether(std::vector{history(1, 100, 200)}, kBoth);
        QVERIFY(all.spans.empty() && !all.exact);
        QVERIFY(!restorableTogether({}, {}).exact);
    }

    void clamp_wish_data()
    {
        QTest::addColumn<double>("wish");
        QTest::addColumn<double>("expected");
        QTest::addColumn<bool>("moved");
        QTest::addColumn<QString>("cause");
        QTest::newRow("inside stays") << 150.0 << 150.0 << false << QString();
        QTest::newRow("on the edge stays") << 200.0 << 200.0 << false << QString();
        QTest::newRow("in the gap goes back") << 250.0 << 200.0 << true << QStringLiteral("why");
        QTest::newRow("too early goes forth") << 10.0 << 100.0 << true << QString();
        QTest::newRow("not backed up yet goes back") << 900.0 << 400.0 << true << QString();
    }

    void clamp_wish()
    {
        QFETCH(double, wish);
        const std::vector<RestorableRange> ranges = {history(1, 100, 200),
                                                     history(1, 300, 400, "why")};
        const auto clamped = clampToRestorable(restorableTogether(ranges, kFirst), wish);
        QVERIFY(clamped.has_value());
        QTEST(clamped->at, "expected");
        QTEST(clamped->moved, "moved");
        QTEST(QString::fromStdString(clamped->cause), "cause");
    }

    void clamp_nothing_isNothing() { QVERIFY(!clampToRestorable({}, 5.0).has_value()); }

    void backupLanes_ranges_goToTheirShard()
    {
        ShardRecord shard;
        shard.id = ShardId(2);
        const std::vector<ShardRecord> shards = {shard};
        const std::vector<RestorableRange> ranges = {history(1, 0, 10), history(2, 20, 30)};
        const auto lanes = backupLanes({shards, {}, {}, ranges, {}, at(50)});
        QVERIFY((lanes[0].restorable.spans == std::vector<RestorableSpan>{{20, 30}}));
    }
};

QTEST_APPLESS_MAIN(TestRestorable)
#include "tst_restorable.moc"
