// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/sketch_keeper.h"
#include "agent/metadata/database.h"
#include "tests/harness/temp_dir.h"
#include "tests/harness/test_log.h"
#include "tests/unit/heat/shards.h"

#include <QtTest/QtTest>
#include <memory>

using namespace isotherm;
using namespace isotherm::heat;
using namespace std::chrono_literals;

namespace
{

const WallTime kStart = fromUnixMicros(1'770'000'000'000'000);

using test::keyOf;
using test::shardOf;

} // namespace

class TstSketchKeeper : public QObject
{
    Q_OBJECT

    /// What lives as long as the agent; the metadata file outlives it.
    struct Agent
    {
        Agent(const std::filesystem::path& file, test::TestLog& log,
              SketchKeeperOptions options = {}, KeyTrackerOptions tracked = {})
        {
            auto opened = metadata::Database::open(file, log);
            database = std::move(opened).value();
            cells = std::make_unique<metadata::CellStore>(*database);
            map = CellMap::open(*cells).value();
            tracker = std::make_unique<KeyTracker>(*map, tracked);
            store = std::make_unique<metadata::KeySketchStore>(*database);
            keeper = std::make_unique<SketchKeeper>(*tracker, *store, options);
        }
        /// What the collector does with the shards that it finds, after the start.
        void findShards() const
        {
            QVERIFY(map->assign("orders",
                                {shardOf(1, 0, 1'000), shardOf(2, 1'000, 2'000),
                                 shardOf(3, 2'000, 3'000)},
                                kStart)
                        .ok());
        }
        void observe(std::int64_t key, int times, WallTime when) const
        {
            findShards();
            const std::vector<KeyAccess> access(static_cast<std::size_t>(times),
                                                {KeyUse::Reads, keyOf(key), 1});
            tracker->observe("orders", access, when);
        }
        std::unique_ptr<metadata::Database> database;
        std::unique_ptr<metadata::CellStore> cells;
        std::unique_ptr<CellMap> map;
        std::unique_ptr<KeyTracker> tracker;
        std::unique_ptr<metadata::KeySketchStore> store;
        std::unique_ptr<SketchKeeper> keeper;
    };

    std::filesystem::path file() const { return m_folder->path() / "metadata.db"; }

    void makeShards() const
    {
        const Agent agent(file(), m_log);
        agent.findShards();
    }

private Q_SLOTS:
    void init() { m_folder = std::make_unique<test::TempDir>(); }

    void restart_hotKeysAndCuts_areKnownStill()
    {
        makeShards();
        std::string before;
        {
            const Agent agent(file(), m_log);
            QVERIFY(agent.keeper->restore().ok());
            agent.observe(7, 900, kStart);
            for (std::int64_t key = 100; key < 200; ++key) {
                agent.observe(key, 1, kStart + 1s);
            }
            before = agent.tracker->sketchOf(ShardId(1))->serialize();
            QVERIFY(agent.keeper->keepNow(kStart + 2s).ok());
        }
        const Agent agent(file(), m_log);
        QVERIFY(!agent.tracker->sketchOf(ShardId(1)));
        const auto unreadable = agent.keeper->restore();
        QVERIFY(unreadable.ok());
        QCOMPARE(*unreadable, std::size_t{0});
        const auto sketch = agent.tracker->sketchOf(ShardId(1));
        QVERIFY(sketch.has_value());
        QCOMPARE(sketch->serialize(), before);
        QCOMPARE(sketch->top(KeyUse::Reads).front().key, keyOf(7));
        QVERIFY(!sketch->quantiles(KeyUse::Reads, 9).empty());
        QVERIFY(!agent.tracker->sketchOf(ShardId(2)));
    }

    void keep_betweenTimes_writesNothing()
    {
        makeShards();
        const Agent agent(file(), m_log);
        QVERIFY(agent.keeper->restore().ok());
        agent.observe(7, 10, kStart);
        QVERIFY(agent.keeper->keep(kStart).ok()); // the first time: there is nothing new yet
        QVERIFY(agent.keeper->keep(kStart + 4min).ok());
        QVERIFY(agent.store->list()->empty());
        QVERIFY(agent.keeper->keep(kStart + 6min).ok());
        QCOMPARE(agent.store->list()->size(), std::size_t{1});
    }

    void keepNow_beforeRestore_losesNothing()
    {
        makeShards();
        {
            const Agent agent(file(), m_log);
            QVERIFY(agent.keeper->restore().ok());
            agent.observe(7, 10, kStart);
            QVERIFY(agent.keeper->keepNow(kStart).ok());
        }
        const Agent agent(file(), m_log); // one that fails before it has begun
        QVERIFY(agent.keeper->keepNow(kStart + 1s).ok());
        QCOMPARE(agent.store->list()->size(), std::size_t{1});
    }

    void keepNow_moreThanThereIsRoomFor_keepsTheHottest()
    {
        makeShards();
        const Agent agent(file(), m_log, {.bytes = 500});
        QVERIFY(agent.keeper->restore().ok());
        agent.observe(7, 2, kStart);
        agent.observe(1'007, 9, kStart);
        QVERIFY(agent.keeper->keepNow(kStart).ok());
        const auto first = agent.store->list();
        QCOMPARE(first->size(), std::size_t{1});
        QCOMPARE(first->front().shard, ShardId(2));
        agent.observe(2'007, 10, kStart + 60min); // the first ones are cold by now
        QVERIFY(agent.keeper->keepNow(kStart + 60min).ok());
        const auto second = agent.store->list();
        std::size_t bytes = 0;
        for (const metadata::StoredSketch& stored : *second) {
            bytes += stored.data.size();
        }
        QVERIFY(bytes <= 500);
        QVERIFY(std::any_of(second->begin(), second->end(),
                            [](const auto& stored) { return stored.shard == ShardId(3); }));
    }

    void restore_damagedOrOfNoUse_beginsAnew()
    {
        makeShards();
        {
            const Agent agent(file(), m_log);
            QVERIFY(agent.keeper->restore().ok());
            agent.observe(7, 10, kStart);
            agent.observe(1'007, 10, kStart);
            QVERIFY(agent.keeper->keepNow(kStart).ok());
            std::vector<metadata::StoredSketch> stored = *agent.store->list();
            QCOMPARE(stored.size(), std::size_t{2});
            stored[0].data[20] = static_cast<char>(stored[0].data[20] ^ 1);
            stored.push_back({ShardId(99), stored[1].data}); // a shard that is no more
            QVERIFY(agent.store->put(stored, {ShardId(1), ShardId(2), ShardId(99)}).ok());
        }
        {
            const Agent agent(file(), m_log);
            const auto unreadable = agent.keeper->restore();
            QVERIFY(unreadable.ok());
            QCOMPARE(*unreadable, std::size_t{1});
            QVERIFY(!agent.tracker->sketchOf(ShardId(1)));
            QVERIFY(agent.tracker->sketchOf(ShardId(2)).has_value());
            QVERIFY(!agent.tracker->sketchOf(ShardId(99)));
        }
        const Agent other(file(), m_log, {}, {.sketchHalfLife = 1min});
        QVERIFY(other.keeper->restore().ok());
        QVERIFY(!other.tracker->sketchOf(ShardId(2)));
    }

private:
    mutable test::TestLog m_log;
    std::unique_ptr<test::TempDir> m_folder;
};

QTEST_GUILESS_MAIN(TstSketchKeeper)
#include "tst_sketch_keeper.moc"
