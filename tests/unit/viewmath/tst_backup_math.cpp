// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/backup_lanes.h"
#include "app/viewmath/restore_points.h"
#include "app/viewmath/rpo.h"

#include <QTest>

using namespace isotherm;
using namespace isotherm::viewmath;
using namespace std::chrono_literals;

namespace
{

WallTime at(std::int64_t second)
{
    return fromUnixMicros(second * 1'000'000);
}

ShardRecord shardOf(std::uint64_t id, std::optional<WallTime> lastBackup,
                    std::optional<std::chrono::milliseconds> objective)
{
    ShardRecord shard;
    shard.id = ShardId(id);
    shard.lastBackup = lastBackup;
    shard.rpoObjective = objective;
    return shard;
}

BackupRecord backupOf(std::uint64_t shard, std::int64_t second)
{
    BackupRecord backup;
    backup.id = std::to_string(second);
    backup.shard = ShardId(shard);
    backup.asOf = at(second);
    return backup;
}

} // namespace

class TestBackupMath : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rpoBoard_mixedShards_areWorstFirst()
    {
        const std::vector<ShardRecord> shards = {
            shardOf(1, at(990), 100s), shardOf(2, std::nullopt, 100s),   shardOf(3, at(800), 100s),
            shardOf(4, at(910), 100s), shardOf(5, at(10), std::nullopt), shardOf(6, at(500), 100s)};
        std::vector<std::uint64_t> order;
        for (const RpoRow& row : rpoBoard(shards, at(1000))) {
            order.push_back(row.shard.get());
        }
        QVERIFY((order == std::vector<std::uint64_t>{2, 6, 3, 4, 5, 1}));
    }

    void rpoOf_backupInTheFuture_isNotNegative()
    {
        const RpoRow row = rpoOf(shardOf(1, at(1005), 60s), at(1000));
        QVERIFY(row.now == 0ms);
        QVERIFY(row.state == RpoState::Met);
    }

    void backupLanes_lateBackup_leavesAGap()
    {
        const std::vector<ShardRecord> shards = {shardOf(1, at(400), 100s)};
        const std::vector<BackupRecord> backups = {backupOf(1, 400), backupOf(1, 100)};
        const auto lanes = backupLanes({shards, backups, {}, {}, {}, at(450)});
        QCOMPARE(lanes[0].marks.size(), std::size_t{2});
        QCOMPARE(lanes[0].marks[0].time, 100.0);
        QCOMPARE(lanes[0].segments.size(), std::size_t{3});
        QVERIFY(lanes[0].segments[1].gap);
        QCOMPARE(lanes[0].segments[1].begin, 200.0);
        QCOMPARE(lanes[0].segments[1].end, 400.0);
        QCOMPARE(lanes[0].segments[2].end, 450.0);
    }

    void backupLanes_noObjective_hasNoGap()
    {
        const std::vector<ShardRecord> shards = {shardOf(1, at(100), std::nullopt)};
        const std::vector<BackupRecord> backups = {backupOf(1, 100)};
        const auto lanes = backupLanes({shards, backups, {}, {}, {}, at(100'000)});
        QCOMPARE(lanes[0].segments.size(), std::size_t{1});
        QVERIFY(!lanes[0].segments[0].gap);
    }

    void backupLanes_rotationAhead_goesToItsShardInOrder()
    {
        const std::vector<ShardRecord> shards = {shardOf(1, at(100), std::nullopt)};
        std::vector<ScheduleEntry> ahead(3);
        for (std::size_t i = 0; i < ahead.size(); ++i) {
            ahead[i].shard = ShardId(i == 1 ? 2 : 1);
            ahead[i].due = at(900 - static_cast<std::int64_t>(i) * 100);
        }
        const auto lanes = backupLanes({shards, {}, {}, {}, ahead, at(200)});
        QCOMPARE(lanes[0].planned.size(), std::size_t{2});
        QCOMPARE(lanes[0].planned[0].time, 700.0);
        QCOMPARE(lanes[0].planned[0].entry, std::size_t{2});
    }

    void nearestMark_withinReach_isFound()
    {
        const std::vector<ShardRecord> shards = {shardOf(1, at(100), std::nullopt)};
        const std::vector<BackupRecord> backups = {backupOf(1, 100), backupOf(1, 120)};
        const auto lanes = backupLanes({shards, backups, {}, {}, {}, at(200)});
        QCOMPARE(nearestMark(lanes[0], 113.0, 10.0)->time, 120.0);
        QVERIFY(!nearestMark(lanes[0], 150.0, 10.0).has_value());
    }

    void resolveTarget_moment_usesTheNewestBackupAtOrBefore()
    {
        const std::vector<BackupRecord> backups = {backupOf(1, 100), backupOf(1, 200),
                                                   backupOf(2, 150)};
        const std::vector<ShardId> both = {ShardId(1), ShardId(2)};
        const auto target = resolveTarget(backups, both, at(199));
        QVERIFY(target.has_value() && !target->clamped);
        QCOMPARE(target->covered, std::size_t{2});
        QVERIFY(*target->oldestState == at(100) && *target->newestState == at(150));
        QVERIFY(*resolveTarget(backups, both, at(200))->newestState == at(200));
    }

    void resolveTarget_tooEarly_isClampedToWhatAllShardsHave()
    {
        const std::vector<BackupRecord> backups = {backupOf(1, 100), backupOf(2, 150)};
        const std::vector<ShardId> both = {ShardId(1), ShardId(2)};
        const auto target = resolveTarget(backups, both, at(50));
        QVERIFY(target->clamped);
        QVERIFY(target->at == at(150));
    }

    void resolveTarget_noBackups_isNothing()
    {
        const std::vector<ShardId> one = {ShardId(7)};
        QVERIFY(!resolveTarget(std::vector<BackupRecord>{backupOf(1, 100)}, one, std::nullopt)
                     .has_value());
    }

    void restorePoints_everyMoment_countsShardsThatHaveOne()
    {
        const std::vector<BackupRecord> backups = {backupOf(1, 100), backupOf(1, 200),
                                                   backupOf(2, 150), backupOf(3, 1)};
        const std::vector<ShardId> two = {ShardId(1), ShardId(2)};
        const auto points = restorePoints(backups, two);
        QCOMPARE(points.size(), std::size_t{3});
        QVERIFY(points[0].at == at(200));
        QCOMPARE(points[0].shards, std::size_t{2});
        QCOMPARE(points[2].shards, std::size_t{1});
    }
};

QTEST_APPLESS_MAIN(TestBackupMath)
#include "tst_backup_math.moc"
