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

    void work_ofTheHour_mayWaitForTheHoursEnd()
    {
        // One does everything at once, the other nothing before it has to: the same forecasts.
        test::SyntheticLoad load(2, 4);
        Forecaster eager({{0, 1}, 10, 0, {1, 6}});
        Forecaster lazy({{0, 1}, 10, 0, {1, 6}});
        for (std::int64_t step = 0; step < 10 * 144; ++step) {
            const std::vector<double> counts = load.row(step / 6);
            QVERIFY(eager.observe(step * 10, counts).ok());
            QVERIFY(eager.finish().ok());
            QVERIFY(lazy.observe(step * 10, counts).ok());
            if (step % 6 == 0 && step > 144) { // the hour before is only done when this one ends
                QVERIFY(lazy.dayAhead() == nullptr || lazy.dayAhead()->minute < step * 10);
            }
        }
        const auto first = eager.hours();
        const auto second = lazy.hours();
        QVERIFY(first.ok() && second.ok());
        QCOMPARE(*first, *second);
        QCOMPARE(eager.dayAhead()->shards[1][23].decision, lazy.dayAhead()->shards[1][23].decision);
    }

    void points_moreSeriesThanRidges_areNearlyAsGood()
    {
        Tuning tuning;
        tuning.ridgeSeries = 2;
        test::SyntheticLoad load(12, 6);
        Forecaster own({{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 60, 0, {1}});
        Forecaster shared({{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 60, 0, {1}}, tuning);
        double ownSquares = 0;
        double sharedSquares = 0;
        for (std::int64_t hour = 0; hour < 21 * 24; ++hour) {
            const std::vector<double> counts = load.row(hour);
            if (hour >= 14 * 24) {
                const auto a = own.points(0);
                const auto b = shared.points(0);
                for (std::size_t i = 0; i < counts.size(); ++i) {
                    const double actual = std::log1p(counts[i]);
                    ownSquares += std::pow(actual - static_cast<double>(a[i].value), 2);
                    sharedSquares += std::pow(actual - static_cast<double>(b[i].value), 2);
                }
            }
            QVERIFY(own.observe(hour * 60, counts).ok());
            QVERIFY(shared.observe(hour * 60, counts).ok());
        }
        QVERIFY2(sharedSquares < 1.05 * ownSquares,
                 qPrintable(QString::number(sharedSquares / ownSquares)));
        QVERIFY(shared.bytes() < own.bytes());
    }
};

QTEST_GUILESS_MAIN(TstForecaster)
#include "tst_forecaster.moc"
