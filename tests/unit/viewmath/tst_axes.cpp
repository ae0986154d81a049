// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/key_labels.h"
#include "app/viewmath/margins.h"
#include "app/viewmath/time_ticks.h"
#include "app/viewmath/zone.h"

#include <QDateTime>
#include <QTest>
#include <QTimeZone>
#include <cmath>

using namespace isotherm;
using namespace isotherm::viewmath;

namespace
{

Zone berlin()
{
    return Zone(QTimeZone("Europe/Berlin"));
}

double utc(const char* iso)
{
    return static_cast<double>(
        QDateTime::fromString(QString::fromLatin1(iso), Qt::ISODate).toSecsSinceEpoch());
}

QStringList labels(const std::vector<TimeTick>& ticks, const Zone& zone)
{
    QStringList said;
    for (const TimeTick& tick : ticks) {
        said << zone.full(tick.time).mid(11, 5);
    }
    return said;
}

std::vector<HeatRow> rowsOf(std::initializer_list<std::uint64_t> shards)
{
    std::vector<HeatRow> rows;
    for (const std::uint64_t shard : shards) {
        rows.push_back({ShardId(shard), shard < 100 ? "a" : "b", std::to_string(shard)});
    }
    return rows;
}

} // namespace

class TestAxes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void timeTicks_anySpan_areAscendingAndFarEnoughApart_data()
    {
        QTest::addColumn<double>("length");
        for (const double length :
             {5.0, 60.0, 600.0, 3600.0, 86'400.0, 7 * 86'400.0, 90 * 86'400.0}) {
            QTest::addRow("%.0f s", length) << length;
        }
    }

    void timeTicks_anySpan_areAscendingAndFarEnoughApart()
    {
        QFETCH(double, length);
        const double begin = utc("2026-03-10T11:22:33Z");
        const Span span{begin, begin + length};
        const auto ticks = timeTicks(span, 1000.0, 80.0, Zone().offset());
        QVERIFY(ticks.size() >= 2);
        for (std::size_t i = 0; i < ticks.size(); ++i) {
            const double at = toSeconds(ticks[i].time);
            QVERIFY(at >= span.begin && at <= span.end);
            if (i > 0) {
                QVERIFY(span.fraction(at) * 1000.0 -
                            span.fraction(toSeconds(ticks[i - 1].time)) * 1000.0 >=
                        79.9);
            }
        }
    }

    void timeTicks_clocksPutForward_stayOnWholeLocalHours()
    {
        const Span night{utc("2026-03-28T22:00:00Z"), utc("2026-03-29T10:00:00Z")};
        const auto ticks = timeTicks(night, 600.0, 95.0, berlin().offset());
        QCOMPARE(labels(ticks, berlin()).join(QLatin1Char(' ')),
                 QStringLiteral("00:00 04:00 06:00 08:00 10:00 12:00"));
        QVERIFY(ticks.front().dayStart);
    }

    void timeTicks_clocksPutBack_stayOnWholeLocalHours()
    {
        const Span night{utc("2026-10-24T21:30:00Z"), utc("2026-10-25T10:00:00Z")};
        const auto ticks = timeTicks(night, 600.0, 95.0, berlin().offset());
        QCOMPARE(labels(ticks, berlin()).join(QLatin1Char(' ')),
                 QStringLiteral("00:00 02:00 04:00 06:00 08:00 10:00"));
    }

    void timeTicks_daysAcrossAClockChange_areLocalMidnights()
    {
        const Span week{utc("2026-03-26T00:00:00Z"), utc("2026-04-02T00:00:00Z")};
        for (const TimeTick& tick : timeTicks(week, 800.0, 80.0, berlin().offset())) {
            QVERIFY(tick.dayStart);
            QCOMPARE(berlin().full(tick.time).mid(11, 8), QStringLiteral("00:00:00"));
        }
    }

    void zone_full_carriesItsOffset()
    {
        const WallTime time = fromSeconds(utc("2026-07-01T10:00:00Z"));
        QCOMPARE(berlin().full(time), QStringLiteral("2026-07-01 12:00:00 +02:00"));
        QCOMPARE(Zone().full(time), QStringLiteral("2026-07-01 10:00:00 +00:00"));
        QCOMPARE(Zone(QTimeZone("Asia/Kolkata")).offsetText(time), QStringLiteral("+05:30"));
        QCOMPARE(Zone(QTimeZone("America/St_Johns")).offsetText(time), QStringLiteral("-02:30"));
    }

    void keyLabels_crowdedRows_keepTheirDistance()
    {
        std::vector<HeatRow> rows;
        for (std::uint64_t i = 1; i <= 500; ++i) {
            rows.push_back({ShardId(i), "a", std::to_string(i)});
        }
        const auto shown = keyLabels(rows, {0.0, 500.0}, 400.0, 16.0);
        QVERIFY(shown.size() > 15 && shown.size() <= 25);
        for (std::size_t i = 1; i < shown.size(); ++i) {
            QVERIFY(shown[i].y - shown[i - 1].y >= 16.0);
        }
    }

    void keyLabels_shardOfSeveralRows_hasOneLabelInItsMiddle()
    {
        const auto rows = rowsOf({1, 2, 2, 2, 100});
        const auto shown = keyLabels(rows, {0.0, 5.0}, 500.0, 16.0);
        QCOMPARE(shown.size(), std::size_t{3});
        QCOMPARE(shown[1].y, 250.0);
        QCOMPARE(shown[1].endRow, std::size_t{4});
        QVERIFY(shown[0].keyspaceStart && !shown[1].keyspaceStart && shown[2].keyspaceStart);
    }

    void marginsOf_missingCells_areLeftOutOfTheMean()
    {
        HeatMatrix matrix;
        matrix.step = std::chrono::seconds(1);
        matrix.columns = 2;
        matrix.forecastFrom = 2; // none of it
        matrix.rows = rowsOf({1, 2});
        matrix.mean = {4.0F, kMissingHeat, kMissingHeat, kMissingHeat};
        matrix.max = matrix.mean;
        const Margins margins = marginsOf(matrix, {{0.0, 2.0}, {0.0, 2.0}});
        QCOMPARE(margins.rows[0], 4.0F);
        QVERIFY(std::isnan(margins.rows[1]));
        QCOMPARE(margins.columns[0], 4.0F);
        QVERIFY(std::isnan(margins.columns[1]));
    }
};

QTEST_APPLESS_MAIN(TestAxes)
#include "tst_axes.moc"
