// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/colour_map.h"
#include "app/viewmath/text.h"
#include "app/viewmath/value_scale.h"

#include <QLocale>
#include <QTest>
#include <cmath>
#include <limits>
#include <vector>

using namespace isotherm;
using namespace isotherm::viewmath;

class TestScale : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void level_missing_isApartFromZero()
    {
        const ValueScale scale{100.0, 0.0, false};
        QCOMPARE(int(scale.level(std::numeric_limits<float>::quiet_NaN())), 0);
        QCOMPARE(int(scale.level(0.0F)), 1);
        QCOMPARE(int(scale.level(100.0F)), 255);
        QCOMPARE(int(scale.level(1e9F)), 255);
    }

    void valueAt_anyScale_invertsPosition_data()
    {
        QTest::addColumn<double>("brightness");
        QTest::addColumn<bool>("logarithmic");
        QTest::newRow("linear") << 0.0 << false;
        QTest::newRow("bright") << 0.7 << false;
        QTest::newRow("dark") << -0.7 << false;
        QTest::newRow("logarithmic") << 0.0 << true;
        QTest::newRow("bright logarithmic") << 0.4 << true;
    }

    void valueAt_anyScale_invertsPosition()
    {
        QFETCH(double, brightness);
        QFETCH(bool, logarithmic);
        const ValueScale scale{5000.0, brightness, logarithmic};
        double last = -1.0;
        for (const double value : {5.0, 70.0, 600.0, 2500.0, 5000.0}) {
            const double position = scale.position(value);
            QVERIFY(position > last && position <= 1.0);
            QVERIFY(std::abs(scale.valueAt(position) - value) < 1e-6 * value + 1e-9);
            last = position;
        }
    }

    void niceCeiling_values_areOneTwoFive()
    {
        QCOMPARE(niceCeiling(0.0), 1.0);
        QCOMPARE(niceCeiling(1.0), 1.0);
        QCOMPARE(niceCeiling(1.1), 2.0);
        QCOMPARE(niceCeiling(23'000.0), 50'000.0);
        QCOMPARE(niceCeiling(99.0), 100.0);
    }

    void sustainedValue_aSpike_doesNotCount()
    {
        // Two rows, twenty columns; the second is hot, the first has one spike, something is
        // missing.
        std::vector<float> values;
        for (int column = 0; column < 20; ++column) {
            values.push_back(column == 3 ? 500'000.0F : 40.0F);
            values.push_back(column % 5 == 0 ? std::nanf("") : 8'000.0F);
        }
        QCOMPARE(sustainedValue(values, 2), 8'000.0);
        QCOMPARE(sustainedValue(std::span(values).first(2), 2), 40.0);
    }

    void sustainedValue_hotNowAndThen_counts()
    {
        std::vector<float> values;
        for (int column = 0; column < 1'000; ++column) {
            values.push_back(column % 8 == 0 ? 900.0F : 1.0F); // an eighth of the time
        }
        QVERIFY(sustainedValue(values, 1) == 900.0);
    }

    void sustainedValue_nothingMeasured_isZero()
    {
        const std::vector<float> missing(12, std::nanf(""));
        QCOMPARE(sustainedValue(missing, 3), 0.0);
        QCOMPARE(sustainedValue({}, 0), 0.0);
    }

    void impliedReference_agreeingSamples_givesTheRateOfTemperatureOne()
    {
        const std::vector<RateAndTemperature> samples = {
            {900.0, 0.1}, {4500.0, 0.5}, {20'000.0, 1.0}};
        const auto reference = impliedReference(samples);
        QVERIFY(reference.has_value());
        QCOMPARE(*reference, 9000.0);
    }

    void impliedReference_contradictingOrFewSamples_givesNothing()
    {
        const std::vector<RateAndTemperature> contradicting = {{900.0, 0.1}, {4500.0, 0.9}};
        QVERIFY(!impliedReference(contradicting).has_value());
        QVERIFY(!impliedReference(std::vector<RateAndTemperature>{{900.0, 0.1}}).has_value());
    }

    void colourAt_everyMap_getsLighterAllTheWay()
    {
        for (const ColourMap map : kColourMaps) {
            double last = -1.0;
            for (int i = 0; i <= 64; ++i) {
                const double now = luminance(colourAt(map, i / 64.0));
                QVERIFY2(now >= last - 0.004,
                         qPrintable(QStringLiteral("map %1 at %2").arg(int(map)).arg(i)));
                last = std::max(last, now);
            }
            QVERIFY(last > 0.7);
        }
    }

    void colourMapName_everyMap_isReadBack()
    {
        for (const ColourMap map : kColourMaps) {
            QVERIFY(parseColourMap(colourMapName(map)) == map);
        }
        QVERIFY(!parseColourMap("rainbow").has_value());
    }

    void heatValue_numbers_haveAUnitAndThreeDigits()
    {
        QLocale::setDefault(QLocale::c());
        QCOMPARE(text::heatValue(HeatMetric::Rows, 12'345.0).simplified(),
                 QStringLiteral("12.3 k rows/s"));
        QCOMPARE(text::heatValue(HeatMetric::Temperature, 0.8234), QStringLiteral("0.82"));
        QCOMPARE(text::heatValue(HeatMetric::Bytes, 41e6).simplified(), QStringLiteral("41 MB/s"));
        QCOMPARE(text::heatValue(HeatMetric::Rows, std::nan("")), text::unknown());
    }

    void duration_lengths_nameTheirTwoLargestParts()
    {
        using namespace std::chrono_literals;
        QCOMPARE(text::duration(250ms), QStringLiteral("250 ms"));
        QCOMPARE(text::duration(59s), QStringLiteral("59 s"));
        QCOMPARE(text::duration(61s).simplified(), QStringLiteral("1 min 1 s"));
        QCOMPARE(text::duration(130min).simplified(), QStringLiteral("2 h 10 min"));
        QCOMPARE(text::duration(-90s).simplified(), QStringLiteral("−1 min 30 s"));
        QCOMPARE(text::maybeDuration(std::nullopt), text::unknown());
    }
};

QTEST_APPLESS_MAIN(TestScale)
#include "tst_scale.moc"
