// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/forecaster.h"
#include "synthetic_load.h"

#include <QtTest/QtTest>
#include <cmath>

using namespace isotherm;
using namespace isotherm::predict;

class TstForecaster : public QObject
{
    Q_OBJECT

    static ForecasterShape shape() { return {{0, 0, 1}, 60, 0, {1, 6, 24}}; }

    struct Trained
    {
        std::unique_ptr<Forecaster> forecaster;
        test::SyntheticLoad load{3, 21};
        std::int64_t hour = 0;

        void observe(const std::vector<double>& counts)
        {
            const Status status = forecaster->observe(hour * 60, counts);
            QVERIFY2(status.ok(), status.ok() ? "" : status.error().text().c_str());
            ++hour;
        }
    };

    static Trained trained(int days)
    {
        Trained made;
        made.forecaster = std::make_unique<Forecaster>(shape());
        while (made.hour < 24 * days) {
            made.observe(made.load.row(made.hour));
        }
        return made;
    }

private Q_SLOTS:
    void points_sameRows_giveTheSame()
    {
        Trained first = trained(15);
        Trained second = trained(15);
        for (std::size_t which = 0; which < 3; ++which) {
            const auto a = first.forecaster->points(which);
            const auto b = second.forecaster->points(which);
            for (std::size_t i = 0; i < a.size(); ++i) {
                QCOMPARE(a[i].value, b[i].value);
                QCOMPARE(a[i].high, b[i].high);
                QVERIFY(!std::isnan(a[i].experts[kTrees])); // every model has its say
                QVERIFY(!std::isnan(a[i].experts[kKernel]));
            }
        }
    }

    void points_regularLoad_areNearlyAsGoodAsItsNoise()
    {
        Trained made = trained(15);
        double squares = 0;
        double above = 0;
        int count = 0;
        for (int hour = 0; hour < 24 * 14; ++hour) {
            const auto forecasts = made.forecaster->points(0);
            const std::vector<double> counts = made.load.row(made.hour);
            for (std::size_t i = 0; i < 3; ++i) {
                const double actual = std::log1p(counts[i]);
                squares += std::pow(actual - static_cast<double>(forecasts[i].value), 2);
                above += actual > static_cast<double>(forecasts[i].high) ? 1 : 0;
                ++count;
            }
            made.observe(counts);
        }
        const double rms = std::sqrt(squares / count);
        QVERIFY2(rms < 1.3 * test::SyntheticLoad::kNoise, qPrintable(QString::number(rms)));
        QVERIFY2(std::abs(above / count - 0.1) < 0.04, qPrintable(QString::number(above / count)));
    }

    void observe_gap_isNotZero()
    {
        Trained made = trained(15);
        const float before = made.forecaster->points(2)[0].value;
        made.hour += 24; // a day without rows: tomorrow's forecast is for the same hour
        made.observe(made.load.row(made.hour));
        const float after = made.forecaster->points(2)[0].value;
        QVERIFY2(std::abs(after - before) < 1.5F,
                 qPrintable(QString("%1 %2").arg(before).arg(after)));
        for (int hour = 0; hour < 24; ++hour) {
            made.observe({std::nan(""), -5.0, std::nan("")}); // the second: a counter was reset
        }
        for (const MixedForecast& forecast : made.forecaster->points(0)) {
            QVERIFY(forecast.value > 3.0F);
        }
    }

    void observe_repeatedHour_isIgnored()
    {
        Trained made = trained(10);
        const auto before = made.forecaster->points(0);
        --made.hour; // autumn: the clock goes back
        made.observe({1e9, 1e9, 1e9});
        const auto after = made.forecaster->points(0);
        QCOMPARE(after[0].value, before[0].value);
        QCOMPARE(made.forecaster->nextMinute(), std::int64_t{10 * 24 * 60});
    }

    void observe_rowOffTheGrid_isRefused()
    {
        Forecaster forecaster(shape());
        QVERIFY(!forecaster.observe(7, std::vector<double>{1, 2, 3}).ok());
    }

    void hours_ofAShard_addItsSeries()
    {
        Trained made = trained(15);
        const auto hours = made.forecaster->hours();
        QVERIFY(hours.ok());
        QCOMPARE(hours.value().size(), std::size_t{2});
        const double expected = std::exp(test::SyntheticLoad::expected(0, made.hour + 5)) +
                                std::exp(test::SyntheticLoad::expected(1, made.hour + 5));
        const double ratio = hours.value()[0][5] / expected;
        QVERIFY2(ratio > 0.6 && ratio < 1.6, qPrintable(QString::number(ratio)));
        QVERIFY(made.forecaster->decisions().ok());
    }
};

QTEST_GUILESS_MAIN(TstForecaster)
#include "tst_forecaster.moc"
