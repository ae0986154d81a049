// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/seasonal_model.h"
#include "synthetic_load.h"

#include <QtTest/QtTest>
#include <cmath>

using namespace isotherm;
using namespace isotherm::predict;

class TstSeasonalModel : public QObject
{
    Q_OBJECT

    static constexpr std::size_t kDaily = 3;

    /// Mean squared error of level + season over the next day.
    static double dayError(const SeasonalModel& model, std::size_t series, std::int64_t row)
    {
        double sum = 0;
        for (std::int64_t hour = row; hour < row + 24; ++hour) {
            const double forecast =
                static_cast<double>(model.level(series, 1, kDaily) + model.season(series, 1, hour));
            const double error = forecast - test::SyntheticLoad::expected(series, hour);
            sum += error * error / 24;
        }
        return sum;
    }

    static std::vector<LogCode> encode(const std::vector<double>& counts)
    {
        std::vector<LogCode> codes;
        for (const double count : counts) {
            codes.push_back(encodeCount(count));
        }
        return codes;
    }

private Q_SLOTS:
    void season_afterFourWeeks_isLearned()
    {
        test::SyntheticLoad load(1, 5);
        SeasonalModel model({1, 60, 0}, Tuning());
        for (std::int64_t hour = 0; hour < 28 * 24; ++hour) {
            model.update(hour, encode(load.row(hour)));
        }
        QVERIFY2(dayError(model, 0, 28 * 24) < 0.15,
                 qPrintable(QString::number(dayError(model, 0, 28 * 24))));
    }

    void missing_rows_moveNothing()
    {
        test::SyntheticLoad load(1, 5);
        SeasonalModel model({1, 60, 0}, Tuning());
        for (std::int64_t hour = 0; hour < 14 * 24; ++hour) {
            model.update(hour, encode(load.row(hour)));
        }
        const float level = model.level(0, 0, 0);
        const float season = model.season(0, 0, 7);
        for (std::int64_t hour = 14 * 24; hour < 17 * 24; ++hour) {
            model.update(hour, std::vector<LogCode>{kMissingCode});
        }
        QCOMPARE(model.level(0, 0, 0), level);
        QCOMPARE(model.season(0, 0, 7), season);
    }

    void coldStart_grownNeighbours_lendTheirProfile()
    {
        const auto errorWith = [](std::size_t series) {
            test::SyntheticLoad load(3, 5);
            SeasonalModel model({3, 60, 0}, Tuning());
            for (std::int64_t hour = 0; hour < 21 * 24 + 6; ++hour) {
                std::vector<LogCode> codes = encode(load.row(hour));
                if (hour < 21 * 24) { // the middle one is new; with series 1 only, it is alone
                    codes[1] = kMissingCode;
                }
                if (series == 1) {
                    codes[0] = codes[2] = kMissingCode;
                }
                model.update(hour, codes);
            }
            return dayError(model, 1, 21 * 24 + 6);
        };
        const double lent = errorWith(3);
        const double alone = errorWith(1);
        QVERIFY2(lent < alone / 3,
                 qPrintable(QString("with neighbours %1, alone %2").arg(lent).arg(alone)));
    }
};

QTEST_GUILESS_MAIN(TstSeasonalModel)
#include "tst_seasonal_model.moc"
