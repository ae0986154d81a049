// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/key_tracker.h"
#include "agent/metadata/database.h"
#include "tests/harness/temp_dir.h"
#include "tests/harness/test_log.h"
#include "tests/unit/heat/shards.h"

#include <QtTest/QtTest>
#include <cmath>
#include <memory>
#include <random>

using namespace isotherm;
using namespace isotherm::heat;
using namespace std::chrono_literals;

namespace
{

const WallTime kStart = fromUnixMicros(1'770'000'000'000'000);

using test::keyOf;
using test::shardOf;

} // namespace

class TstKeyTracker : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void refine_hotShard_isDividedFinerWhereItIsHot()
    {
        run(KeyUse::Reads, 0, 100, 20'000, kStart);  // a hot tenth of shard 1
        run(KeyUse::Reads, 100, 4'000, 500, kStart); // and little elsewhere
        for (int i = 1; i <= 6; ++i) {
            QVERIFY(m_tracker->refine(kStart + i * 31s).ok());
        }
        const auto cells = m_map->cellsOf("orders");
        const auto hot = cells->cellsIn({keyOf(0), keyOf(100)}).size();
        QVERIFY2(hot > 50, qPrintable(QString::number(hot)));
        QVERIFY(cells->cellsIn({keyOf(1'000), keyOf(4'000)}).size() <= 8);
        QVERIFY(cells->cells().size() < 600);
        // Every cell's part is about what lies in it.
        double sum = 0;
        for (const CellUse& use : m_tracker->cellUse(*cells, ShardId(1))) {
            sum += use.reads;
            QVERIFY(use.reads < 0.2);
        }
        QVERIFY(std::abs(sum - 1) < 1e-9);
    }

    void refine_coolsDown_cellsAreMergedAgain()
    {
        run(KeyUse::Writes, 0, 1'000, 20'000, kStart);
        for (int i = 1; i <= 4; ++i) {
            QVERIFY(m_tracker->refine(kStart + i * 31s).ok());
        }
        const std::size_t many = m_map->cellsOf("orders")->cells().size();
        QVERIFY(many > 100);
        // Silence is not cold: without the stream nothing is known.
        QVERIFY(m_tracker->refine(kStart + 20h).ok());
        QCOMPARE(m_map->cellsOf("orders")->cells().size(), many);
        run(KeyUse::Writes, 3'000, 3'001, 5'000, kStart + 20h); // elsewhere, one key
        for (int i = 1; i <= 4; ++i) {
            QVERIFY(m_tracker->refine(kStart + 20h + i * 31s).ok());
        }
        QVERIFY(m_map->cellsOf("orders")->cellsOf(ShardId(1)).size() < many / 20);
    }

    void refine_oneHotKey_isNotCutForEver()
    {
        run(KeyUse::Reads, 42, 43, 50'000, kStart);
        for (int i = 1; i <= 20; ++i) {
            QVERIFY(m_tracker->refine(kStart + i * 31s).ok());
        }
        QVERIFY(m_map->cellsOf("orders")->cells().size() <= 6);
    }

    void divide_shardOfSeveralCells_partsAddUpToTheCounters()
    {
        run(KeyUse::Reads, 0, 1'000, 20'000, kStart);
        QVERIFY(m_tracker->refine(kStart + 31s).ok());
        QVERIFY(m_map->cellsOf("orders")->cellsOf(ShardId(1)).size() > 1);
        // The hot spot moves: a quarter of the reads at 900 and above, and all of the writes.
        run(KeyUse::Reads, 0, 1'000, 20'000, kStart + 10min);
        run(KeyUse::Writes, 900, 1'000, 2'000, kStart + 10min);
        RateSample sample;
        const std::vector<ShardId> shards = {ShardId(1), ShardId(2)};
        const auto wholes = m_map->wholesOf(shards);
        sample.cells = {{wholes[0], {100, 40, 300, 8'000}}, {wholes[1], {5, 6, 7, 8}}};
        m_tracker->divide(sample);
        const auto cells = m_map->cellsOf("orders")->cellsOf(ShardId(1));
        QCOMPARE(sample.cells.size(), 2 + cells.size());
        std::array<double, 4> sums{};
        double high = 0;
        for (std::size_t i = 2; i < sample.cells.size(); ++i) {
            for (std::size_t metric = 0; metric < 4; ++metric) {
                sums[metric] += static_cast<double>(sample.cells[i].rates[metric]);
            }
            const Cell& cell = cells[i - 2];
            QCOMPARE(sample.cells[i].cell, cell.id);
            if (!(*cell.range.end < keyOf(901))) {
                high += static_cast<double>(sample.cells[i].rates[1]);
            }
        }
        QVERIFY(std::abs(sums[0] - 100) < 0.01);
        QVERIFY(std::abs(sums[1] - 40) < 0.01);
        QVERIFY(std::abs(sums[2] - 300) < 0.01);
        QVERIFY(std::abs(sums[3] - 8'000) < 1);
        QVERIFY(std::abs(high - 40) < 0.01);
    }

    void divide_missingTotals_stayMissing()
    {
        run(KeyUse::Reads, 0, 1'000, 20'000, kStart);
        QVERIFY(m_tracker->refine(kStart + 31s).ok());
        RateSample sample;
        const std::vector<ShardId> shards = {ShardId(1)};
        sample.cells = {{m_map->wholesOf(shards).front(), kMissingRates}};
        m_tracker->divide(sample);
        QVERIFY(sample.cells.size() > 1);
        for (const CellRates& cell : sample.cells) {
            QVERIFY(std::isnan(cell.rates[0]) && std::isnan(cell.rates[2]));
        }
    }

    void refine_shardsSplit_childrenHaveTheirPartOfTheSketch()
    {
        run(KeyUse::Reads, 0, 1'000, 30'000, kStart);
        QVERIFY(m_tracker->refine(kStart + 31s).ok());
        const std::vector<ShardRecord> after = {shardOf(3, 0, 250), shardOf(4, 250, 1'000),
                                                shardOf(2, 1'000, 4'000)};
        QVERIFY(m_map->assign("orders", after, kStart + 1min, m_tracker->shareBelow()).ok());
        QVERIFY(m_tracker->refine(kStart + 2min).ok());
        QVERIFY(!m_tracker->sketchOf(ShardId(1)));
        const auto child = m_tracker->sketchOf(ShardId(3));
        QVERIFY(child.has_value());
        const double all = m_tracker->sketchOf(ShardId(4))->weight(KeyUse::All, kStart + 2min) +
                           child->weight(KeyUse::All, kStart + 2min);
        QVERIFY(std::abs(child->weight(KeyUse::All, kStart + 2min) / all - 0.25) < 0.07);
        for (const KeyShare& key : child->top(KeyUse::All)) {
            QVERIFY(key.key < keyOf(250));
        }
        // The cells' weights went along.
        double sum = 0;
        for (const CellUse& use : m_tracker->cellUse(*m_map->cellsOf("orders"), ShardId(3))) {
            sum += use.reads;
        }
        QVERIFY(std::abs(sum - 1) < 1e-9);
    }

    void shareBelow_isTheSketchsPartOfTheCell()
    {
        run(KeyUse::Reads, 0, 1'000, 30'000, kStart);
        const Cell cell = m_map->cellsOf("orders")->cells()[0];
        const auto share = m_tracker->shareBelow()(cell, keyOf(700));
        QVERIFY(share.has_value());
        QVERIFY(std::abs(*share - 0.7) < 0.08);
        Cell other = cell;
        other.shard = ShardId(2);
        QVERIFY(!m_tracker->shareBelow()(other, keyOf(700)));
    }

    void observe_manyShards_memoryIsBounded()
    {
        std::vector<ShardRecord> shards;
        for (int i = 0; i < 2'000; ++i) {
            shards.push_back(
                shardOf(static_cast<std::uint64_t>(100 + i), i * 1'000, i * 1'000 + 1'000));
        }
        QVERIFY(m_map->assign("orders", shards, kStart).ok());
        KeyTrackerOptions options;
        options.sketchBytes = 4U << 20U;
        m_tracker = std::make_unique<KeyTracker>(*m_map, options);
        for (int i = 0; i < 2'000; ++i) {
            run(KeyUse::Reads, i * 1'000, i * 1'000 + 1'000, i < 50 ? 400 : 50, kStart);
        }
        QVERIFY(m_tracker->refine(kStart + 31s).ok());
        QVERIFY2(m_tracker->bytes() < (5U << 20U), qPrintable(QString::number(m_tracker->bytes())));
        QVERIFY(m_tracker->sketchOf(ShardId(100)).has_value()); // the hot ones stay
        // Other keyspaces and keys of no shard are nobody's.
        const std::vector<KeyAccess> access = {{KeyUse::Reads, keyOf(-5), 1}};
        m_tracker->observe("unknown", access, kStart);
        m_tracker->observe("orders", access, kStart);
    }

    void init()
    {
        m_folder = std::make_unique<test::TempDir>();
        auto database = metadata::Database::open(m_folder->path() / "metadata.db", m_log);
        QVERIFY(database.ok());
        m_database = std::move(database).value();
        m_cells = std::make_unique<metadata::CellStore>(*m_database);
        auto map = CellMap::open(*m_cells);
        QVERIFY(map.ok());
        m_map = std::move(map).value();
        QVERIFY(
            m_map->assign("orders", {shardOf(1, 0, 1'000), shardOf(2, 1'000, 4'000)}, kStart).ok());
        m_tracker = std::make_unique<KeyTracker>(*m_map);
    }
    void cleanup()
    {
        m_tracker.reset();
        m_map.reset();
        m_cells.reset();
        m_database.reset();
    }

private:
    /// `count` accesses to keys of [begin, end), evenly.
    void run(KeyUse use, std::int64_t begin, std::int64_t end, int count, WallTime when)
    {
        std::uniform_int_distribution<std::int64_t> keys(begin, end - 1);
        std::vector<KeyAccess> accesses;
        for (int i = 0; i < count; ++i) {
            accesses.push_back({use, keyOf(keys(m_random)), 1});
        }
        m_tracker->observe("orders", accesses, when);
    }

    test::TestLog m_log;
    std::mt19937 m_random{17};
    std::unique_ptr<test::TempDir> m_folder;
    std::unique_ptr<metadata::Database> m_database;
    std::unique_ptr<metadata::CellStore> m_cells;
    std::unique_ptr<CellMap> m_map;
    std::unique_ptr<KeyTracker> m_tracker;
};

QTEST_GUILESS_MAIN(TstKeyTracker)
#include "tst_key_tracker.moc"
