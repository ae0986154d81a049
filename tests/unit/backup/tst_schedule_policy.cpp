// SPDX-License-Identifier: Apache-2.0
// moc 6.4 cannot parse <compare>, which the header needs, unless it met <string> before it.
// clang-format off
#include <string>

#include "agent/backup/schedule_policy.h"
// clang-format on

#include <QtTest/QtTest>

using namespace isotherm;
using namespace isotherm::backup;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

namespace
{

const WallTime kNow = fromUnixMicros(1'700'000'000'000'000);

ShardFacts shardAt(double temperature)
{
    ShardFacts facts;
    facts.shard = ShardId(7);
    facts.temperature = temperature;
    facts.lastBackup = kNow;
    return facts;
}

} // namespace

class TstSchedulePolicy : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void nextBackup_byTemperature_followsTheRule_data()
    {
        QTest::addColumn<double>("temperature");
        QTest::addColumn<qint64>("hoursExpected");
        QTest::newRow("hot") << 0.81 << qint64(1);
        QTest::newRow("at the hot limit") << 0.8 << qint64(6);
        QTest::newRow("warm") << 0.51 << qint64(6);
        QTest::newRow("at the warm limit") << 0.5 << qint64(24);
        QTest::newRow("cold") << 0.0 << qint64(24);
    }
    void nextBackup_byTemperature_followsTheRule()
    {
        QFETCH(double, temperature);
        QFETCH(qint64, hoursExpected);
        const DueTime due = nextBackup(shardAt(temperature), {}, kNow);
        QCOMPARE(due.interval, milliseconds(hours(hoursExpected)));
        QVERIFY(due.due <= kNow + due.interval);
        QVERIFY(due.due >= kNow + due.interval * 9 / 10);
    }

    static ShardFacts coldUntil(std::chrono::hours begin, double temperature)
    {
        ShardFacts facts = shardAt(0.1);
        for (int hour = 0; hour < 24; ++hour) {
            const WallTime start = kNow + hours(hour);
            facts.coming.push_back(
                {start, start + hours(1), hours(hour) == begin ? temperature : 0.1});
        }
        return facts;
    }

    void nextBackup_predictedHotNow_followsTheForecast()
    {
        const DueTime due = nextBackup(coldUntil(hours(0), 0.95), {}, kNow);
        QCOMPARE(due.interval, milliseconds(hours(1)));
        QVERIFY(due.reason.find("predicted") != std::string::npos);
        QVERIFY(!due.broughtForwardFrom);
    }

    void nextBackup_forecastCrosses_isBroughtForward()
    {
        SchedulePolicy policy;
        policy.jitter = 0;
        const DueTime due = nextBackup(coldUntil(hours(5), 0.95), policy, kNow);
        QCOMPARE(due.due, kNow + hours(5));
        QCOMPARE(due.interval, milliseconds(hours(24))); // the rule for now
        QCOMPARE(*due.broughtForwardFrom, kNow + hours(24));
        QVERIFY2(due.reason.find("predicted to be hot (0.95 > 0.80) from") != std::string::npos &&
                     due.reason.find("every 1h; brought forward from") != std::string::npos,
                 due.reason.c_str());
        // Warm at five: six hours after the last one is early enough, unless it has cooled by then.
        QCOMPARE(nextBackup(coldUntil(hours(5), 0.6), policy, kNow).due, kNow + hours(24));
        QCOMPARE(nextBackup(coldUntil(hours(7), 0.6), policy, kNow).due, kNow + hours(7));
    }

    void nextBackup_forecastCrosses_isNeverBeforeItsOwnInterval()
    {
        SchedulePolicy policy;
        policy.jitter = 0;
        ShardFacts facts = coldUntil(hours(1), 0.95);
        facts.lastBackup = kNow + minutes(30); // half an hour before it becomes hot
        QCOMPARE(nextBackup(facts, policy, kNow).due, kNow + minutes(90));
    }

    void nextBackup_forecastOnly_followsTheMeasuredAlone()
    {
        SchedulePolicy policy;
        policy.jitter = 0;
        policy.followForecasts = false;
        const DueTime due = nextBackup(coldUntil(hours(5), 0.95), policy, kNow);
        QCOMPARE(due.due, kNow + hours(24));
        QVERIFY(!due.broughtForwardFrom);
        QCOMPARE(nextBackup(coldUntil(hours(0), 0.95), policy, kNow).due, kNow + hours(24));
    }

    void nextBackup_manyCrossAtOnce_areSpreadBeforeIt()
    {
        WallTime first = WallTime::max();
        for (std::uint64_t id = 1; id <= 100; ++id) {
            ShardFacts facts = coldUntil(hours(5), 0.95);
            facts.shard = ShardId(id);
            const WallTime due = nextBackup(facts, {}, kNow).due;
            QVERIFY(due <= kNow + hours(5) && due > kNow + hours(5) - minutes(6));
            first = std::min(first, due);
        }
        QVERIFY(first < kNow + hours(5) - minutes(5));
    }

    void nextCrossing_forecast_isTheFirstHotterClass()
    {
        const auto crossing = nextCrossing(coldUntil(hours(5), 0.95), {}, kNow);
        QVERIFY(crossing);
        QCOMPARE(crossing->at, kNow + hours(5));
        QCOMPARE(crossing->what, std::string("hot (0.95 > 0.80)"));
        ShardFacts hot = coldUntil(hours(5), 0.95);
        hot.temperature = 0.9;
        QVERIFY(!nextCrossing(hot, {}, kNow));
    }

    void horizonOf_largeShard_isTheTimeToSplitIt()
    {
        QCOMPARE(horizonOf(hours(1), ByteCount(1'000'000)).length, milliseconds(hours(1)));
        const Horizon large = horizonOf(hours(1), ByteCount(200'000'000'000));
        QVERIFY(large.length > hours(2));
        QVERIFY(large.why.find("splitting 200") != std::string::npos);
    }

    void nextBackup_withRpo_onlyShortens()
    {
        ShardFacts facts = shardAt(0.1);
        facts.rpo = minutes(10);
        QCOMPARE(nextBackup(facts, {}, kNow).interval, milliseconds(minutes(8)));
        facts.rpo = hours(24 * 30);
        QCOMPARE(nextBackup(facts, {}, kNow).interval, milliseconds(hours(24)));
    }

    void nextBackup_neverBackedUp_isDueNow()
    {
        ShardFacts facts = shardAt(0.1);
        facts.lastBackup.reset();
        QCOMPARE(nextBackup(facts, {}, kNow).due, kNow);
    }

    void nextBackup_longOverdue_isCaughtUpOnceNow()
    {
        ShardFacts facts = shardAt(0.9);
        facts.lastBackup = kNow - hours(24 * 9);
        QCOMPARE(nextBackup(facts, {}, kNow).due, kNow);
    }

    void nextBackup_afterAFailure_waits()
    {
        ShardFacts facts = shardAt(0.9);
        facts.lastBackup = kNow - hours(5);
        facts.notBefore = kNow + minutes(2);
        QCOMPARE(nextBackup(facts, {}, kNow).due, kNow + minutes(2));
    }

    void nextBackup_manyShards_areSpread()
    {
        WallTime first = WallTime::max();
        WallTime last = WallTime::min();
        for (std::uint64_t id = 1; id <= 1000; ++id) {
            ShardFacts facts = shardAt(0.1);
            facts.shard = ShardId(id);
            const WallTime due = nextBackup(facts, {}, kNow).due;
            first = std::min(first, due);
            last = std::max(last, due);
        }
        QVERIFY(last - first > hours(2)); // a tenth of 24 h
    }

    void retryDelay_doublesToABound()
    {
        QCOMPARE(retryDelay(1), milliseconds(std::chrono::seconds(30)));
        QCOMPARE(retryDelay(2), milliseconds(minutes(1)));
        QCOMPARE(retryDelay(50), milliseconds(minutes(30)));
    }
};

QTEST_APPLESS_MAIN(TstSchedulePolicy)
#include "tst_schedule_policy.moc"
