// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/log_count.h"
#include "agent/predict/peak_model.h"

#include <QtTest/QtTest>
#include <cmath>
#include <random>

using namespace isotherm::predict;

class TstPeakModel : public QObject
{
    Q_OBJECT

    /// How far decisions stand above the expected value after 60 days of errors of this size, of
    /// which the forecasts knew.
    static float margin(float noise)
    {
        PeakModel model(1, 1, Tuning());
        std::mt19937 random(9);
        std::normal_distribution<float> normal(0, noise);
        const std::vector<PeakModel::Expected> expected = {{5.0F, 1.3F * noise}};
        for (int hour = 0; hour < 24 * 60; ++hour) {
            const std::vector<float> actual = {5.0F + normal(random)};
            model.observe(actual);
            model.decide(expected, 5.0F + 1.5F * noise); // hot one time in fifteen
        }
        return model.decisions()[0] - expected[0].value;
    }

private Q_SLOTS:
    void decide_burstyShard_standsFurtherAboveTheMean()
    {
        QVERIFY2(margin(0.05F) < 0.1F, qPrintable(QString::number(margin(0.05F))));
        QVERIFY2(margin(1.0F) > 0.3F, qPrintable(QString::number(margin(1.0F))));
    }

    /// Before hot hours the forecast is higher, but below the level: the threshold moves there.
    void decide_forecastsTooLow_areRaisedUntilHotIsCalledHot()
    {
        PeakModel model(1, 1, Tuning());
        int right = 0;
        int wrong = 0;
        for (int hour = 0; hour < 24 * 60; ++hour) {
            const bool hot = hour % 5 == 0;
            model.observe(std::vector<float>{hour % 5 == 1 ? 9.0F : 3.0F}); // what was decided on
            model.decide(std::vector<PeakModel::Expected>{{hot ? 4.0F : 2.0F, 0.1F}}, 6.0F);
            if (hour >= 24 * 30) {
                right += hot && model.decisions()[0] > 6.0F ? 1 : 0;
                wrong += !hot && model.decisions()[0] > 6.0F ? 1 : 0;
            }
        }
        QCOMPARE(right, 144);
        QCOMPARE(wrong, 0);
    }

    void leastChance_hotHoursThatAreForetold_risesToAHalf()
    {
        PeakModel model(1, 1, Tuning());
        QVERIFY(std::abs(model.leastChance() - 0.35F) < 0.01F); // the first guess: F1 0.7
        for (int hour = 0; hour < 24 * 60; ++hour) {
            const float value = hour % 5 == 0 ? 9.0F : 3.0F;
            const float coming = (hour + 1) % 5 == 0 ? 9.0F : 3.0F;
            model.observe(std::vector<float>{value});
            model.decide(std::vector<PeakModel::Expected>{{coming, 0.1F}}, 6.0F);
        }
        QVERIFY2(model.leastChance() > 0.45F, qPrintable(QString::number(model.leastChance())));
    }

    void observe_missingHour_settlesNothing()
    {
        PeakModel model(1, 24, Tuning());
        const float before = model.leastChance();
        for (int hour = 0; hour < 24 * 20; ++hour) {
            model.observe(std::vector<float>{hour % 12 == 0 ? kMissing : 9.0F});
            model.decide(std::vector<PeakModel::Expected>{{3.0F, 0.1F}}, 6.0F); // missed each time
        }
        QCOMPARE(model.leastChance(), before);
    }
};

QTEST_GUILESS_MAIN(TstPeakModel)
#include "tst_peak_model.moc"
