// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/heat_store.h"
#include "agent/metadata/database.h"
#include "tests/harness/temp_dir.h"
#include "tests/harness/test_log.h"

#include <QElapsedTimer>
#include <QtTest/QtTest>
#include <cmath>
#include <map>
#include <memory>
#include <random>

using namespace isotherm;
using namespace isotherm::heat;
using namespace std::chrono_literals;

namespace
{

/// On a boundary of every resolution.
const WallTime kStart = fromUnixMicros(3600LL * 1'000'000 * 491'666);

std::vector<ShardRecord> shardsOf(std::uint64_t count)
{
    std::vector<ShardRecord> shards(count);
    for (std::uint64_t i = 0; i < count; ++i) {
        shards[i].id = ShardId(i + 1);
        shards[i].keyspace = "orders";
        std::string begin;
        appendKeyInteger(begin, static_cast<std::int64_t>(i));
        shards[i].range.begin = Key(begin);
        shards[i].rangeText = std::to_string(i);
    }
    return shards;
}

RateSample sampleOf(WallTime start, std::chrono::microseconds length,
                    const std::vector<float>& rows)
{
    RateSample sample;
    sample.start = start;
    sample.end = start + length;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Rates rates;
        rates.fill(rows[i]);
        rates[0] = rows[i] * 2;
        sample.cells.push_back({CellId(i + 1), rates});
    }
    return sample;
}

bool near(float a, double b, double tolerance = 0.001)
{
    return std::abs(static_cast<double>(a) - b) <= tolerance * std::abs(b) + 1e-9;
}

} // namespace

class TstHeatStore : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void query_everyResolution_keepsMeanAndMax()
    {
        const auto store = open();
        // Ten minutes of seconds: mostly 10 rows/s, once 1,000 for a single second.
        for (int second = 0; second < 600; ++second) {
            const float rate = second == 307 ? 1'000.0F : 10.0F;
            QVERIFY(store->record(sampleOf(kStart + second * 1s, 1s, {rate})).ok());
        }
        for (const std::size_t limit : {600, 60, 10, 1}) {
            const HeatMatrix matrix = query(*store, kStart, kStart + 10min, limit);
            QCOMPARE(matrix.columns, limit);
            QCOMPARE(matrix.end(), kStart + 10min);
            float peak = 0;
            double sum = 0;
            for (std::size_t c = 0; c < matrix.columns; ++c) {
                peak = std::max(peak, matrix.maxAt(0, c));
                sum += static_cast<double>(matrix.meanAt(0, c));
            }
            QVERIFY2(near(peak, 1'000), qPrintable(QString::number(peak)));
            QVERIFY(near(static_cast<float>(sum / static_cast<double>(limit)), 11.65));
        }
    }

    void query_notMeasured_isMissingNotZero()
    {
        const auto store = open();
        QVERIFY(store->record(sampleOf(kStart, 10s, {5.0F, kMissingHeat})).ok());
        QVERIFY(store->record(sampleOf(kStart + 30s, 10s, {0.0F, 7.0F})).ok());
        const HeatMatrix matrix = query(*store, kStart, kStart + 40s, 4);
        QCOMPARE(matrix.rows.size(), std::size_t{3}); // a third shard, never measured
        QVERIFY(near(matrix.meanAt(0, 0), 5));
        QVERIFY(std::isnan(matrix.meanAt(0, 1)));
        QVERIFY(std::isnan(matrix.maxAt(0, 2)));
        QCOMPARE(matrix.meanAt(0, 3), 0.0F);
        QVERIFY(std::isnan(matrix.meanAt(1, 0)));
        QVERIFY(near(matrix.meanAt(1, 3), 7));
        for (std::size_t c = 0; c < matrix.columns; ++c) {
            QVERIFY(std::isnan(matrix.meanAt(2, c)));
        }
        // Over the whole minute the mean is that of what was measured.
        QVERIFY(near(query(*store, kStart, kStart + 60s, 1).meanAt(0, 0), 2.5));
    }

    void record_windowAcrossBuckets_isWeightedByTime()
    {
        const auto store = open();
        QVERIFY(store->record(sampleOf(kStart + 4s, 8s, {10.0F})).ok());  // 6 s, then 2 s
        QVERIFY(store->record(sampleOf(kStart + 12s, 8s, {20.0F})).ok()); // all in the second
        const HeatMatrix matrix = query(*store, kStart, kStart + 20s, 2);
        QVERIFY(near(matrix.meanAt(0, 0), 10));
        QVERIFY(near(matrix.meanAt(0, 1), 18));
        QVERIFY(near(matrix.maxAt(0, 1), 20));
    }

    void query_metricsAndRows_areTheOnesAskedFor()
    {
        const auto store = open();
        QVERIFY(store->record(sampleOf(kStart, 10s, {1.0F, 2.0F, 3.0F})).ok());
        HeatQuery wanted{HeatMetric::Reads, kStart, kStart + 10s, 1, {ShardId(3), ShardId(1)}, {}};
        auto shards = shardsOf(3);
        std::swap(shards[0], shards[2]);
        shards[1].keyspace = "aaa";
        auto matrix = store->query(wanted, shards);
        QCOMPARE(matrix->rows.size(), std::size_t{2});
        QCOMPARE(matrix->rows[0].shard, ShardId(1)); // key order, not the order of asking
        QVERIFY(near(matrix->meanAt(0, 0), 2));
        QVERIFY(near(matrix->meanAt(1, 0), 6));
        wanted.shards.clear();
        shards[2].isDefault = true; // shard 1: now last of its keyspace
        matrix = store->query(wanted, shards);
        QCOMPARE(matrix->rows[0].keyspace, std::string("aaa"));
        QCOMPARE(matrix->rows[2].shard, ShardId(1));
        wanted.keyspace = "orders";
        QCOMPARE(store->query(wanted, shards)->rows.size(), std::size_t{2});
        wanted.to = wanted.from;
        QCOMPARE(store->query(wanted, shards).error().code, Code::InvalidArgument);
        wanted = {HeatMetric::Temperature, kStart, kStart + 1s, 1, {}, {}};
        QCOMPARE(store->query(wanted, shards).error().code, Code::InvalidArgument);
    }

    void query_columnLimit_picksTheFinestThatFits_data()
    {
        QTest::addColumn<qint64>("spanSeconds");
        QTest::addColumn<quint64>("limit");
        QTest::addColumn<qint64>("stepSeconds");
        QTest::addColumn<quint64>("columns");
        QTest::newRow("ten minutes of seconds") << 600LL << 1536ULL << 1LL << 600ULL;
        QTest::newRow("an hour") << 3600LL << 1536ULL << 10LL << 360ULL;
        QTest::newRow("six hours") << 21600LL << 1536ULL << 60LL << 360ULL;
        QTest::newRow("a week") << 604800LL << 1536ULL << 600LL << 1008ULL;
        QTest::newRow("60 days") << 5184000LL << 1536ULL << 3600LL << 1440ULL;
        QTest::newRow("a year") << 31536000LL << 1536ULL << 21600LL << 1460ULL;
    }
    void query_columnLimit_picksTheFinestThatFits()
    {
        QFETCH(qint64, spanSeconds);
        QFETCH(quint64, limit);
        QFETCH(qint64, stepSeconds);
        QFETCH(quint64, columns);
        const auto store = open();
        QVERIFY(store->record(sampleOf(kStart - 10s, 10s, {1.0F})).ok());
        // An odd fraction of a second must not cost a column.
        const WallTime to = kStart + 300ms;
        const HeatMatrix matrix = query(*store, to - std::chrono::seconds(spanSeconds), to, limit);
        QCOMPARE(matrix.step, std::chrono::milliseconds(std::chrono::seconds(stepSeconds)));
        QCOMPARE(matrix.columns, static_cast<std::size_t>(columns));
        QVERIFY(matrix.end() >= to && matrix.end() - to < matrix.step);
    }

    void query_longAgo_isAnsweredFromACoarserResolution()
    {
        const auto store = open();
        for (int minute = 0; minute < 5 * 60; ++minute) {
            QVERIFY(store->record(sampleOf(kStart + minute * 1min, 1min, {5.0F})).ok());
        }
        const HeatMatrix matrix = query(*store, kStart, kStart + 10min, 1536);
        QCOMPARE(matrix.step, std::chrono::milliseconds(60s)); // 10 s reach back 2 h only
        QVERIFY(near(matrix.meanAt(0, 3), 5));
    }

    void open_afterShutdown_hasTheHistory()
    {
        record(2 * 3600);
        const auto before = snapshot();
        QVERIFY(m_store->flush().ok());
        m_store.reset();
        reopen();
        compare(before, snapshot(), 10s);
    }

    void open_afterCrash_losesAtMostAMinute()
    {
        record(2 * 3600 + 1234);
        const auto before = snapshot();
        reopen(); // nothing was flushed
        compare(before, snapshot(), 70s);
    }

    void open_afterCrash_goesOnInEveryResolution()
    {
        record(3'000);
        reopen();
        const WallTime resumed = kStart + 3'000s;
        for (int i = 0; i < 60; ++i) {
            QVERIFY(m_store->record(sampleOf(resumed + i * 10s, 10s, {42.0F})).ok());
        }
        for (const std::size_t limit : {60, 10, 1}) {
            const HeatMatrix matrix = query(*m_store, resumed, resumed + 10min, limit);
            QVERIFY(near(matrix.meanAt(0, matrix.columns - 1), 42));
        }
    }

    void record_clockGoesBack_forgetsTheFutureAndGoesOn()
    {
        const auto store = open();
        for (int i = 0; i < 360; ++i) {
            QVERIFY(store->record(sampleOf(kStart + i * 10s, 10s, {1.0F})).ok());
        }
        const WallTime back = kStart + 1000s;
        RateSample step = sampleOf(back, 0s, {kMissingHeat});
        QVERIFY(store->record(step).ok());
        QVERIFY(*store->newest() == back);
        QVERIFY(store->record(sampleOf(back, 10s, {9.0F})).ok());
        const HeatMatrix matrix = query(*store, kStart, kStart + 1h, 360);
        QVERIFY(near(matrix.meanAt(0, 99), 1));
        QVERIFY(near(matrix.meanAt(0, 100), 9));
        QVERIFY(std::isnan(matrix.meanAt(0, 101)));
        QVERIFY(std::isnan(matrix.meanAt(0, 300)));
        QVERIFY(std::isnan(query(*store, kStart, kStart + 1h, 60).meanAt(0, 40)));
    }

    void record_clockLeapsAheadAndBack_keepsTheHistory()
    {
        const auto store = open();
        for (int hour = 0; hour < 130; ++hour) {
            QVERIFY(store->record(sampleOf(kStart + hour * 1h, 1h, {5.0F})).ok());
        }
        const WallTime wrong = kStart + 24h * 800;
        for (int i = 0; i < 12; ++i) {
            QVERIFY(store->record(sampleOf(wrong + i * 10s, 10s, {6.0F})).ok());
        }
        const WallTime right = kStart + 130h;
        QVERIFY(store->record(sampleOf(right, 0s, {kMissingHeat})).ok());
        QVERIFY(store->record(sampleOf(right, 1h, {7.0F})).ok());
        const HeatMatrix matrix = query(*store, kStart, kStart + 131h, 131);
        QVERIFY(near(matrix.meanAt(0, 0), 5));
        QVERIFY(near(matrix.meanAt(0, 129), 5));
        QVERIFY(near(matrix.meanAt(0, 130), 7));
    }

    void record_metadataFull_keepsMeasuringAndSavesLater()
    {
        const auto store = open();
        QVERIFY(
            m_database
                ->read([](metadata::Connection& c) { return c.run("pragma max_page_count = 1"); })
                .ok());
        bool refused = false;
        for (int i = 0; i < 30; ++i) {
            std::vector<float> rates(500); // more than fits into the pages that are there
            for (std::size_t cell = 0; cell < rates.size(); ++cell) {
                rates[cell] = cell == 0 ? 3.0F : static_cast<float>(cell) * static_cast<float>(i);
            }
            const Status status = store->record(sampleOf(kStart + i * 10s, 10s, rates));
            refused = refused || !status.ok();
            QVERIFY(status.ok() || status.error().code == Code::ResourceExhausted);
        }
        QVERIFY(refused);
        QVERIFY(near(query(*store, kStart, kStart + 5min, 30).meanAt(0, 7), 3));
        QVERIFY(m_database
                    ->read([](metadata::Connection& c) {
                        return c.run("pragma max_page_count = 100000");
                    })
                    .ok());
        QVERIFY(store->flush().ok());
    }

    void record_randomSamples_equalTheSimpleModel()
    {
        const unsigned seed = std::random_device()();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const auto store = open();
        struct Truth
        {
            double weighted = 0;
            double seconds = 0;
            double max = 0;
        };
        std::map<std::int64_t, Truth> minutes;
        std::int64_t at = 0; // tenths of a second since kStart
        while (at < 3'600 * 10) {
            const std::int64_t length = 5 + random() % 120;
            const bool missing = random() % 10 == 0;
            const float rate = missing ? kMissingHeat : static_cast<float>(random() % 1000);
            QVERIFY(store->record(sampleOf(kStart + at * 100ms, length * 100ms, {rate})).ok());
            for (std::int64_t tenth = at; !missing && tenth < at + length; ++tenth) {
                Truth& truth = minutes[tenth / 600];
                truth.weighted += static_cast<double>(rate) * 0.1;
                truth.seconds += 0.1;
                truth.max = std::max(truth.max, static_cast<double>(rate));
            }
            at += length;
            if (random() % 40 == 0) {
                at += random() % 3000; // the agent was away
            }
        }
        const HeatMatrix matrix = query(*store, kStart, kStart + 1h, 60);
        for (std::size_t c = 0; c < 60; ++c) {
            const auto truth = minutes.find(static_cast<std::int64_t>(c));
            if (truth == minutes.end()) {
                QVERIFY(std::isnan(matrix.meanAt(0, c)));
                continue;
            }
            const double mean = truth->second.weighted / truth->second.seconds;
            QVERIFY2(
                near(matrix.meanAt(0, c), mean),
                qPrintable(
                    QStringLiteral("%1: %2 not %3").arg(c).arg(matrix.meanAt(0, c)).arg(mean)));
            QVERIFY(near(matrix.maxAt(0, c), truth->second.max));
        }
    }

    void percentile_knownValues_isTheNearestRank()
    {
        const auto store = open();
        std::vector<float> rates;
        for (int i = 1; i <= 100; ++i) {
            rates.push_back(static_cast<float>(i));
        }
        QVERIFY(store->record(sampleOf(kStart, 10s, rates)).ok());
        std::vector<ShardId> cells;
        for (std::uint64_t i = 1; i <= 120; ++i) { // twenty were never measured
            cells.emplace_back(i);
        }
        const HeatSpan span{10s, kStart - 1h, kStart + 10s};
        auto found = store->percentile(HeatMetric::Rows, span, cells, 0.99);
        QCOMPARE(found->values, std::size_t{100});
        QCOMPARE(found->buckets, std::size_t{1});
        QVERIFY(near(static_cast<float>(found->rate), 99));
        QVERIFY(near(
            static_cast<float>(store->percentile(HeatMetric::Rows, span, cells, 0.5)->rate), 50));
        QCOMPARE(
            store->percentile(HeatMetric::Rows, {7s, kStart, kStart + 7s}, cells, 0.5).error().code,
            Code::InvalidArgument);
    }

    void record_tenThousandCells_staysInsideTheMemoryFormula()
    {
        const auto store = open();
        std::mt19937 random(7);
        constexpr std::size_t kCells = 10'000;
        std::vector<float> rates(kCells);
        QElapsedTimer timer;
        timer.start();
        constexpr int kSamples = 150; // at 1 s: two and a half blocks of the finest resolution
        for (int i = 0; i < kSamples; ++i) {
            for (float& rate : rates) {
                rate = static_cast<float>(random() % 100'000);
            }
            QVERIFY(store->record(sampleOf(kStart + i * 1s, 1s, rates)).ok());
        }
        qInfo("%.1f ms a sample of 10,000 cells, %zu MB",
              static_cast<double>(timer.elapsed()) / kSamples, store->memoryBytes() / 1'000'000);
        QVERIFY(store->memoryBytes() < kCells * 10'000 + (std::size_t{34} << 20U));
    }

    void query_fullWindow_reportsItsTime()
    {
        const auto store = open();
        std::mt19937 random(7);
        std::vector<float> rates(1'000);
        for (int i = 0; i < 1'536; ++i) {
            for (float& rate : rates) {
                rate = static_cast<float>(random() % 100'000);
            }
            RateSample sample = sampleOf(kStart + i * 600s, 600s, rates);
            for (CellRates& cell : sample.cells) { // one metric is enough
                cell.rates[0] = cell.rates[1] = cell.rates[3] = kMissingHeat;
            }
            QVERIFY(store->record(sample).ok());
        }
        const auto shards = shardsOf(1'000);
        for (int round = 0; round < 3; ++round) {
            QElapsedTimer timer;
            timer.start();
            const auto matrix = store->query(
                {HeatMetric::Rows, kStart, kStart + 1'536 * 600s, 1'536, {}, {}}, shards);
            qInfo("%zu x %zu in %lld ms", matrix->columns, matrix->rows.size(), timer.elapsed());
            QCOMPARE(matrix->columns, std::size_t{1'536});
            QVERIFY(!std::isnan(matrix->meanAt(999, 0)));
        }
    }

    void init()
    {
        m_folder = std::make_unique<test::TempDir>();
        auto database = metadata::Database::open(m_folder->path() / "metadata.db", m_log);
        QVERIFY(database.ok());
        m_database = std::move(database).value();
        // Hours of samples in seconds: what is tested here is not the disk.
        QVERIFY(
            m_database
                ->read([](metadata::Connection& c) { return c.run("pragma synchronous = off"); })
                .ok());
        m_blocks = std::make_unique<metadata::HeatBlockStore>(*m_database);
    }
    void cleanup()
    {
        m_store.reset();
        m_blocks.reset();
        m_database.reset();
    }

private:
    std::unique_ptr<HeatStore> open()
    {
        auto store = HeatStore::open(*m_blocks, m_log);
        ISO_CHECK(store.ok());
        return std::move(store).value();
    }
    void reopen()
    {
        m_store.reset();
        m_store = open();
    }

    /// Two cells, 10 s samples with a slope, a gap now and then.
    void record(int seconds)
    {
        m_store = open();
        for (int at = 0; at < seconds; at += 10) {
            const bool gap = at % 1'000 < 40;
            const float rate = gap ? kMissingHeat : static_cast<float>(at + 1);
            QVERIFY(m_store->record(sampleOf(kStart + at * 1s, 10s, {rate, 5.0F})).ok());
        }
    }

    [[nodiscard]] HeatMatrix query(const HeatStore& store, WallTime from, WallTime to,
                                   std::size_t limit) const
    {
        auto matrix = store.query({HeatMetric::Rows, from, to, limit, {}, {}}, shardsOf(3));
        ISO_CHECK(matrix.ok());
        return std::move(matrix).value();
    }

    /// The 10 s, 1 min, 10 min and 1 h history.
    [[nodiscard]] std::vector<HeatSeries> snapshot() const
    {
        std::vector<HeatSeries> all;
        const std::vector<ShardId> cells = {ShardId(1), ShardId(2)};
        for (const auto step : {10s, 60s, 600s, 3600s}) {
            auto series = m_store->series(HeatMetric::Rows, {step, kStart, kStart + 3h}, cells);
            ISO_CHECK(series.ok());
            all.insert(all.end(), series->begin(), series->end());
        }
        return all;
    }

    /// Equal but for what was measured in the last `lost` before the end. A coarse bucket that had
    /// to be made again from finer ones that were partly measured weighs these a little
    /// differently.
    static void compare(const std::vector<HeatSeries>& before, const std::vector<HeatSeries>& after,
                        std::chrono::seconds lost)
    {
        WallTime end = kStart;
        for (std::size_t i = 0; i < before[0].mean.size(); ++i) {
            if (!std::isnan(before[0].mean[i])) {
                end = before[0].start + before[0].step * (static_cast<int>(i) + 1);
            }
        }
        for (std::size_t s = 0; s < before.size(); ++s) {
            for (std::size_t i = 0; i < before[s].mean.size(); ++i) {
                const WallTime bucketEnd =
                    before[s].start + before[s].step * (static_cast<int>(i) + 1);
                if (bucketEnd > end - lost) {
                    continue;
                }
                const bool missing = std::isnan(before[s].mean[i]);
                const double tolerance = before[s].step > 10s ? 0.01 : 0.001;
                QVERIFY2(missing ? std::isnan(after[s].mean[i])
                                 : near(after[s].mean[i], static_cast<double>(before[s].mean[i]),
                                        tolerance) &&
                                       near(after[s].max[i], static_cast<double>(before[s].max[i])),
                         qPrintable(QStringLiteral("series %1 bucket %2: %3 not %4")
                                        .arg(s)
                                        .arg(i)
                                        .arg(after[s].mean[i])
                                        .arg(before[s].mean[i])));
            }
        }
    }

    test::TestLog m_log;
    std::unique_ptr<test::TempDir> m_folder;
    std::unique_ptr<metadata::Database> m_database;
    std::unique_ptr<metadata::HeatBlockStore> m_blocks;
    std::unique_ptr<HeatStore> m_store;
};

QTEST_GUILESS_MAIN(TstHeatStore)
#include "tst_heat_store.moc"
