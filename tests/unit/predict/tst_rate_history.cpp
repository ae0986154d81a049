// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/rate_history.h"
#include "tests/unit/predict/heat_history.h"

#include <QtTest/QtTest>
#include <cmath>

using namespace isotherm;
using namespace isotherm::predict;
using namespace std::chrono_literals;
using isotherm::ShardId;
using test::HeatHistory;

namespace
{

const WallTime kStart = fromUnixMicros(3600LL * 1'000'000 * 491'666);

bool near(double value, double expected)
{
    return std::abs(value - expected) <= 0.003 * std::abs(expected) + 1e-9;
}

} // namespace

class TstRateHistory : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void rows_measured_areCountsReadAndWritten()
    {
        HeatHistory heat;
        heat.assign(3);
        heat.record(kStart, 600s, {{ShardId(1), {50, 20}}, {ShardId(2), {5, 5}}});
        heat.record(kStart + 600s, 600s, {{ShardId(1), {70, 0}}, {ShardId(2), {5, 0}}});
        heat.record(kStart + 1200s, 10s, {{ShardId(1), {0, 0}}, {ShardId(2), {0, 0}}});
        const RateHistory history(heat.store(), {ShardId(2), ShardId(1)});
        const auto rows = history.rows(kStart, kStart + 1200s);
        QVERIFY(rows.ok());
        QCOMPARE(rows->size(), std::size_t{2});
        QCOMPARE(rows->front().size(), std::size_t{4}); // in the order of the cells
        QVERIFY(rows->front()[0] < 3);                  // all of it was written, but for rounding
        QVERIFY(near(rows->front()[1], 3'000));
        QVERIFY(near(rows->front()[2], 18'000));
        QVERIFY(near(rows->front()[3], 12'000));
        QVERIFY(near((*rows)[1][2], 42'000));
        QCOMPARE((*rows)[1][3], 0.0);
    }

    void rows_aGap_isMissingAndNotZero()
    {
        HeatHistory heat;
        heat.assign(3);
        heat.record(kStart, 600s, {{ShardId(1), {50, 20}}});
        heat.record(kStart + 1200s, 600s, {{ShardId(1), {50, 20}}});
        heat.record(kStart + 1800s, 10s, {{ShardId(1), {50, 20}}});
        const RateHistory history(heat.store(), {ShardId(1)});
        const auto rows = history.rows(kStart, kStart + 1800s);
        QVERIFY(rows.ok());
        QVERIFY(std::isnan((*rows)[1][0]) && std::isnan((*rows)[1][1]));
        QVERIFY(near((*rows)[2][1], 12'000));
    }

    void rows_olderThanTheTenMinutes_areOfTheHours()
    {
        HeatHistory heat;
        heat.assign(3);
        for (int hour = 0; hour < 24 * 16; ++hour) {
            heat.record(kStart + hour * 1h, 3600s,
                        {{ShardId(1), {static_cast<float>(100 + hour % 24), 10}}});
        }
        const RateHistory history(heat.store(), {ShardId(1)});
        const auto begin = history.begin(kStart - 24h * 10, kStart + 24h * 16);
        QVERIFY(begin.ok() && *begin);
        QCOMPARE(**begin, kStart);
        const auto rows = history.rows(kStart + 5h, kStart + 6h);
        QVERIFY(rows.ok());
        QCOMPARE(rows->size(), std::size_t{6});
        for (const std::vector<double>& row : *rows) {
            QVERIFY(near(row[0], 95 * 600));
        }
    }

    void begin_nothingMeasured_isNone()
    {
        HeatHistory heat;
        heat.assign(3);
        const RateHistory history(heat.store(), {ShardId(1)});
        const auto begin = history.begin(kStart, kStart + 24h);
        QVERIFY(begin.ok() && !*begin);
    }
};

QTEST_GUILESS_MAIN(TstRateHistory)
#include "tst_rate_history.moc"
