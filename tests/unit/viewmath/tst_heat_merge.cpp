// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/heat_merge.h"

#include <QTest>
#include <cmath>

using namespace isotherm;
using namespace isotherm::viewmath;

namespace
{

HeatMatrix matrixAt(std::int64_t second, std::vector<float> values,
                    std::vector<std::uint64_t> shards = {1, 2})
{
    HeatMatrix matrix;
    matrix.start = fromUnixMicros(second * 1'000'000);
    matrix.step = std::chrono::seconds(1);
    for (const std::uint64_t shard : shards) {
        matrix.rows.push_back({ShardId(shard), "k", std::to_string(shard)});
    }
    matrix.columns = values.size() / shards.size();
    matrix.forecastFrom = matrix.columns;
    matrix.mean = values;
    matrix.max = std::move(values);
    return matrix;
}

} // namespace

class TestHeatMerge : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void mergeColumns_nextColumn_isAppended()
    {
        HeatMatrix matrix = matrixAt(100, {1, 2, 3, 4});
        QVERIFY(mergeColumns(matrix, matrixAt(102, {5, 6})) == std::size_t{2});
        QCOMPARE(matrix.columns, std::size_t{3});
        QCOMPARE(matrix.meanAt(1, 2), 6.0F);
        QCOMPARE(matrix.forecastFrom, std::size_t{3});
    }

    void mergeColumns_changedColumn_isReplaced()
    {
        HeatMatrix matrix = matrixAt(100, {1, 2, 3, 4});
        QVERIFY(mergeColumns(matrix, matrixAt(101, {9, 8, 7, 6})) == std::size_t{1});
        QCOMPARE(matrix.meanAt(0, 1), 9.0F);
        QCOMPARE(matrix.meanAt(1, 2), 6.0F);
    }

    void mergeColumns_afterAGap_leavesMissingColumns()
    {
        HeatMatrix matrix = matrixAt(100, {1, 2});
        mergeColumns(matrix, matrixAt(104, {5, 6}));
        QCOMPARE(matrix.columns, std::size_t{5});
        for (std::size_t column = 1; column < 4; ++column) {
            QVERIFY(std::isnan(matrix.meanAt(0, column)) && std::isnan(matrix.maxAt(1, column)));
        }
    }

    void mergeColumns_otherRows_keepsTheHistoryOfThoseThatStay()
    {
        HeatMatrix matrix = matrixAt(100, {1, 2, 3, 4});
        QVERIFY(!mergeColumns(matrix, matrixAt(102, {6, 7, 8}, {2, 3, 4})).has_value());
        QCOMPARE(matrix.rows.size(), std::size_t{3});
        QCOMPARE(matrix.meanAt(0, 0), 2.0F);
        QVERIFY(std::isnan(matrix.meanAt(1, 0)));
        QCOMPARE(matrix.meanAt(2, 2), 8.0F);
    }

    void mergeColumns_otherStep_startsAnew()
    {
        HeatMatrix matrix = matrixAt(100, {1, 2});
        HeatMatrix coarse = matrixAt(110, {5, 6});
        coarse.step = std::chrono::seconds(10);
        QVERIFY(!mergeColumns(matrix, coarse).has_value());
        QCOMPARE(matrix.columns, std::size_t{1});
        QVERIFY(matrix.step == std::chrono::seconds(10));
    }

    void mergeColumns_measuredAfterForecast_replacesIt()
    {
        HeatMatrix matrix = matrixAt(100, {1, 2, 3, 4});
        matrix.forecastFrom = 1;
        mergeColumns(matrix, matrixAt(101, {9, 9}));
        QCOMPARE(matrix.forecastFrom, std::size_t{2});
    }

    void dropColumnsBefore_oldColumns_areGoneAndTheRestStays()
    {
        HeatMatrix matrix = matrixAt(100, {1, 2, 3, 4, 5, 6});
        dropColumnsBefore(matrix, fromUnixMicros(102'000'000));
        QCOMPARE(matrix.columns, std::size_t{1});
        QCOMPARE(matrix.meanAt(0, 0), 5.0F);
        QCOMPARE(toUnixMicros(matrix.start), std::int64_t{102'000'000});
        QCOMPARE(matrix.forecastFrom, std::size_t{1});
    }
};

QTEST_APPLESS_MAIN(TestHeatMerge)
#include "tst_heat_merge.moc"
