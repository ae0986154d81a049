// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/temperature_model.h"
#include "agent/metadata/database.h"
#include "tests/harness/temp_dir.h"
#include "tests/harness/test_log.h"

#include <QtTest/QtTest>
#include <cmath>
#include <memory>

using namespace isotherm;
using namespace isotherm::heat;
using namespace std::chrono_literals;

namespace
{

const WallTime kStart = fromUnixMicros(3600LL * 1'000'000 * 491'666);

std::vector<ShardRecord> shardsOf(std::size_t count)
{
    std::vector<ShardRecord> shards(count);
    for (std::size_t i = 0; i < count; ++i) {
        shards[i].id = ShardId(i + 1);
        shards[i].keyspace = "orders";
        std::string begin;
        appendKeyInteger(begin, static_cast<std::int64_t>(i));
        shards[i].range.begin = Key(begin);
    }
    return shards;
}

class FixedForecast final : public ForecastSource
{
public:
    std::optional<double> predictedRowsPerSecond(ShardId cell,
                                                 std::chrono::milliseconds) const override
    {
        return cell == ShardId(1) ? std::optional(250.0) : std::nullopt;
    }
    std::optional<RatePath> ratePath(ShardId cell) const override
    {
        return cell == ShardId(1) ? std::optional(RatePath{kStart, 1h, {250.0, 5'000.0}})
                                  : std::nullopt;
    }
};

} // namespace

class TstTemperatureModel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void temperature_configuredRate_isTheRatioAtMostOne()
    {
        record(kStart, 60s, {100.0F, 5'000.0F, kMissingHeat});
        TemperatureOptions options;
        options.hotRates = {{"orders", 500.0}};
        TemperatureModel model(*m_store, options);
        QVERIFY(!model.temperature(ShardId(1)));
        QVERIFY(model.update(kStart + 60s, shardsOf(3)).ok());
        QVERIFY(near(model.temperature(ShardId(1)), 0.2));
        QVERIFY(near(model.temperature(ShardId(2)), 1.0));
        QVERIFY(!model.temperature(ShardId(3))); // unknown, not cold
        QVERIFY(near(model.rowsPerSecond(ShardId(1)), 100));
        QVERIFY(model.reference("orders")->why.find("hot_rate") != std::string::npos);
        QVERIFY(!model.predictedTemperature(ShardId(1), 1h)); // nobody forecasts yet
    }

    void temperature_oldSamples_areNotNow()
    {
        record(kStart, 60s, {100.0F});
        TemperatureOptions options;
        options.hotRates = {{"orders", 500.0}};
        TemperatureModel model(*m_store, options);
        QVERIFY(model.update(kStart + 10min, shardsOf(1)).ok());
        QVERIFY(!model.temperature(ShardId(1)));
    }

    void reference_shortHistory_fallsBackToFinerBuckets()
    {
        TemperatureModel model(*m_store, {});
        const auto shards = shardsOf(2);
        QVERIFY(model.update(kStart, shards).ok());
        QVERIFY(!model.reference("orders"));
        record(kStart, 30s, {100.0F, 1'000.0F});
        QVERIFY(model.update(kStart + 30s, shards).ok());
        QVERIFY(model.reference("orders")->why.find("10 s") != std::string::npos);
        QVERIFY(near(model.reference("orders")->rowsPerSecond, 1'000));
        record(kStart + 30s, 5min, {100.0F, 1'000.0F});
        QVERIFY(model.update(kStart + 330s, shards).ok());
        QVERIFY(model.reference("orders")->why.find("minutes") != std::string::npos);
    }

    void reference_aDayOfHours_isTheir99thPercentile()
    {
        // 100 shard hours: 98 at 100 rows/s, one at 500, one at 9,000: the 99th percentile is 500.
        const auto shards = shardsOf(4);
        for (int hour = 0; hour < 25; ++hour) {
            record(kStart + hour * 1h, 1h,
                   {hour == 3 ? 500.0F : 100.0F, hour == 9 ? 9'000.0F : 100.0F, 100.0F, 100.0F});
        }
        TemperatureModel model(*m_store, {});
        QVERIFY(model.update(kStart + 25h, shards).ok());
        const auto reference = model.reference("orders");
        QVERIFY2(reference->why.find("100 shard hours") != std::string::npos,
                 reference->why.c_str());
        QVERIFY(near(reference->rowsPerSecond, 500));
        QVERIFY(near(model.temperature(ShardId(1)), 0.2));
    }

    void reference_idleKeyspace_hasAFloor()
    {
        record(kStart, 10min, {0.05F, 0.01F});
        TemperatureModel model(*m_store, {});
        QVERIFY(model.update(kStart + 10min, shardsOf(2)).ok());
        QCOMPARE(model.reference("orders")->rowsPerSecond, 10.0);
        QVERIFY(*model.temperature(ShardId(1)) < 0.01);
    }

    void heat_temperatureMetric_isRowsOverReference()
    {
        record(kStart, 60s, {100.0F, 5'000.0F, kMissingHeat});
        TemperatureOptions options;
        options.hotRates = {{"orders", 500.0}};
        TemperatureModel model(*m_store, options);
        const HeatQuery query{HeatMetric::Temperature, kStart, kStart + 60s, 6, {}, {}};
        const auto unknown = model.heat(query, shardsOf(3));
        QVERIFY(std::isnan(unknown->meanAt(0, 0))); // no reference yet
        QVERIFY(model.update(kStart + 60s, shardsOf(3)).ok());
        const auto matrix = model.heat(query, shardsOf(3));
        QCOMPARE(matrix->metric, HeatMetric::Temperature);
        QVERIFY(near(static_cast<double>(matrix->meanAt(0, 5)), 0.2));
        QCOMPARE(matrix->maxAt(1, 5), 1.0F);
        QVERIFY(std::isnan(matrix->meanAt(2, 5)));
        const HeatQuery rows{HeatMetric::Rows, kStart, kStart + 60s, 6, {}, {}};
        QVERIFY(near(static_cast<double>(model.heat(rows, shardsOf(3))->meanAt(1, 0)), 5'000));
        QVERIFY(model.heat(query, {})->rows.empty());
    }

    void annotate_withForecasts_fillsEverything()
    {
        record(kStart, 60s, {100.0F, 200.0F});
        const FixedForecast forecasts;
        TemperatureOptions options;
        options.hotRates = {{"orders", 500.0}};
        options.forecasts = &forecasts;
        TemperatureModel model(*m_store, options);
        auto shards = shardsOf(2);
        QVERIFY(model.update(kStart + 60s, shards).ok());
        model.annotate(shards, [](const ShardRecord&) { return 1h; });
        QVERIFY(near(shards[0].temperature, 0.2));
        QVERIFY(near(shards[0].predictedTemperature, 0.5));
        QVERIFY(!shards[1].predictedTemperature);
        const auto coming = model.comingTemperatures(ShardId(1));
        QVERIFY(coming);
        QCOMPARE(coming->start, kStart);
        QCOMPARE(coming->ratios, std::vector<double>({0.5, 1.0}));
        QVERIFY(!model.comingTemperatures(ShardId(2)));
        QVERIFY(near(shards[1].rowsPerSecond, 200));
    }

    void init()
    {
        m_folder = std::make_unique<test::TempDir>();
        auto database = metadata::Database::open(m_folder->path() / "metadata.db", m_log);
        QVERIFY(database.ok());
        m_database = std::move(database).value();
        QVERIFY(
            m_database
                ->read([](metadata::Connection& c) { return c.run("pragma synchronous = off"); })
                .ok());
        m_blocks = std::make_unique<metadata::HeatBlockStore>(*m_database);
        auto store = HeatStore::open(*m_blocks, m_log);
        QVERIFY(store.ok());
        m_store = std::move(store).value();
    }
    void cleanup()
    {
        m_store.reset();
        m_blocks.reset();
        m_database.reset();
    }

private:
    static bool near(std::optional<double> a, double b)
    {
        return a && std::abs(*a - b) <= 0.001 * b;
    }

    void record(WallTime start, std::chrono::seconds length, const std::vector<float>& rows)
    {
        const std::chrono::seconds step = length > 1h ? 600s : length >= 1h ? 60s : 10s;
        for (auto at = 0s; at < length; at += step) {
            RateSample sample;
            sample.start = start + at;
            sample.end = start + at + step;
            for (std::size_t i = 0; i < rows.size(); ++i) {
                Rates rates;
                rates.fill(rows[i]);
                sample.cells.push_back({CellId(i + 1), rates});
            }
            QVERIFY(m_store->record(sample).ok());
        }
    }

    test::TestLog m_log;
    std::unique_ptr<test::TempDir> m_folder;
    std::unique_ptr<metadata::Database> m_database;
    std::unique_ptr<metadata::HeatBlockStore> m_blocks;
    std::unique_ptr<HeatStore> m_store;
};

QTEST_GUILESS_MAIN(TstTemperatureModel)
#include "tst_temperature_model.moc"
