// SPDX-License-Identifier: Apache-2.0
#include "agent/attribution/sample_advice.h"

#include <QtTest/QtTest>

using namespace isotherm::attribution;

class TstSampleAdvice : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void betterRate_manyStatements_isThatOfFiftyASecond()
    {
        SampleAdvice advice;
        for (int i = 0; i < 60; ++i) {
            advice.note(2'000, 1);
        }
        QCOMPARE(advice.perSecond(), 2'000.0);
        const auto rate = advice.betterRate(0.1);
        QVERIFY(rate.has_value());
        QCOMPARE(*rate, 0.002); // 0.0025, of one digit, downwards
    }

    void betterRate_fewStatements_isNone()
    {
        SampleAdvice advice;
        for (int i = 0; i < 60; ++i) {
            advice.note(200, 1);
        }
        QVERIFY(!advice.betterRate(0.01).has_value());
    }

    void betterRate_rightAtTheStart_isNone()
    {
        SampleAdvice advice;
        QVERIFY(!advice.betterRate(1).has_value());
        advice.note(100'000, 1); // what had gathered before the first look
        QVERIFY(!advice.betterRate(1).has_value());
    }

    void betterRate_onceTheLoadIsGone_isNoneAgain()
    {
        SampleAdvice advice;
        for (int i = 0; i < 60; ++i) {
            advice.note(2'000, 1);
        }
        for (int i = 0; i < 240; ++i) {
            advice.note(10, 1);
        }
        QVERIFY(!advice.betterRate(0.1).has_value());
    }

    void betterRate_hugeLoad_isNeverZero()
    {
        SampleAdvice advice;
        for (int i = 0; i < 60; ++i) {
            advice.note(1'000'000'000, 1);
        }
        QCOMPARE(*advice.betterRate(0.001), 1e-6);
    }
};

QTEST_APPLESS_MAIN(TstSampleAdvice)
#include "tst_sample_advice.moc"
