// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/ridge_model.h"

#include <QtTest/QtTest>
#include <cmath>
#include <random>

using namespace isotherm::predict;

class TstRidgeModel : public QObject
{
    Q_OBJECT

    static constexpr std::size_t kOwn = 2;

    static Tuning tuning()
    {
        Tuning made;
        made.ridgeSeries = kOwn;
        return made;
    }
    static FeatureRow row(float last, float hour)
    {
        FeatureRow made;
        made.packed.fill(kNoFeature);
        made.packed[kLast] = static_cast<PackedFeature>(last * kFeatureUnit);
        made.packed[kHour1] = static_cast<PackedFeature>(hour * kFeatureUnit);
        return made;
    }
    /// Series 0 follows the last value, all others the last hour, against it.
    static float truth(std::size_t series, const FeatureRow& row)
    {
        return series == 0 ? row.value(kLast) : -row.value(kHour1);
    }
    static void teach(RidgeModel& model, std::size_t series, int rows)
    {
        std::mt19937 random(3);
        std::normal_distribution<float> normal;
        for (int i = 0; i < rows; ++i) {
            const FeatureRow made = row(normal(random), normal(random));
            for (std::size_t one = 0; one < series; ++one) {
                model.learn(one, made, truth(one, made));
            }
        }
        model.solveCommon();
        for (std::size_t one = 0; one < series; ++one) {
            model.solve(one);
        }
    }
    static double errorOf(const RidgeModel& model, std::size_t series)
    {
        const FeatureRow probe = row(1, 0.5F);
        return std::abs(static_cast<double>(model.predict(series, probe) - truth(series, probe)));
    }

private Q_SLOTS:
    void predict_moreSeriesThanPlaces_othersLearnTogether()
    {
        RidgeModel model({20, 144, 0, true, false}, tuning());
        teach(model, 20, 2000);
        QVERIFY(errorOf(model, 0) < 0.1); // its own
        QVERIFY(errorOf(model, 1) < 0.1);
        QVERIFY(errorOf(model, 19) < 0.1); // what the cold ones have in common
    }

    void choose_aSeriesThatBecameHot_beginsWithWhatTheOthersKnow()
    {
        RidgeModel model({20, 144, 0, true, false}, tuning());
        teach(model, 20, 2000);
        std::vector<float> rates(20, 0.0F);
        rates[5] = rates[6] = rates[7] = 9;
        model.choose(rates);
        QVERIFY(errorOf(model, 5) < 0.1); // before it has learned anything itself
        QVERIFY(errorOf(model, 0) > 0.5); // cold now: like all the others
        model.solve(5);
        QVERIFY(errorOf(model, 5) < 0.1);
    }

    void bytes_manySeries_growNoFurtherThanThePlaces()
    {
        const RidgeModel few({2, 144, 0, true, false}, tuning());
        const RidgeModel many({2000, 144, 0, true, false}, tuning());
        QVERIFY(many.bytes() < few.bytes() + 2000 * 8 + 4096);
    }

    void learn_inputsThatAreAlwaysZero_areNotKept()
    {
        const RidgeModel oneLead({1, 144, 0, true, false}, tuning());
        const RidgeModel all({1, 144, 0, false, true}, tuning());
        QVERIFY(oneLead.bytes() < all.bytes());
    }
};

QTEST_GUILESS_MAIN(TstRidgeModel)
#include "tst_ridge_model.moc"
