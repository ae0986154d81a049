// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/slot_history.h"

#include <QtTest/QtTest>
#include <cmath>
#include <limits>

using namespace isotherm::predict;

class TstSlotHistory : public QObject
{
    Q_OBJECT
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
};

QTEST_GUILESS_MAIN(TstSlotHistory)
#include "tst_slot_history.moc"
