// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/backup_store.h"
#include "agent/metadata/heat_block_store.h"
#include "agent/metadata/job_store.h"
#include "agent/metadata/key_value_store.h"
#include "agent/metadata/keyspace_store.h"
#include "agent/metadata/restore_store.h"
#include "agent/metadata/schedule_store.h"
#include "tests/harness/temp_dir.h"
#include "tests/harness/test_log.h"

#include <QtTest/QtTest>
#include <memory>

using namespace isotherm;
using namespace isotherm::metadata;
using namespace std::chrono_literals;

namespace
{

BackupRecord backup(const std::string& id, std::uint64_t shard, std::int64_t asOf)
{
    BackupRecord record;
    record.id = id;
    record.shard = ShardId(shard);
    record.keyspace = shard < 10 ? "orders" : "other";
    record.kind = BackupKind::Incremental;
    record.started = fromUnixMicros(asOf - 5);
    record.finished = fromUnixMicros(asOf + 5);
    record.asOf = fromUnixMicros(asOf);
    record.lsn = Lsn(0xFFFF'FFFF'FFFF'FFF0U); // the full width survives
    record.rows = 42;
    record.rawBytes = ByteCount(1000);
    record.storedBytes = ByteCount(100);
    record.tier = "local";
    return record;
}

StoredJob job(const std::string& title)
{
    StoredJob stored;
    stored.record.kind = JobKind::Restore;
    stored.record.title = title;
    stored.record.phase = "copy rows";
    stored.record.bytesDone = 7;
    stored.record.bytesPerSecond = 1.5;
    stored.record.created = stored.record.heartbeat = fromUnixMicros(5);
    stored.record.shards = {ShardId(3), ShardId(4)};
    stored.record.requestedBy = "ana";
    stored.params = R"({"a":1})";
    return stored;
}

RestorePlan plan()
{
    RestorePlan plan;
    plan.id = "abc";
    plan.request.keyspace = "orders";
    plan.request.tables = {"public.orders"};
    plan.request.predicate = "id between 1 and 2";
    plan.request.shards = {ShardId(1)};
    plan.request.at = fromUnixMicros(99);
    plan.request.sideSchema = "side";
    plan.request.lsn = Lsn(7);
    plan.request.beforeTransaction = 8;
    plan.made = fromUnixMicros(1000);
    RestorePlanPart part;
    part.shard = ShardId(1);
    part.rangeText = "[1, 2)";
    part.table = "public.\"Ordérs\"";
    part.backupId = "m1";
    part.asOf = fromUnixMicros(50);
    part.lsn = Lsn(77);
    part.runs = 2;
    part.rows = 5;
    part.bytesToRead = ByteCount(4096);
    part.tier = "local";
    plan.parts = {part};
    plan.sideTables = {"side.orders"};
    plan.bytesToRead = ByteCount(4096);
    plan.rows = 5;
    plan.slowest = 1500ms;
    plan.warnings = {"unlogged table x"};
    return plan;
}

} // namespace

class TstStores : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void backup_putAndList_comesBackNewestFirstAndFiltered()
    {
        BackupStore store(*m_database);
        for (const auto& record : {backup("a", 1, 100), backup("b", 2, 300), backup("c", 11, 200),
                                   backup("d", 1, 400)}) {
            QVERIFY(store.put(record).ok());
            QVERIFY(store.put(record).ok()); // twice is harmless
        }
        QVERIFY(*store.get("a") == backup("a", 1, 100));
        QCOMPARE(ids(store.list({})), QStringLiteral("d b c a"));
        BackupFilter orders;
        orders.keyspace = "orders";
        QCOMPARE(ids(store.list(orders)), QStringLiteral("d b a"));
        BackupFilter shards;
        shards.shards = {ShardId(1), ShardId(11)};
        QCOMPARE(ids(store.list(shards)), QStringLiteral("d c a"));
        BackupFilter window;
        window.from = fromUnixMicros(200);
        window.to = fromUnixMicros(300);
        QCOMPARE(ids(store.list(window)), QStringLiteral("b c"));
        BackupFilter two;
        two.limit = 2;
        QCOMPARE(ids(store.list(two)), QStringLiteral("d b"));
        QCOMPARE(store.newestPerShard()->at(ShardId(1)).id, std::string("d"));
        QCOMPARE(store.newestPerShard()->size(), std::size_t{3});
        QCOMPARE((*store.newest(ShardId(1), fromUnixMicros(399)))->id, std::string("a"));
        QVERIFY(!store.newest(ShardId(1), fromUnixMicros(99))->has_value());
        QCOMPARE(store.totals()->backups, 4U);
        QCOMPARE(store.totals()->storedBytes.get(), std::uint64_t{400});
    }

    void backup_verified_isRemembered()
    {
        BackupStore store(*m_database);
        QVERIFY(store.put(backup("a", 1, 100)).ok());
        QVERIFY(store.setVerified("a", VerifyLevel::Checksums, fromUnixMicros(9)).ok());
        QCOMPARE(store.get("a")->verified, VerifyLevel::Checksums);
        QVERIFY(store.get("a")->verifiedAt == fromUnixMicros(9));
        QCOMPARE(store.setVerified("x", VerifyLevel::None, {}).error().code, Code::NotFound);
        QVERIFY(store.remove("a").ok());
        QCOMPARE(store.get("a").error().code, Code::NotFound);
    }

    void job_insertUpdateCheckpoint_comesBack()
    {
        JobStore store(*m_database);
        StoredJob stored = job("one");
        stored.record.id = *store.insert(stored);
        QVERIFY(store.get(stored.record.id)->record == stored.record);
        stored.record.state = JobState::Running;
        stored.record.started = fromUnixMicros(6);
        stored.cancelRequested = true;
        stored.attempts = 3;
        stored.endsAs = JobState::RolledBack;
        QVERIFY(store.saveCheckpoint(stored.record.id, {"copied", "{}"}).ok());
        QVERIFY(store.update(stored).ok()); // leaves the checkpoint alone
        const auto again = store.get(stored.record.id);
        QVERIFY(again->record == stored.record);
        QCOMPARE(again->checkpoint->step, std::string("copied"));
        QCOMPARE(again->params, stored.params);
        QVERIFY(again->cancelRequested);
        QCOMPARE(again->attempts, 3U);
        QVERIFY(again->endsAs == JobState::RolledBack);
        QCOMPARE(store.saveCheckpoint(JobId(99), {}).error().code, Code::NotFound);
        stored.record.id = JobId(99);
        QCOMPARE(store.update(stored).error().code, Code::NotFound);
    }

    void job_listUnfinishedPrune_seeTheRightOnes()
    {
        JobStore store(*m_database);
        std::vector<StoredJob> jobs;
        for (int i = 0; i < 6; ++i) {
            jobs.push_back(job("job " + std::to_string(i)));
            jobs.back().record.state = i == 1   ? JobState::Running
                                       : i == 4 ? JobState::Queued
                                                : JobState::Done;
            jobs.back().record.id = *store.insert(jobs.back());
        }
        QCOMPARE(store.list({})->front().title, std::string("job 5"));
        QCOMPARE(store.list({true, 200})->size(), std::size_t{2});
        QCOMPARE(store.list({false, 3})->size(), std::size_t{3});
        QCOMPARE(store.unfinished()->front().record.title, std::string("job 1"));
        QVERIFY(store.prune(1).ok());
        QCOMPARE(store.list({})->size(), std::size_t{3}); // two unfinished, one finished
        const JobId next = *store.insert(job("next"));
        QVERIFY(next.get() > jobs.back().record.id.get()); // ids are never used again
    }

    void schedule_putAllRemove_comesBack()
    {
        ScheduleStore store(*m_database);
        ShardSchedule schedule;
        schedule.shard = ShardId(3);
        schedule.due = fromUnixMicros(100);
        schedule.lastSkipped = fromUnixMicros(90);
        schedule.lastSkipReason = "unchanged";
        schedule.changeMark = "12:34";
        QVERIFY(store.put(schedule).ok());
        schedule.due = fromUnixMicros(200);
        QVERIFY(store.put(schedule).ok());
        QVERIFY(store.all()->at(ShardId(3)) == schedule);
        QCOMPARE(store.all()->size(), std::size_t{1});
        QVERIFY(store.remove(ShardId(3)).ok());
        QVERIFY(store.all()->empty());
    }

    void restore_planAndReceipt_comeBack()
    {
        RestoreStore store(*m_database);
        QVERIFY(store.putPlan({plan(), "details"}).ok());
        const auto again = store.plan("abc");
        QVERIFY2(again.ok(), again.ok() ? "" : again.error().text().c_str());
        QCOMPARE(again->details, std::string("details"));
        QVERIFY(again->plan.parts == plan().parts);
        QCOMPARE(again->plan.request.predicate, plan().request.predicate);
        QVERIFY(again->plan.request.at == plan().request.at);
        QVERIFY(again->plan.request.shards == plan().request.shards);
        QVERIFY(!again->plan.fastest);
        QVERIFY(again->plan.slowest == plan().slowest);
        QVERIFY(again->plan.warnings == plan().warnings);
        QVERIFY(again->plan.sideTables == plan().sideTables);
        QCOMPARE(store.plan("nope").error().code, Code::NotFound);

        RestoreReceipt receipt;
        receipt.job = JobId(5);
        receipt.planId = "abc";
        receipt.finished = fromUnixMicros(7);
        receipt.tables = {{"public.orders", "side.orders", 5, "00ff", true}};
        receipt.bytesRead = ByteCount(4096);
        receipt.verified = true;
        QVERIFY(store.putReceipt(receipt).ok());
        const auto kept = store.receipt(JobId(5));
        QCOMPARE(kept->tables.front().checksum, std::string("00ff"));
        QVERIFY(kept->tables.front().verified && kept->verified);
        QCOMPARE(store.receipts(10)->size(), std::size_t{1});
        QCOMPARE(store.receipt(JobId(6)).error().code, Code::NotFound);

        RestorePlan unused = plan();
        unused.id = "unused";
        QVERIFY(store.putPlan({unused, ""}).ok());
        QVERIFY(store.prunePlans(fromUnixMicros(2000)).ok());
        QVERIFY(store.plan("abc").ok()); // a receipt names it
        QCOMPARE(store.plan("unused").error().code, Code::NotFound);
    }

    void keyspace_put_comesBack()
    {
        KeyspaceStore store(*m_database);
        StoredKeyspace keyspace;
        keyspace.record.name = keyspace.spec.name = "orders";
        keyspace.record.tables = {"public.orders", "public.\"Lines\""};
        keyspace.record.keyColumns = {"customer_id"};
        keyspace.record.keyTypes = {KeyType::Integer, KeyType::Uuid};
        keyspace.spec.tables = {"orders"};
        QVERIFY(store.put(keyspace).ok());
        QVERIFY(store.get("orders")->record == keyspace.record);
        QVERIFY(store.get("orders")->spec.tables == keyspace.spec.tables);
        keyspace.record.rpo = 5min;
        QVERIFY(store.put(keyspace).ok());
        QCOMPARE(store.list()->size(), std::size_t{1});
        QVERIFY(store.list()->front().record.rpo == keyspace.record.rpo);
        QCOMPARE(store.get("x").error().code, Code::NotFound);
    }

    void heatBlock_putListPruneForget_seeTheRightOnes()
    {
        HeatBlockStore store(*m_database);
        std::vector<HeatBlock> blocks;
        for (int i = 0; i < 4; ++i) {
            blocks.push_back({{10s, 3, 0, fromUnixMicros(i * 100)}, std::string(3, '\0')});
        }
        QVERIFY(store.put(blocks).ok());
        QVERIFY(store.get(blocks[1].key)->has_value());
        QCOMPARE((*store.get(blocks[1].key))->data, blocks[1].data);
        QVERIFY(!store.get({10s, 2, 0, fromUnixMicros(100)})->has_value());
        QCOMPARE(store.list(blocks[1].key, fromUnixMicros(300))->size(), std::size_t{2});
        QVERIFY(*store.newest(10s) == fromUnixMicros(300));
        QVERIFY(!store.newest(60s)->has_value());
        QVERIFY(store.prune(10s, fromUnixMicros(100)).ok());
        QVERIFY(!store.get(blocks[0].key)->has_value());
        QVERIFY(store.forgetFrom(10s, fromUnixMicros(300)).ok());
        QVERIFY(*store.newest(10s) == fromUnixMicros(200));
        QVERIFY(store.addSlots({{7, 0}, {9, 1}}).ok());
        QCOMPARE(store.allSlots()->back().cell, std::uint64_t{9});
        QVERIFY(!store.addSlots({{11, 2}, {7, 3}}).ok()); // all or none
        QCOMPARE(store.allSlots()->size(), std::size_t{2});
    }

    void init()
    {
        m_folder = std::make_unique<test::TempDir>();
        auto database = Database::open(m_folder->path() / "metadata.db", m_log);
        QVERIFY2(database.ok(), database.ok() ? "" : database.error().text().c_str());
        m_database = std::move(database).value();
    }
    void cleanup() { m_database.reset(); }

private:
    static QString ids(const Result<std::vector<BackupRecord>>& backups)
    {
        QStringList list;
        for (const BackupRecord& record : *backups) {
            list.append(QString::fromStdString(record.id));
        }
        return list.join(QLatin1Char(' '));
    }

    test::TestLog m_log;
    std::unique_ptr<test::TempDir> m_folder;
    std::unique_ptr<Database> m_database;
};

QTEST_GUILESS_MAIN(TstStores)
#include "tst_stores.moc"
