// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/forecast_lines.h"
#include "app/viewmath/forecast_table.h"
#include "app/viewmath/heat_merge.h"

#include <QTest>
#include <cmath>

using namespace isotherm;
using namespace isotherm::viewmath;
using namespace std::chrono_literals;

namespace
{

constexpr std::int64_t kStart = 1'000'000;

WallTime at(std::int64_t seconds)
{
    return fromUnixMicros((kStart + seconds) * 1'000'000);
}

/// Two shards, the second of them in two rows; ten columns of ten seconds, all 1.
HeatMatrix measured()
{
    HeatMatrix matrix;
    matrix.start = at(0);
    matrix.step = 10s;
    matrix.columns = 10;
    matrix.forecastFrom = 10;
    matrix.rows = {{ShardId(1), "k", "a"}, {ShardId(2), "k", "b"}, {ShardId(2), "k", "c"}};
    matrix.mean.assign(30, 1.0F);
    matrix.max = matrix.mean;
    return matrix;
}

ForecastSeries series(std::uint64_t shard, float first)
{
    ForecastSeries one;
    one.shard = ShardId(shard);
    one.start = at(100);
    one.step = 60s;
    for (int i = 0; i < 3; ++i) {
        one.mean.push_back(first + static_cast<float>(i));
        one.low.push_back(one.mean.back() / 2.0F);
        one.high.push_back(one.mean.back() * 2.0F);
    }
    return one;
}

std::vector<ForecastSeries> both()
{
    return {series(1, 100.0F), series(2, 40.0F)};
}

double seconds(std::int64_t value)
{
    return static_cast<double>(kStart + value);
}

} // namespace

class TestForecastTable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void at_insideAndOutside_knowsItsStretchOnly()
    {
        const ForecastTable table(both(), HeatMetric::Rows);
        QCOMPARE(table.at(ShardId(1), seconds(161))->mean, 101.0F);
        QCOMPARE(table.at(ShardId(1), seconds(161))->high, 202.0F);
        QVERIFY(!table.at(ShardId(1), seconds(99)).has_value());
        QVERIFY(!table.at(ShardId(1), seconds(280)).has_value());
        QVERIFY(!table.at(ShardId(7), seconds(161)).has_value());
        QCOMPARE(table.end(), seconds(280));
    }

    void table_metric_isInItsUnit()
    {
        QVERIFY(ForecastTable(both(), HeatMetric::Reads).empty());
        QVERIFY(ForecastTable(both(), HeatMetric::Temperature).empty()); // no reference
        std::vector<ForecastSeries> known = both();
        known[0].reference = known[1].reference = 80.0;
        const ForecastTable table(known, HeatMetric::Temperature);
        QCOMPARE(table.at(ShardId(1), seconds(110))->mean, 1.0F); // cut at 1
        QCOMPARE(table.at(ShardId(2), seconds(110))->mean, 0.5F);
    }

    void commonReference_shards_mustAgree()
    {
        std::vector<ForecastSeries> known = both();
        QVERIFY(!commonReference(known).has_value());
        known[0].reference = 80.0;
        known[1].reference = 80.4;
        QCOMPARE(commonReference(known).value_or(0.0), 80.4);
        known[1].reference = 95.0;
        QVERIFY(!commonReference(known).has_value());
        QVERIFY(!commonReference({}).has_value());
    }

    void extend_matrix_followsOnItsGrid()
    {
        HeatMatrix matrix = measured();
        const ForecastTable table(both(), HeatMetric::Rows);
        const auto first = extendForecast(matrix, table, seconds(165));
        QCOMPARE(first.value_or(0), std::size_t{10});
        QCOMPARE(matrix.columns, std::size_t{17});
        QCOMPARE(matrix.forecastFrom, std::size_t{10});
        QCOMPARE(matrix.meanAt(0, 10), 100.0F);
        QCOMPARE(matrix.meanAt(0, 16), 101.0F);
        QCOMPARE(matrix.meanAt(1, 10), 20.0F); // half of its shard each
        QCOMPARE(measuredEnd(matrix), seconds(100));
        QVERIFY(!extendForecast(matrix, table, seconds(165)).has_value());
        extendForecast(matrix, table, seconds(100'000));
        QCOMPARE(matrix.columns, std::size_t{28}); // no further than the forecast goes
        dropForecast(matrix);
        QCOMPARE(matrix.columns, std::size_t{10});
        QCOMPARE(matrix.mean.size(), std::size_t{30});
    }

    void merge_measurement_replacesTheForecastAndLeavesNoGapOfIt()
    {
        HeatMatrix matrix = measured();
        extendForecast(matrix, ForecastTable(both(), HeatMetric::Rows), seconds(165));
        HeatMatrix delta = measured();
        delta.start = at(120); // two columns were never sent
        delta.columns = 1;
        delta.forecastFrom = 1;
        delta.mean.assign(3, 7.0F);
        delta.max = delta.mean;
        const auto first = mergeColumns(matrix, delta);
        QCOMPARE(first.value_or(99), std::size_t{10});
        QVERIFY(std::isnan(matrix.meanAt(0, 10)) && std::isnan(matrix.meanAt(0, 11)));
        QCOMPARE(matrix.meanAt(0, 12), 7.0F);
        QCOMPARE(matrix.forecastFrom, std::size_t{13});
        QCOMPARE(matrix.meanAt(0, 13), 100.0F); // still expected
        QCOMPARE(matrix.columns, std::size_t{17});
    }

    void lines_holesAndSteps_areDrawnApart()
    {
        HeatMatrix matrix = measured();
        matrix.mean[4 * 3] = kMissingHeat;
        extendForecast(matrix, ForecastTable(both(), HeatMetric::Rows), seconds(165));
        const ForecastTable coming(both(), HeatMetric::Rows);
        const ForecastLines lines = forecastLines(matrix, ShardId(1), {}, coming);
        QCOMPARE(lines.measured.size(), std::size_t{2});
        QCOMPARE(lines.measured[0].size(), std::size_t{4});
        QVERIFY(!lines.expected.empty());
        QVERIFY(lines.expected.front().seconds >= seconds(100) - 60.0);
        QVERIFY(lines.expected.back().seconds <= seconds(170));
        QCOMPARE(lines.top, 200.0);
        const ForecastLines second = forecastLines(matrix, ShardId(2), {}, coming);
        QCOMPARE(second.measured[0][0].value, 2.0); // its rows together
    }
};

QTEST_APPLESS_MAIN(TestForecastTable)
#include "tst_forecast_table.moc"
