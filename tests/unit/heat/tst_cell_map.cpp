// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/cell_map.h"
#include "agent/heat/heat_store.h"
#include "agent/metadata/database.h"
#include "tests/harness/temp_dir.h"
#include "tests/harness/test_log.h"
#include "tests/unit/heat/shards.h"

#include <QtTest/QtTest>
#include <cmath>
#include <memory>
#include <random>
#include <set>

using namespace isotherm;
using namespace isotherm::heat;
using namespace std::chrono_literals;

namespace
{

const WallTime kStart = fromUnixMicros(3600LL * 1'000'000 * 491'666);

using test::keyOf;
using test::shardOf;

ShardRecord defaultOf(std::uint64_t id)
{
    ShardRecord shard;
    shard.id = ShardId(id);
    shard.keyspace = "orders";
    shard.isDefault = true;
    return shard;
}

bool near(float a, double b)
{
    return std::abs(static_cast<double>(a) - b) <= 0.002 * std::abs(b);
}

} // namespace

class TstCellMap : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void assign_first_oneCellAShard()
    {
        assign({shardOf(1, 0, 100), shardOf(2, 100, 200), defaultOf(3)});
        const auto cells = m_map->cellsOf("orders");
        QCOMPARE(cells->cells().size(), std::size_t{3});
        QCOMPARE(cells->shardCount(), std::size_t{3});
        QVERIFY(cells->cells()[2].isDefault);
        QCOMPARE(cells->find(keyOf(0))->shard, ShardId(1));
        QCOMPARE(cells->find(keyOf(99))->shard, ShardId(1));
        QCOMPARE(cells->find(keyOf(100))->shard, ShardId(2));
        QCOMPARE(cells->find(keyOf(-1))->shard, ShardId(3));
        QCOMPARE(cells->find(keyOf(200))->shard, ShardId(3));
        const std::vector<ShardId> shards = {ShardId(1), ShardId(3), ShardId(77)};
        const auto wholes = m_map->wholesOf(shards);
        QCOMPARE(wholes[0], cells->cellsOf(ShardId(1)).front().id);
        QCOMPARE(wholes[1], cells->cellsOf(ShardId(3)).front().id);
        QCOMPARE(wholes[2], CellId());
        // The same again changes nothing.
        assign({shardOf(1, 0, 100), shardOf(2, 100, 200), defaultOf(3)});
        QCOMPARE(m_map->cellsOf("orders").get(), cells.get());
    }

    void assign_splitInsideACell_childrenInheritTheirShare()
    {
        assign({shardOf(1, 0, 100)});
        const CellId parent = m_map->cellsOf("orders")->cells()[0].id;
        const auto share = [&](const Cell& cell, const Key& cut) -> std::optional<double> {
            return cell.id == parent && cell.shard == ShardId(1) && cut == keyOf(30)
                       ? std::optional(0.7)
                       : std::nullopt;
        };
        QVERIFY(
            m_map->assign("orders", {shardOf(2, 0, 30), shardOf(3, 30, 100)}, kStart + 1h, share)
                .ok());
        const auto cells = m_map->cellsOf("orders");
        QCOMPARE(cells->cells().size(), std::size_t{2});
        QVERIFY(cells->cellsOf(ShardId(1)).empty());
        const std::vector<CellId> ids = {cells->cells()[0].id, cells->cells()[1].id};
        const auto lineages = m_map->lineagesOf(ids);
        QCOMPARE(lineages[0].origins.front().from, parent);
        QVERIFY(std::abs(lineages[0].origins.front().share - 0.7) < 1e-9);
        QVERIFY(std::abs(lineages[1].origins.front().share - 0.3) < 1e-9);
        QCOMPARE(lineages[0].born, kStart + 1h);
    }

    void edit_splitsAndMerges_shardsKeepTheirCells()
    {
        assign({shardOf(1, 0, 100), shardOf(2, 100, 200)});
        const CellId first = m_map->cellsOf("orders")->cells()[0].id;
        QVERIFY(m_map
                    ->edit("orders", {{{first, {{keyOf(10), 0.25}, {keyOf(50), 0.75}}}}, {}},
                           kStart + 1min)
                    .ok());
        auto cells = m_map->cellsOf("orders");
        QCOMPARE(cells->cellsOf(ShardId(1)).size(), std::size_t{3});
        QCOMPARE(cells->cellsIn({keyOf(20), keyOf(150)}).size(), std::size_t{3});
        QCOMPARE(whole(1), first); // goes on as the shard's total
        const CellId a = cells->cells()[0].id;
        const CellId b = cells->cells()[1].id;
        const CellId c = cells->cells()[2].id;
        const CellId other = cells->cells()[3].id;
        for (const auto& wrong : std::vector<std::vector<CellId>>{
                 {a, c}, {b, a}, {c, other}, {a}, {a, CellId(999)}, {first, c}}) {
            QVERIFY(!m_map->edit("orders", {{}, {wrong}}, kStart + 2min).ok());
        }
        QVERIFY(!m_map->edit("orders", {{{a, {{keyOf(10), 0.5}}}}, {}}, kStart + 2min).ok());
        QVERIFY(!m_map->edit("orders", {{{a, {{keyOf(5), 1.5}}}}, {}}, kStart + 2min).ok());
        QVERIFY(m_map->edit("orders", {{}, {{a, b}}}, kStart + 2min).ok());
        QCOMPARE(m_map->cellsOf("orders")->cellsOf(ShardId(1)).size(), std::size_t{2});
        const CellId ab = m_map->cellsOf("orders")->cells()[0].id;
        QVERIFY(m_map->edit("orders", {{}, {{ab, c}}}, kStart + 3min).ok());
        cells = m_map->cellsOf("orders");
        QCOMPARE(cells->cellsOf(ShardId(1)).size(), std::size_t{1});
        QCOMPARE(cells->cells()[0].id, first); // the whole is the cell again
    }

    void edit_tooManyCells_isRefused()
    {
        assign({shardOf(1, 0, 100'000)});
        CellSplit split{m_map->cellsOf("orders")->cells()[0].id, {}};
        for (std::size_t i = 1; i <= kCellsPerKeyspace; ++i) {
            split.cuts.push_back({keyOf(static_cast<std::int64_t>(i)), 0.5});
        }
        const Status refused = m_map->edit("orders", {{split}, {}}, kStart);
        QVERIFY(!refused.ok());
        QCOMPARE(refused.error().code, Code::ResourceExhausted);
        QCOMPARE(m_map->cellsOf("orders")->cells().size(), std::size_t{1});
        split.cuts.pop_back();
        QVERIFY(m_map->edit("orders", {{split}, {}}, kStart).ok());
    }

    void open_again_isAsItWas()
    {
        assign({shardOf(1, 0, 100), shardOf(2, 100, 200), defaultOf(3)});
        const CellId first = m_map->cellsOf("orders")->cells()[0].id;
        QVERIFY(m_map->edit("orders", {{{first, {{keyOf(10), 0.25}}}}, {}}, kStart).ok());
        const auto before = m_map->cellsOf("orders");
        open();
        assign({shardOf(1, 0, 100), shardOf(2, 100, 200), defaultOf(3)});
        const auto after = m_map->cellsOf("orders");
        QCOMPARE(after->cells().size(), before->cells().size());
        for (std::size_t i = 0; i < before->cells().size(); ++i) {
            QCOMPARE(after->cells()[i].id, before->cells()[i].id);
            QCOMPARE(after->cells()[i].shard, before->cells()[i].shard);
        }
        QCOMPARE(whole(1), first);
        // No number is given out twice.
        QVERIFY(
            m_map->edit("orders", {{{after->cells()[0].id, {{keyOf(5), 0.5}}}}, {}}, kStart).ok());
        for (const Cell& cell : m_map->cellsOf("orders")->cells().first(2)) {
            QVERIFY(cell.id > before->cells().back().id && cell.id > before->cells()[1].id);
        }
    }

    /// Splits and merges at random: whatever happens, the keys stay covered once, and the history
    /// of all shards adds up to what was measured.
    void assign_randomReshards_historyAddsUp()
    {
        const std::uint32_t seed = std::random_device{}();
        qInfo() << "seed" << seed;
        std::mt19937 random(seed);
        auto store = heat();
        std::vector<std::int64_t> bounds = {0, 250, 500, 750, 1000};
        std::uint64_t next = 1;
        for (int round = 0; round < 12; ++round) {
            std::vector<ShardRecord> shards;
            for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
                const auto known = std::find_if(m_shards.begin(), m_shards.end(), [&](auto& shard) {
                    return shard.range == KeyRange{keyOf(bounds[i]), keyOf(bounds[i + 1])};
                });
                shards.push_back(
                    known != m_shards.end() ? *known : shardOf(next++, bounds[i], bounds[i + 1]));
            }
            m_shards = shards;
            const WallTime now = kStart + round * 10min;
            QVERIFY(m_map->assign("orders", shards, now).ok());
            checkCover();
            measure(*store, now, 10min);
            if (round % 3 == 1) {
                const auto cells = m_map->cellsOf("orders");
                const Cell& cell = cells->cells()[random() % cells->cells().size()];
                const std::int64_t begin =
                    std::stoll(formatKey(cell.range.begin, {KeyType::Integer}));
                const Key cut = keyOf(begin + 1);
                if (cell.range.contains(cut)) {
                    QVERIFY(
                        m_map->edit("orders", {{{cell.id, {{cut, 0.1}}}}, {}}, now + 10min).ok());
                    checkCover();
                }
            }
            if (round % 2 == 0) {
                bounds.insert(std::upper_bound(bounds.begin(), bounds.end(), 7 * (round + 1)),
                              7 * (round + 1));
            } else {
                bounds.erase(bounds.begin() + 1 +
                             static_cast<std::ptrdiff_t>(random() % (bounds.size() - 2)));
            }
        }
        const auto matrix =
            store->query({HeatMetric::Rows, kStart, kStart + 2h, 12, {}, {}}, m_shards);
        QVERIFY(matrix.ok());
        for (std::size_t column = 0; column < matrix->columns; ++column) {
            double sum = 0;
            for (std::size_t row = 0; row < matrix->rows.size(); ++row) {
                sum += static_cast<double>(matrix->meanAt(row, column));
                QVERIFY(matrix->maxAt(row, column) >= matrix->meanAt(row, column) * 0.999F);
            }
            QVERIFY2(std::abs(sum - 1000) < 5, qPrintable(QString::number(sum)));
        }
    }

    void query_afterSplit_theChildHasItsShareOfThePast()
    {
        auto store = heat();
        m_shards = {shardOf(1, 0, 100)};
        assign(m_shards);
        record(*store, kStart, 10min, {{whole(1), 200.0F}});
        m_shards = {shardOf(2, 0, 30), shardOf(3, 30, 100)};
        QVERIFY(m_map
                    ->assign("orders", m_shards, kStart + 10min,
                             [](const Cell&, const Key&) { return std::optional(0.9); })
                    .ok());
        record(*store, kStart + 10min, 10min, {{whole(2), 50.0F}, {whole(3), 60.0F}});
        const HeatQuery query{HeatMetric::Rows, kStart, kStart + 30min, 3, {}, {}};
        const auto children = store->query(query, m_shards);
        QVERIFY(near(children->meanAt(0, 0), 180));
        QVERIFY(near(children->maxAt(0, 0), 180));
        QVERIFY(near(children->meanAt(1, 0), 20));
        QVERIFY(near(children->meanAt(0, 1), 50));
        // Merged again.
        const std::vector<ShardRecord> merged = {shardOf(4, 0, 100)};
        QVERIFY(m_map->assign("orders", merged, kStart + 20min).ok());
        record(*store, kStart + 20min, 10min, {{whole(4), 70.0F}});
        const auto again = store->query(query, merged);
        QVERIFY(near(again->meanAt(0, 0), 200));
        QVERIFY(near(again->meanAt(0, 1), 110));
        QVERIFY(near(again->maxAt(0, 1), 110));
        QVERIFY(near(again->meanAt(0, 2), 70));
        const std::vector<ShardId> shards = {ShardId(4)};
        const auto all =
            store->percentile(HeatMetric::Rows, {10s, kStart, kStart + 30min}, shards, 1);
        QVERIFY(near(static_cast<float>(all->rate), 200));
        QCOMPARE(all->values, std::size_t{180});
    }

    void query_partOfThePastMissing_isMissing()
    {
        auto store = heat();
        assign({shardOf(1, 0, 100), shardOf(2, 100, 200)});
        record(*store, kStart, 10min, {{whole(1), 5.0F}}); // nothing of the other
        const std::vector<ShardRecord> merged = {shardOf(3, 0, 200)};
        QVERIFY(m_map->assign("orders", merged, kStart + 10min).ok());
        const auto matrix =
            store->query({HeatMetric::Rows, kStart, kStart + 10min, 1, {}, {}}, merged);
        QVERIFY(std::isnan(matrix->meanAt(0, 0)));
        // But a range that nobody had then lacks nothing.
        const std::vector<ShardRecord> grown = {shardOf(4, 0, 100), shardOf(5, 200, 300)};
        QVERIFY(m_map->assign("orders", grown, kStart + 15min).ok());
        const std::vector<ShardRecord> all = {shardOf(6, 0, 300)};
        QVERIFY(m_map->assign("orders", all, kStart + 20min).ok());
        const auto later = store->query({HeatMetric::Rows, kStart, kStart + 10min, 1, {}, {}}, all);
        QVERIFY(near(later->meanAt(0, 0), 5));
    }

    /// A metadata file of the version before: heat was kept by shard.
    void open_storeOfTheVersionBefore_keepsItsHistory()
    {
        {
            auto store = HeatStore::open(*m_blocks, m_log); // as it was: series = shard
            record(**store, kStart, 10min, {{CellId(41), 12.0F}});
            QVERIFY((*store)->flush().ok());
        }
        QVERIFY(m_database
                    ->write([](metadata::Connection& c) -> Status {
                        ISO_TRY(c.run("insert into shard(id, keyspace, range_begin, range_end, "
                                      "range_text, is_default, leaves, leaf_ids, node, rows, size, "
                                      "state, parents, not_covered) values(41, 'orders', x'01', "
                                      "null, '', 0, '[]', '[]', '', 0, 0, 1, '[]', '[]')"));
                        ISO_TRY(
                            c.run("drop table heat_cell; drop table change; drop table recovery; "
                                  "drop table proven_run; drop table drill; "
                                  "drop table past_forecast; drop table key_sketch; "
                                  "alter table backup drop column deltas; "
                                  "alter table backup drop column since_database; "
                                  "pragma user_version = 1;"));
                        return {};
                    })
                    .ok());
        m_map.reset();
        m_blocks.reset();
        m_cells.reset();
        m_database.reset();
        openDatabase();
        open();
        auto store = heat();
        ShardRecord shard = shardOf(41, 0, 0);
        shard.range = {Key(std::string(1, '\x01')), std::nullopt};
        assign({shard});
        QCOMPARE(whole(41), CellId(41));
        const auto matrix =
            store->query({HeatMetric::Rows, kStart, kStart + 10min, 1, {}, {}}, {shard});
        QVERIFY(near(matrix->meanAt(0, 0), 12));
        const CellId cell = m_map->cellsOf("orders")->cells()[0].id;
        QVERIFY(m_map->edit("orders", {{{cell, {{keyOf(0), 0.5}}}}, {}}, kStart + 10min).ok());
        QVERIFY(m_map->cellsOf("orders")->cells()[0].id > CellId(41));
    }

    void init()
    {
        m_folder = std::make_unique<test::TempDir>();
        openDatabase();
        open();
        m_shards.clear();
    }
    void cleanup()
    {
        m_map.reset();
        m_blocks.reset();
        m_cells.reset();
        m_database.reset();
    }

private:
    void openDatabase()
    {
        auto database = metadata::Database::open(m_folder->path() / "metadata.db", m_log);
        ISO_CHECK(database.ok());
        m_database = std::move(database).value();
        ISO_CHECK(
            m_database
                ->read([](metadata::Connection& c) { return c.run("pragma synchronous = off"); })
                .ok());
        m_blocks = std::make_unique<metadata::HeatBlockStore>(*m_database);
        m_cells = std::make_unique<metadata::CellStore>(*m_database);
    }
    void open()
    {
        auto map = CellMap::open(*m_cells);
        ISO_CHECK(map.ok());
        m_map = std::move(map).value();
    }
    void assign(const std::vector<ShardRecord>& shards)
    {
        QVERIFY(m_map->assign("orders", shards, kStart).ok());
    }
    std::unique_ptr<HeatStore> heat()
    {
        HeatStoreOptions options;
        options.cells = m_map.get();
        auto store = HeatStore::open(*m_blocks, m_log, options);
        ISO_CHECK(store.ok());
        return std::move(store).value();
    }
    [[nodiscard]] CellId whole(std::uint64_t shard) const
    {
        const std::vector<ShardId> shards = {ShardId(shard)};
        return m_map->wholesOf(shards).front();
    }

    static void record(HeatStore& store, WallTime from, std::chrono::seconds length,
                       const std::vector<std::pair<CellId, float>>& rates)
    {
        for (auto at = 0s; at < length; at += 10s) {
            RateSample sample;
            sample.start = from + at;
            sample.end = from + at + 10s;
            for (const auto& [cell, rate] : rates) {
                sample.cells.push_back({cell, {rate, rate, rate, rate}});
            }
            QVERIFY(store.record(sample).ok());
        }
    }

    /// One row a second for each key.
    void measure(HeatStore& store, WallTime from, std::chrono::seconds length)
    {
        std::vector<std::pair<CellId, float>> rates;
        const auto number = [](const Key& key) {
            return std::stof(formatKey(key, {KeyType::Integer}));
        };
        std::set<CellId> known;
        for (const ShardRecord& shard : m_shards) {
            rates.emplace_back(whole(shard.id.get()),
                               number(*shard.range.end) - number(shard.range.begin));
            known.insert(rates.back().first);
        }
        for (const Cell& cell : m_map->cellsOf("orders")->cells()) {
            if (!known.contains(cell.id)) {
                rates.emplace_back(cell.id, number(*cell.range.end) - number(cell.range.begin));
            }
        }
        record(store, from, length, rates);
    }

    void checkCover()
    {
        const auto cells = m_map->cellsOf("orders");
        std::size_t count = 0;
        for (const ShardRecord& shard : m_shards) {
            Key at = shard.range.begin;
            for (const Cell& cell : cells->cellsOf(shard.id)) {
                QCOMPARE(cell.range.begin.encoded(), at.encoded());
                at = *cell.range.end;
                ++count;
            }
            QCOMPARE(at.encoded(), shard.range.end->encoded());
        }
        QCOMPARE(count, cells->cells().size());
    }

    test::TestLog m_log;
    std::unique_ptr<test::TempDir> m_folder;
    std::unique_ptr<metadata::Database> m_database;
    std::unique_ptr<metadata::HeatBlockStore> m_blocks;
    std::unique_ptr<metadata::CellStore> m_cells;
    std::unique_ptr<CellMap> m_map;
    std::vector<ShardRecord> m_shards;
};

QTEST_GUILESS_MAIN(TstCellMap)
#include "tst_cell_map.moc"
