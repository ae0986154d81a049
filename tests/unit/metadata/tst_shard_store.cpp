// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/backup_store.h"
#include "agent/metadata/keyspace_store.h"
#include "agent/metadata/shard_store.h"
#include "tests/harness/keys.h"
#include "tests/harness/temp_dir.h"
#include "tests/harness/test_log.h"

#include <QtTest/QtTest>
#include <memory>

using namespace isotherm;
using namespace isotherm::metadata;

namespace
{

using test::keyOf;

engine::ShardLayout shard(std::int64_t begin, std::int64_t end, std::vector<std::uint64_t> leafIds)
{
    engine::ShardLayout layout;
    layout.range = {keyOf(begin), keyOf(end)};
    for (const std::uint64_t id : leafIds) {
        layout.leaves.push_back({id, 1, "public", "leaf_" + std::to_string(id)});
    }
    layout.rows = 10;
    return layout;
}

engine::KeyspaceLayout layoutOf(std::vector<engine::ShardLayout> shards)
{
    engine::KeyspaceLayout layout;
    layout.keyColumns = {"id"};
    layout.keyTypes = {KeyType::Integer};
    layout.shards = std::move(shards);
    return layout;
}

} // namespace

class TstShardStore : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void reconcile_twice_givesTheSameIds()
    {
        const auto layout = layoutOf({shard(0, 10, {1}), shard(10, 20, {2})});
        const auto first = reconcile(layout);
        QVERIFY(first[0].id != first[1].id);
        QCOMPARE(QString::fromStdString(first[1].rangeText), QStringLiteral("[10, 20)"));
        QVERIFY(reconcile(layout) == first);
    }

    void reconcile_leafRenamed_keepsItsIdAndTakesTheName()
    {
        auto layout = layoutOf({shard(0, 10, {1})});
        const auto before = reconcile(layout);
        layout.shards[0].leaves[0].name = "Ünïcode \"x\"";
        layout.shards[0].leaves[0].generation = 7;
        const auto after = reconcile(layout);
        QCOMPARE(after[0].id, before[0].id);
        QCOMPARE(after[0].leaves[0], std::string("public.Ünïcode \"x\""));
    }

    void reconcile_keyspaceGainsATable_keepsIds()
    {
        const auto before = reconcile(layoutOf({shard(0, 10, {1})}));
        const auto after = reconcile(layoutOf({shard(0, 10, {1, 5})}));
        QCOMPARE(after[0].id, before[0].id);
    }

    void reconcile_split_retiresTheParentAndKeepsLineage()
    {
        const auto before = reconcile(layoutOf({shard(0, 10, {1}), shard(10, 20, {2})}));
        const auto after =
            reconcile(layoutOf({shard(0, 5, {3}), shard(5, 10, {4}), shard(10, 20, {2})}));
        QCOMPARE(after[2].id, before[1].id);
        QVERIFY(after[0].parents == std::vector<ShardId>{before[0].id});
        QVERIFY(after[1].parents == std::vector<ShardId>{before[0].id});
        QVERIFY(after[2].parents.empty());
        QCOMPARE(m_shards->get(before[0].id)->state, ShardState::Retired);
        QCOMPARE(m_shards->list({"orders", false})->size(), std::size_t{3});
        QCOMPARE(m_shards->list({"orders", true})->size(), std::size_t{4});
    }

    void reconcile_leafComesBack_isActiveUnderItsOldId()
    {
        const auto layout = layoutOf({shard(0, 10, {1}), shard(10, 20, {2})});
        const auto before = reconcile(layout);
        reconcile(layoutOf({shard(0, 10, {1})}));
        QCOMPARE(m_shards->get(before[1].id)->state, ShardState::Retired);
        const auto after = reconcile(layout);
        QCOMPARE(after[1].id, before[1].id);
        QCOMPARE(after[1].state, ShardState::Active);
    }

    void reconcile_sameRangeOtherTable_isANewShardWithAParent()
    {
        const auto before = reconcile(layoutOf({shard(0, 10, {1})}));
        const auto after = reconcile(layoutOf({shard(0, 10, {99})}));
        QVERIFY(after[0].id != before[0].id);
        QVERIFY(after[0].parents == std::vector<ShardId>{before[0].id});
    }

    void reconcile_default_isLastAndKeepsItsId()
    {
        auto rest = shard(0, 0, {9});
        rest.range = {};
        rest.isDefault = true;
        const auto before = reconcile(layoutOf({shard(0, 10, {1}), rest}));
        const auto after = reconcile(layoutOf({shard(0, 10, {1}), shard(10, 20, {2}), rest}));
        QCOMPARE(after[2].id, before[1].id);
        const auto listed = m_shards->list({"orders", false});
        QVERIFY(listed->back().isDefault);
        QCOMPARE(listed->back().rangeText, std::string("default"));
    }

    void reconcile_otherKeyspace_isNotTouched()
    {
        const auto orders = reconcile(layoutOf({shard(0, 10, {1})}));
        const auto layout = layoutOf({shard(0, 10, {7})});
        const auto other = m_shards->reconcile({"other", "db:5432", layout});
        QVERIFY(other.ok());
        QVERIFY(other->front().id != orders[0].id);
        QCOMPARE(m_shards->get(orders[0].id)->state, ShardState::Active);
    }

    void list_withBackupsAndObjective_showsThem()
    {
        const auto shards = reconcile(layoutOf({shard(0, 10, {1})}));
        StoredKeyspace keyspace;
        keyspace.record.name = keyspace.spec.name = "orders";
        keyspace.record.rpo = std::chrono::minutes(5);
        QVERIFY(KeyspaceStore(*m_database).put(keyspace).ok());
        for (const int hour : {3, 9, 6}) {
            BackupRecord backup;
            backup.id = "m" + std::to_string(hour);
            backup.shard = shards[0].id;
            backup.asOf = fromUnixMicros(hour);
            backup.lsn = Lsn(static_cast<std::uint64_t>(hour) * 100);
            QVERIFY(BackupStore(*m_database).put(backup).ok());
        }
        const auto listed = m_shards->list({"", false});
        QCOMPARE(listed->size(), std::size_t{1});
        QVERIFY(listed->front().lastBackup == fromUnixMicros(9));
        QVERIFY(listed->front().lastBackupLsn == Lsn(900));
        QVERIFY(listed->front().rpoObjective == std::chrono::milliseconds(300'000));
        QCOMPARE(KeyspaceStore(*m_database).get("orders")->record.shardCount, 1U);
    }

    void get_unknown_isNotFound()
    {
        QCOMPARE(m_shards->get(ShardId(77)).error().code, Code::NotFound);
        QCOMPARE(m_shards->get(ShardId()).error().code, Code::NotFound);
    }

    void init()
    {
        m_folder = std::make_unique<test::TempDir>();
        auto database = Database::open(m_folder->path() / "metadata.db", m_log);
        QVERIFY2(database.ok(), database.ok() ? "" : database.error().text().c_str());
        m_database = std::move(database).value();
        m_shards = std::make_unique<ShardStore>(*m_database);
    }
    void cleanup()
    {
        m_shards.reset();
        m_database.reset();
    }

private:
    std::vector<ShardRecord> reconcile(const engine::KeyspaceLayout& layout)
    {
        auto records = m_shards->reconcile({"orders", "db:5432", layout});
        ISO_CHECK(records.ok());
        return std::move(records).value();
    }

    test::TestLog m_log;
    std::unique_ptr<test::TempDir> m_folder;
    std::unique_ptr<Database> m_database;
    std::unique_ptr<ShardStore> m_shards;
};

QTEST_GUILESS_MAIN(TstShardStore)
#include "tst_shard_store.moc"
