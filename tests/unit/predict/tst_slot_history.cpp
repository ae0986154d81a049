// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/slot_history.h"

#include <QtTest/QtTest>
#include <array>
#include <cmath>
#include <limits>

using namespace isotherm::predict;

class TstSlotHistory : public QObject
{
    Q_OBJECT

    /// Three series on ten minutes' rows: a ramp, one without its middle weeks, and a constant.
    static SlotHistory monthOfRows(std::int64_t rows)
    {
        SlotHistory history(3, 6);
        for (std::int64_t row = 0; row < rows; ++row) {
            const std::array<LogCode, 3> codes = {
                static_cast<LogCode>(row), row < rows / 2 ? kMissingCode : LogCode{500}, 700};
            history.push(codes);
        }
        return history;
    }

private Q_SLOTS:
    void encode_whatIsNotACount_isMissing()
    {
        QCOMPARE(encodeCount(std::nan("")), kMissingCode);
        QCOMPARE(encodeCount(-1.0), kMissingCode); // a counter that ran backwards
        QCOMPARE(encodeCount(std::numeric_limits<double>::infinity()), kMissingCode);
        QCOMPARE(encodeCount(0.0), LogCode{0});
        QVERIFY(std::abs(countOf(decodeLog(encodeCount(1e6))) / 1e6 - 1) < 0.0003);
    }

    void window_missingRows_areNotZeros()
    {
        SlotHistory history(1, 1);
        for (int hour = 0; hour < 48; ++hour) {
            const LogCode code = hour % 3 == 0 ? encodeCount(100) : kMissingCode;
            history.push({&code, 1});
        }
        QCOMPARE(history.window(0, Window::Day).count, std::uint16_t{8});
        QVERIFY(std::abs(history.window(0, Window::Day).mean() - std::log1p(100.0F)) < 0.001F);
        QVERIFY(history.daySpread(0) < 0.01F);
        QCOMPARE(history.dayZeros(0), 0.0F);
    }

    void window_afterManyWeeks_isTheSumOfItsRows()
    {
        SlotHistory history(1, 2);
        for (int row = 0; row < 48 * 60; ++row) { // longer than what is kept
            const auto code = static_cast<LogCode>((row * 7919) % 5000);
            history.push({&code, 1});
        }
        double sum = 0;
        for (std::int64_t back = 1; back <= 48; ++back) {
            sum += static_cast<double>(history.at(0, history.rows() - back));
        }
        QVERIFY(std::abs(static_cast<double>(history.window(0, Window::Day).mean()) - sum / 48) <
                1e-4);
        QVERIFY(std::isnan(history.at(0, 0)));              // forgotten
        QVERIFY(std::isnan(history.at(0, history.rows()))); // not yet there
    }

    void around_atEveryAge_isTheMeanOfTheRowsBesideIt()
    {
        constexpr std::int64_t kDay = 144;
        constexpr std::int64_t kRows = 40 * kDay + 1;
        const SlotHistory history = monthOfRows(kRows);
        for (std::int64_t back = 2; back <= 28 * kDay; ++back) {
            std::array<float, 3> means{};
            history.around(kRows - back, 0, means);
            // A ramp's mean is its middle, in whatever buckets it is kept.
            const float off = means[0] * kCodesPerUnit - static_cast<float>(kRows - back);
            QVERIFY2(std::abs(off) < 0.7F,
                     qPrintable(QString("%1 rows ago: %2").arg(back).arg(off)));
            QCOMPARE(means[2], 700 / kCodesPerUnit);
            const std::int64_t known = kRows - back - kRows / 2;
            if (std::abs(known) > 3) {
                QCOMPARE(std::isnan(means[1]), known < 0);
            }
        }
    }

    void around_beforeTheBeginningAndForgotten_isMissing()
    {
        const SlotHistory young = monthOfRows(20 * 144);
        const SlotHistory old = monthOfRows(45 * 144);
        std::array<float, 1> mean{};
        young.around(-5, 2, mean);
        QVERIFY(std::isnan(mean[0]));
        old.around(144, 2, mean);
        QVERIFY(std::isnan(mean[0]));
        old.around(45 * 144 + 3, 2, mean); // not yet there
        QVERIFY(std::isnan(mean[0]));
    }

    void bytes_aSeriesOfTenMinutes_isAboutFiveKilobytes()
    {
        const SlotHistory history(1000, 6);
        QVERIFY2(history.bytes() < 4'600'000, qPrintable(QString::number(history.bytes())));
    }
};

QTEST_GUILESS_MAIN(TstSlotHistory)
#include "tst_slot_history.moc"
