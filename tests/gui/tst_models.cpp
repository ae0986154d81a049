// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/audit_model.h"
#include "app/models/cluster_state.h"
#include "app/models/diagnostics_model.h"
#include "app/models/jobs_model.h"
#include "app/models/rpo_model.h"
#include "app/models/shard_tree_model.h"
#include "app/models/view_context.h"
#include "tests/gui/demo_world.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace isotherm;
using namespace std::chrono_literals;

namespace
{

WallTime at(std::int64_t second)
{
    return fromUnixMicros(second * 1'000'000);
}

JobRecord jobOf(std::uint64_t id, JobState state)
{
    JobRecord job;
    job.id = JobId(id);
    job.state = state;
    job.created = at(static_cast<std::int64_t>(id));
    job.bytesTotal = 100;
    job.bytesDone = 40;
    return job;
}

StateChange changeWith(std::vector<ShardRecord> shards, bool snapshot)
{
    StateChange change;
    change.snapshot = snapshot;
    change.shards = std::move(shards);
    return change;
}

} // namespace

class TestModels : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void jobsModel_newJobInFront_insertsInsteadOfResetting()
    {
        JobsModel model;
        const QAbstractItemModelTester tester(&model);
        model.setSnapshot({jobOf(2, JobState::Running), jobOf(1, JobState::Done)});
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        QSignalSpy inserts(&model, &QAbstractItemModel::rowsInserted);
        QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
        model.setSnapshot(
            {jobOf(3, JobState::Queued), jobOf(2, JobState::Done), jobOf(1, JobState::Done)});
        QCOMPARE(resets.count(), 0);
        QCOMPARE(inserts.count(), 1);
        QCOMPARE(changes.count(), 1);
        QCOMPARE(model.record(1).state, JobState::Done);
    }

    void jobsModel_fraction_isUnknownWithoutATotal()
    {
        JobRecord job = jobOf(1, JobState::Running);
        QCOMPARE(JobsModel::fraction(job), 0.4);
        job.bytesTotal = 0;
        QCOMPARE(JobsModel::fraction(job), -1.0);
        job.state = JobState::Done;
        QCOMPARE(JobsModel::fraction(job), 1.0);
    }

    void shardTree_valuesChange_keepsIndexes()
    {
        const test::DemoWorld world({.shards = 6}, at(1000));
        ShardTreeModel model;
        const QAbstractItemModelTester tester(&model);
        model.setSnapshot(QStringLiteral("c"), world.shardsAt(at(2000)));
        const QPersistentModelIndex shard = model.indexOf(ShardId(102));
        QVERIFY(shard.isValid());
        const QVariant before = shard.data(ShardTreeModel::TemperatureRole);
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        model.setSnapshot(QStringLiteral("c"), world.shardsAt(at(2100)));
        QCOMPARE(resets.count(), 0);
        QVERIFY(shard.isValid());
        QVERIFY(shard.data(ShardTreeModel::TemperatureRole) != before);
    }

    void shardTree_unknownTemperature_isNoNumber()
    {
        test::DemoWorld world({.shards = 2}, at(1000));
        ShardTreeModel model;
        model.setSnapshot(QStringLiteral("c"), world.shards());
        QVERIFY(!model.indexOf(ShardId(100)).data(ShardTreeModel::TemperatureRole).isValid());
    }

    void clusterState_delta_mergesAndSnapshotReplaces()
    {
        const test::DemoWorld world({.shards = 4}, at(1000));
        ClusterState state;
        state.apply(changeWith(world.shards(), true));
        QCOMPARE(state.shards().size(), std::size_t{4});
        ShardRecord changed = world.shards()[2];
        changed.rows = 77;
        state.apply(changeWith({changed}, false));
        QCOMPARE(state.shards().size(), std::size_t{4});
        QCOMPARE(state.shard(changed.id)->rows, std::uint64_t{77});
        StateChange removal;
        removal.removedShards = {changed.id};
        state.apply(removal);
        QVERIFY(state.shard(changed.id) == nullptr);
        state.apply(changeWith({changed}, true));
        QCOMPARE(state.shards().size(), std::size_t{1});
    }

    void clusterState_sameBackupNameOnTwoShards_keepsBoth()
    {
        ClusterState state;
        BackupRecord backup;
        backup.id = "m-1";
        backup.shard = ShardId(1);
        StateChange change;
        change.backups = {backup};
        backup.shard = ShardId(2);
        change.backups.push_back(backup);
        state.apply(change);
        QCOMPARE(state.backups().size(), std::size_t{2});
    }

    void clusterState_whyReadOnly_namesTheReason()
    {
        ClusterState state;
        state.setIdentity({QStringLiteral("a:1"), QStringLiteral("ana"), Role::Operator, {}});
        QVERIFY(!state.whyReadOnly().isEmpty());
        state.setLink(LinkState::Connected, {}, 0ms);
        QVERIFY(state.whyReadOnly().isEmpty());
        state.setIdentity({QStringLiteral("a:1"), QStringLiteral("eve"), Role::Viewer, {}});
        QVERIFY(state.whyReadOnly().contains(QStringLiteral("operator")));
    }

    void viewContext_advanceWhileFollowing_movesWhatShowsNow()
    {
        ViewContext view;
        view.setLive(600s);
        view.advance(at(10'000));
        QCOMPARE(view.range().end, 10'000.0);
        view.setVisible({9'900.0, 10'000.0});
        view.advance(at(10'010));
        QCOMPARE(view.visible().end, 10'010.0);
        QCOMPARE(view.visible().length(), 100.0);
        view.setVisible({9'500.0, 9'600.0});
        view.advance(at(10'020));
        QCOMPARE(view.visible().begin, 9'500.0);
    }

    void viewContext_held_doesNotAdvance()
    {
        ViewContext view;
        view.setLive(600s);
        view.advance(at(10'000));
        view.setFollowing(false);
        view.advance(at(10'500));
        QCOMPARE(view.range().end, 10'000.0);
    }

    void viewContext_automatic_growsWithHistory()
    {
        ViewContext view;
        view.setAutomatic(30s);
        QCOMPARE(view.range().length(), 60.0);
        view.setAutomatic(100s);
        QCOMPARE(view.range().length(), 120.0);
        view.setAutomatic(std::chrono::hours(40));
        QCOMPARE(view.range().length(), 3600.0);
        QVERIFY(view.automatic());
        view.setLive(300s);
        QVERIFY(!view.automatic());
    }

    void diagnosticsModel_levels_areWorstFirst()
    {
        DiagnosticsModel model;
        model.setDiagnostics({{DiagnosticLevel::Info, "a", "note", ""},
                              {DiagnosticLevel::Critical, "b", "bad", "do"}});
        QCOMPARE(model.index(0, DiagnosticsModel::Message).data().toString(),
                 QStringLiteral("bad"));
    }

    void rpoModel_missingBackup_saysSo()
    {
        RpoModel model;
        const QAbstractItemModelTester tester(&model);
        const auto shards = test::DemoWorld({.shards = 2}, at(1000)).shards();
        model.setShards(shards, {}, at(2000));
        QCOMPARE(model.index(0, RpoModel::Now).data().toString(), QStringLiteral("no backup"));
        QCOMPARE(model.index(0, RpoModel::Margin).data().toString(), QStringLiteral("–"));
        QCOMPARE(model.index(0, RpoModel::Proven).data().toString(), QStringLiteral("never"));
        DrillReceipt failed;
        failed.shard = shards.front().id;
        failed.finished = at(1'900);
        DrillReceipt passed = failed;
        passed.passed = true;
        passed.finished = at(1'500);
        model.setShards(shards, {failed, passed},
                        at(2000)); // newest first: a failure proves nothing
        QVERIFY(model.index(0, RpoModel::Proven)
                    .data(Qt::ToolTipRole)
                    .toString()
                    .contains(QStringLiteral("00:25:00")));
    }

    void auditModel_failure_isMarked()
    {
        AuditModel model;
        AuditEntry entry;
        entry.outcome = "permission denied";
        model.setSnapshot({entry});
        QVERIFY(model.index(0, 0).data(AuditModel::FailedRole).toBool());
    }
};

QTEST_GUILESS_MAIN(TestModels)
#include "tst_models.moc"
