// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/mixer.h"

#include <QtTest/QtTest>
#include <cmath>
#include <random>

using namespace isotherm::predict;

class TstMixer : public QObject
{
    Q_OBJECT

    static FeatureRow plainRow()
    {
        FeatureRow row;
        row.base = 5;
        return row;
    }

    /// Every expert is right but for the errors given.
    static ExpertValues around(float actual, const ExpertValues& errors)
    {
        ExpertValues values;
        for (std::size_t e = 0; e < kExpertCount; ++e) {
            values[e] = actual + errors[e];
        }
        return values;
    }

private Q_SLOTS:
    void mix_modelThatLosesToSeasonalNaive_leavesUntilItIsBetter()
    {
        Mixer mixer(1, 24, Tuning());
        ExpertValues errors;
        errors.fill(0.1F);
        errors[kRidge] = 2.0F; // far worse than the day before
        for (int hour = 0; hour < 24 * 7; ++hour) {
            mixer.settle(0, plainRow(), around(5, errors), {5, 5});
        }
        QCOMPARE(mixer.mix(0, around(5, errors)).weights[kRidge], 0.0F);
        QVERIFY(mixer.mix(0, around(5, errors)).weights[kTrees] > 0.1F);
        errors[kRidge] = 0.0F;
        for (int hour = 0; hour < 24 * 90; ++hour) {
            mixer.settle(0, plainRow(), around(5, errors), {5, 5});
        }
        QVERIFY(mixer.mix(0, around(5, errors)).weights[kRidge] > 0.5F); // the best there is
    }

    void mix_expertsWithoutOpinion_areLeftOut()
    {
        const Mixer mixer(1, 24, Tuning());
        ExpertValues values;
        values.fill(kMissing);
        QVERIFY(std::isnan(mixer.mix(0, values).value));
        values[kHoltWinters] = 3;
        QCOMPARE(mixer.mix(0, values).value, 3.0F);
        QCOMPARE(mixer.mix(0, values).weights[kHoltWinters], 1.0F);
    }

    void quantiles_skewedErrors_coverWhatTheySay()
    {
        Mixer mixer(1, 24, Tuning());
        std::mt19937 random(11);
        std::exponential_distribution<float> skewed(2.0F);
        ExpertValues errors{};
        int below = 0;
        int above = 0;
        constexpr int kHours = 24 * 120;
        for (int hour = 0; hour < kHours; ++hour) {
            const float actual = 5 + skewed(random);
            const MixedForecast made = mixer.mix(0, around(5, errors));
            if (hour >= kHours / 3) {
                below += actual < made.low ? 1 : 0;
                above += actual > made.high ? 1 : 0;
            }
            mixer.settle(0, plainRow(), made.experts, {actual, made.value});
        }
        const double judged = kHours * 2.0 / 3;
        QVERIFY2(std::abs(above / judged - 0.1) < 0.03,
                 qPrintable(QString::number(above / judged)));
        QVERIFY2(std::abs(below / judged - 0.1) < 0.03,
                 qPrintable(QString::number(below / judged)));
    }

    void drift_errorsThatGrow_raiseTheAlarmUntilTheyShrink()
    {
        Mixer mixer(1, 24, Tuning());
        std::mt19937 random(3);
        std::normal_distribution<float> normal(0, 0.1F);
        const auto settle = [&](int hours, float shift) {
            for (int hour = 0; hour < hours; ++hour) {
                mixer.settle(0, plainRow(), around(5, {}), {5 + shift + normal(random), 5});
            }
        };
        settle(24 * 14, 0);
        QVERIFY(!mixer.drifting(0));
        settle(12, 1.0F);
        QVERIFY(mixer.drifting(0));
        settle(24 * 3, 0);
        QVERIFY(!mixer.drifting(0));
    }
};

QTEST_GUILESS_MAIN(TstMixer)
#include "tst_mixer.moc"
