// SPDX-License-Identifier: Apache-2.0
#include "agent/attribution/write_tap.h"
#include "agent/metadata/database.h"
#include "shared/model/row_batch.h"
#include "tests/harness/fake_clock.h"
#include "tests/harness/temp_dir.h"
#include "tests/harness/test_log.h"
#include "tests/unit/backup/memory_engine.h"

#include <QtTest/QtTest>
#include <cmath>
#include <memory>

using namespace isotherm;
using namespace isotherm::attribution;
using namespace std::chrono_literals;

class TstWriteTap : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void changed_rowsOfAShard_areItsWrites()
    {
        WriteTap tap(*m_topology, *m_tracker, m_clock);
        for (int i = 0; i < 90; ++i) {
            tap.changed(relationOf(0), engine::ChangeKind::Update, rowOf(7));
        }
        for (int i = 0; i < 10; ++i) {
            tap.changed(relationOf(1), engine::ChangeKind::Insert, rowOf(500 + i));
        }
        tap.flush();
        const auto low = m_tracker->sketchOf(shard(0));
        QVERIFY(low.has_value());
        QVERIFY(std::abs(low->weight(heat::KeyUse::Writes, m_clock.wallNow()) - 90) < 1e-6);
        QVERIFY(low->top(heat::KeyUse::All).front().share > 0.999);
        QVERIFY(
            std::abs(m_tracker->sketchOf(shard(1))->weight(heat::KeyUse::All, m_clock.wallNow()) -
                     10) < 1e-6);
        QCOMPARE(tap.rows(), std::uint64_t{100});
        QCOMPARE(tap.unknown(), std::uint64_t{0});
    }

    void changed_overTheRate_samplesWithItsWeight()
    {
        WriteTap tap(*m_topology, *m_tracker, m_clock, {.fullRate = 1'000});
        const auto relation = relationOf(0);
        constexpr int kRows = 200'000;
        for (int i = 0; i < kRows; ++i) {
            if (i % 10'000 == 0) {
                m_clock.advance(200ms); // 50,000 rows a second
            }
            tap.changed(relation, engine::ChangeKind::Insert, rowOf(i % 100));
        }
        tap.flush();
        // No more than about 1,000 a second are looked at; they stand for all.
        QVERIFY2(tap.sampled() < 12'000, qPrintable(QString::number(tap.sampled())));
        const double all =
            static_cast<double>(m_tracker->sketchOf(shard(0))->observations(heat::KeyUse::Writes));
        QVERIFY(all > 1'000);
        const double weight =
            m_tracker->sketchOf(shard(0))->weight(heat::KeyUse::Writes, m_clock.wallNow());
        QVERIFY2(std::abs(weight / kRows - 1) < 0.1, qPrintable(QString::number(weight)));
    }

    void changed_unknownOrBroken_isCountedAndLeft()
    {
        WriteTap tap(*m_topology, *m_tracker, m_clock);
        auto stranger = relationOf(0);
        stranger.leaf.objectId = 99;
        tap.changed(stranger, engine::ChangeKind::Insert, rowOf(1));
        tap.changed(stranger, engine::ChangeKind::Insert, rowOf(1));
        auto other = relationOf(0);
        other.columns[1].name = "renamed";
        tap.changed(other, engine::ChangeKind::Insert, rowOf(1));
        m_clock.advance(2s);
        tap.changed(relationOf(0), engine::ChangeKind::Insert, "\x00\x00");
        tap.changed(relationOf(0), engine::ChangeKind::Insert, rowOf(1));
        tap.flush();
        QCOMPARE(tap.unknown(), std::uint64_t{4});
        QCOMPARE(m_tracker->sketchOf(shard(0))->observations(heat::KeyUse::All), std::uint64_t{1});
    }

    void init()
    {
        m_folder = std::make_unique<test::TempDir>();
        auto database = metadata::Database::open(m_folder->path() / "metadata.db", m_log);
        QVERIFY(database.ok());
        m_database = std::move(database).value();
        m_keyspaces = std::make_unique<metadata::KeyspaceStore>(*m_database);
        m_shards = std::make_unique<metadata::ShardStore>(*m_database);
        m_cellStore = std::make_unique<metadata::CellStore>(*m_database);
        m_engine = std::make_unique<test::MemoryEngine>(m_clock);
        m_engine->define("orders", {100});
        m_topology =
            std::make_unique<topology::Topology>(*m_engine, *m_keyspaces, *m_shards, m_clock);
        metadata::StoredKeyspace keyspace;
        keyspace.spec = {"orders", {"items"}, {}};
        keyspace.record.name = "orders";
        QVERIFY(m_topology->adopt(keyspace).ok());
        auto map = heat::CellMap::open(*m_cellStore);
        QVERIFY(map.ok());
        m_cells = std::move(map).value();
        QVERIFY(
            m_cells->assign("orders", m_topology->keyspaces()[0]->shards, m_clock.wallNow()).ok());
        m_tracker = std::make_unique<heat::KeyTracker>(*m_cells);
    }
    void cleanup()
    {
        m_tracker.reset();
        m_cells.reset();
        m_topology.reset();
        m_cellStore.reset();
        m_shards.reset();
        m_keyspaces.reset();
        m_database.reset();
    }

private:
    [[nodiscard]] ShardId shard(std::size_t index) const
    {
        return m_topology->keyspaces()[0]->shards[index].id;
    }

    /// The leaf of a shard as the stream describes it; its key stands second.
    [[nodiscard]] engine::ChangeRelation relationOf(std::size_t index) const
    {
        const auto& layout = m_topology->keyspaces()[0]->layout;
        const TableSchema& table = layout.tables[0];
        const ColumnSchema& key = table.columns[table.key[0].column];
        engine::ChangeRelation relation;
        relation.leaf = layout.shards[index].leaves[0];
        relation.columns = {{"other", "text", ValueEncoding::Binary, false},
                            {key.name, key.typeName, ValueEncoding::Binary, true}};
        return relation;
    }

    static std::string rowOf(std::int64_t key)
    {
        std::string row;
        appendBigEndian(row, std::uint32_t{3});
        row += "abc";
        appendBigEndian(row, std::uint32_t{8});
        appendBigEndian(row, static_cast<std::uint64_t>(key));
        return row;
    }

    test::TestLog m_log;
    test::FakeClock m_clock;
    std::unique_ptr<test::TempDir> m_folder;
    std::unique_ptr<metadata::Database> m_database;
    std::unique_ptr<metadata::KeyspaceStore> m_keyspaces;
    std::unique_ptr<metadata::ShardStore> m_shards;
    std::unique_ptr<metadata::CellStore> m_cellStore;
    std::unique_ptr<test::MemoryEngine> m_engine;
    std::unique_ptr<topology::Topology> m_topology;
    std::unique_ptr<heat::CellMap> m_cells;
    std::unique_ptr<heat::KeyTracker> m_tracker;
};

QTEST_GUILESS_MAIN(TstWriteTap)
#include "tst_write_tap.moc"
