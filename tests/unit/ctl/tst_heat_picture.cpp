// SPDX-License-Identifier: Apache-2.0
// clang-format off: moc cannot read libstdc++'s <concepts> unless <string> came before it
#include <string>
// clang-format on
#include "agent/ctl/heat_picture.h"

#include <QtTest/QtTest>
#include <cmath>

using namespace isotherm;
using namespace isotherm::ctl;

namespace
{

QString text(const std::string& value)
{
    return QString::fromStdString(value);
}

HeatMatrix matrix(std::size_t rows, std::size_t columns)
{
    HeatMatrix made;
    made.metric = HeatMetric::Rows;
    made.start = fromUnixMicros(1'772'366'400'000'000);
    made.step = std::chrono::seconds(1);
    made.columns = made.forecastFrom = columns;
    for (std::size_t row = 0; row < rows; ++row) {
        made.rows.push_back({ShardId(row + 1), "k", "[" + std::to_string(row) + ")"});
    }
    made.mean.assign(rows * columns, 0.0F);
    made.max.assign(rows * columns, 0.0F);
    return made;
}

} // namespace

class TestHeatPicture : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pool_onePeak_showsAtEverySize();
    void pool_missing_staysMissingOnlyAlone();
    void draw_noColour_isTheGolden();
    void draw_colour_hasEscapesAndEndsThem();
    void draw_ascii_isAscii();
    void draw_temperature_marksTheLimits();
    void draw_nothing_saysSo();
    void draw_allMissing_isNotDrawnAsZero();
};

void TestHeatPicture::pool_onePeak_showsAtEverySize()
{
    HeatMatrix made = matrix(37, 101);
    made.max[50 * 37 + 20] = 9.0F;
    for (const std::size_t rows : {1U, 5U, 37U, 100U}) {
        for (const std::size_t columns : {1U, 7U, 100U, 500U}) {
            const PooledHeat pooled = poolHeat(made, rows, columns);
            QCOMPARE(pooled.values.size(), pooled.rows * pooled.columns);
            QCOMPARE(std::count(pooled.values.begin(), pooled.values.end(), 9.0F), 1);
        }
    }
}

void TestHeatPicture::pool_missing_staysMissingOnlyAlone()
{
    HeatMatrix made = matrix(1, 4);
    made.max = {kMissingHeat, 1.0F, kMissingHeat, kMissingHeat};
    const PooledHeat pooled = poolHeat(made, 1, 2);
    QCOMPARE(pooled.values[0], 1.0F);
    QVERIFY(std::isnan(pooled.values[1]));
}

void TestHeatPicture::draw_noColour_isTheGolden()
{
    HeatMatrix made = matrix(2, 6);
    made.max = {0, 10, 25, 20, 50, 30, 75, 40, 100, 50, kMissingHeat, 60};
    PictureStyle style;
    style.width = 80;
    QCOMPARE(text(drawHeat(made, style)),
             QStringLiteral("1 [0)  ░▒▓█·\n"
                            "2 [1)  ░░▒▒▓\n"
                            "      2026-03-01T12:00:00Z .. 2026-03-01T12:00:06Z\n"
                            "rows  0  ░▒▓█ 100 rows/s  · not measured\n"));
}

void TestHeatPicture::draw_colour_hasEscapesAndEndsThem()
{
    HeatMatrix made = matrix(3, 5);
    made.max[0] = 3.0F;
    made.max[4] = kMissingHeat;
    PictureStyle style;
    style.colour = true;
    for (const QString& line :
         text(drawHeat(made, style)).split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
        const auto last = line.lastIndexOf(QStringLiteral("\x1b[48;5;"));
        QVERIFY(last < 0 || line.indexOf(QStringLiteral("\x1b[0m"), last) > last);
    }
    QVERIFY(text(drawHeat(made, style)).contains(QStringLiteral("\x1b[48;5;229m")));
}

void TestHeatPicture::draw_ascii_isAscii()
{
    HeatMatrix made = matrix(2, 3);
    made.max[1] = kMissingHeat;
    PictureStyle style;
    style.utf8 = false;
    for (const char c : drawHeat(made, style)) {
        QVERIFY(static_cast<unsigned char>(c) < 0x80U);
    }
}

void TestHeatPicture::draw_temperature_marksTheLimits()
{
    HeatMatrix made = matrix(1, 1);
    made.metric = HeatMetric::Temperature;
    made.max = {0.1F};
    const QString picture = text(drawHeat(made, {}));
    // An absolute scale: 0.1 is cold although it is the hottest there is.
    QVERIFY(picture.startsWith(QStringLiteral("1 [0)  \n")));
    QVERIFY(picture.contains(QStringLiteral(" 1  (hot > 0.80, warm > 0.50)")));
}

void TestHeatPicture::draw_nothing_saysSo()
{
    QCOMPARE(text(drawHeat(matrix(0, 5), {})), QStringLiteral("no samples in this time\n"));
    QCOMPARE(text(drawHeat(matrix(5, 0), {})), QStringLiteral("no samples in this time\n"));
}

void TestHeatPicture::draw_allMissing_isNotDrawnAsZero()
{
    HeatMatrix made = matrix(1, 4);
    made.max.assign(4, kMissingHeat);
    QVERIFY(text(drawHeat(made, {})).startsWith(QStringLiteral("1 [0) ····\n")));
}

QTEST_GUILESS_MAIN(TestHeatPicture)
#include "tst_heat_picture.moc"
