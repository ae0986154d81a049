// SPDX-License-Identifier: Apache-2.0
#include "agent/attribution/read_attribution.h"
#include "agent/metadata/database.h"
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
using heat::KeyUse;

class TstReadAttribution : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void take_reads_goToTheirShardsWithTheirWeight()
    {
        for (int i = 0; i < 30; ++i) {
            take("select * from items where k = 7", {10, true});
        }
        take("select * from items where k = 150", {10, true});
        m_reads->finish(m_clock.wallNow());
        QVERIFY(near(weight(0, KeyUse::Reads), 300));
        QVERIFY(near(weight(1, KeyUse::Reads), 10));
        QVERIFY(near(perMinute(counts().attributed), 310));
    }

    void take_changes_readAndWriteUnlessTheStreamTells()
    {
        take("update items set v = 'x' where k = 7", {1, true});
        take("insert into items(k, v) values (7, 'x')", {1, true});
        m_reads->finish(m_clock.wallNow());
        QVERIFY(near(weight(0, KeyUse::Reads), 1));
        QVERIFY(near(weight(0, KeyUse::Writes), 0));
        take("update items set v = 'x' where k = 7", {1, false});
        take("insert into items(k, v) values (8, 'x')", {1, false});
        m_reads->finish(m_clock.wallNow());
        QVERIFY(near(weight(0, KeyUse::Reads), 2));
        QVERIFY(near(weight(0, KeyUse::Writes), 2));
    }

    void take_range_isDividedOverItsCells()
    {
        take("select * from items where k between 90 and 110", {1, true});
        m_reads->finish(m_clock.wallNow());
        QVERIFY(near(weight(0, KeyUse::Reads), 0.5));
        QVERIFY(near(weight(1, KeyUse::Reads), 0.5));
        QVERIFY(near(perMinute(counts().attributed), 1));
        // Most of the table is no place.
        take("select * from items where k > 10", {1, true});
        m_reads->finish(m_clock.wallNow());
        QVERIFY(near(perMinute(reason(Reason::ManyCells)), 1));
        QVERIFY(near(weight(0, KeyUse::Reads), 0.5));
    }

    void take_notTold_isCountedByReason()
    {
        take("select * from items", {4, true});
        take("select * from items where k = random()", {4, true});
        take("select * from items where k = 'x'", {4, true});
        take("select from where", {4, true});
        take("execute p(1)", {4, true});
        take("select 1", {4, true});
        m_reads->passOver(50);
        m_reads->finish(m_clock.wallNow());
        for (const Reason one : {Reason::NoKey, Reason::NotConstant, Reason::OtherValue,
                                 Reason::NotParsed, Reason::SqlExecute}) {
            QVERIFY(near(perMinute(reason(one)), 4));
        }
        QVERIFY(near(perMinute(reason(Reason::NotRead)), 50));
        QVERIFY(near(counts().attributed, 0));
        // And it fades.
        m_clock.advance(60s);
        m_reads->finish(m_clock.wallNow());
        QVERIFY(near(perMinute(reason(Reason::NoKey)), 2));
    }

    void take_otherDatabase_isLeftOut()
    {
        m_reads->take({"other", "select * from items where k = 7", {}}, {1, true});
        m_reads->finish(m_clock.wallNow());
        QVERIFY(!m_tracker->sketchOf(shard(0)));
        QVERIFY(near(counts().attributed, 0));
    }

    void keyspacesOf_statement_namesThem()
    {
        QCOMPARE(m_reads->keyspacesOf("select * from items where k = $1").size(), std::size_t{1});
        QVERIFY(m_reads->keyspacesOf("select * from elsewhere").empty());
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
        m_engine->define("orders", {100, 200, 300, 400});
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
        m_reads = std::make_unique<ReadAttribution>(*m_cells, *m_tracker);
        m_reads->follow(m_topology->keyspaces(), "shop");
    }
    void cleanup()
    {
        m_reads.reset();
        m_tracker.reset();
        m_cells.reset();
        m_topology.reset();
        m_cellStore.reset();
        m_shards.reset();
        m_keyspaces.reset();
        m_database.reset();
    }

private:
    static bool near(double a, double b) { return std::abs(a - b) < 1e-6 + 1e-6 * std::abs(b); }
    /// What a rate that fades by half in a minute adds up to.
    static double perMinute(double rate) { return rate * 60 / std::log(2.0); }

    void take(const char* text, const StatementWeight& weight)
    {
        m_reads->take({"shop", text, {}}, weight);
    }
    [[nodiscard]] KeyspaceCounts counts() const { return m_reads->counts("orders"); }
    [[nodiscard]] double reason(Reason one) const
    {
        return counts().unattributed[static_cast<std::size_t>(one)];
    }
    [[nodiscard]] ShardId shard(std::size_t index) const
    {
        return m_topology->keyspaces()[0]->shards[index].id;
    }
    [[nodiscard]] double weight(std::size_t index, KeyUse use) const
    {
        const auto sketch = m_tracker->sketchOf(shard(index));
        return sketch ? sketch->weight(use, m_clock.wallNow()) : 0;
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
    std::unique_ptr<ReadAttribution> m_reads;
};

QTEST_GUILESS_MAIN(TstReadAttribution)
#include "tst_read_attribution.moc"
