// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/rate_meter.h"

#include <QtTest/QtTest>
#include <cmath>
#include <random>

using namespace isotherm;
using namespace isotherm::heat;
using namespace std::chrono_literals;

namespace
{

/// A server whose counters a test moves.
class Server
{
public:
    void pass(std::chrono::microseconds time)
    {
        m_wall += time;
        m_steady += time;
    }
    void stepClock(std::chrono::microseconds by) { m_wall += by; }
    void work(std::uint64_t leaf, std::uint64_t rows)
    {
        m_leaves[leaf].rows += rows;
        m_leaves[leaf].reads += rows / 10;
        m_leaves[leaf].bytes += rows * 100;
        m_leaves[leaf].writes += rows / 5;
    }
    void reset(std::uint64_t leaf) { m_leaves[leaf] = {}; }
    void drop(std::uint64_t leaf) { m_leaves.erase(leaf); }
    std::uint64_t epoch = 1;

    [[nodiscard]] engine::AccessSample sample() const
    {
        engine::AccessSample sample;
        sample.serverTime = m_wall;
        sample.taken = m_steady;
        sample.resetEpoch = epoch;
        for (const auto& [id, counters] : m_leaves) {
            sample.leaves.push_back(counters);
            sample.leaves.back().objectId = id;
        }
        return sample;
    }

private:
    WallTime m_wall = fromUnixMicros(1'770'000'000'000'000);
    Instant m_steady{1'000'000us};
    std::map<std::uint64_t, engine::LeafCounters> m_leaves;
};

float rows(const std::optional<RateSample>& sample, std::size_t cell = 0)
{
    return sample->cells[cell].rates[2];
}

} // namespace

class TstRateMeter : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void update_twoSamples_givesRatesPerSecond()
    {
        RateMeter meter = meterOf({{CellId(1), {10, 11}}, {CellId(2), {12}}});
        Server server;
        server.work(10, 5'000);
        server.work(11, 0);
        server.work(12, 0);
        QVERIFY(!meter.update(server.sample())); // nothing to compare with
        server.work(10, 1'000);
        server.work(11, 500);
        server.pass(10s);
        const auto sample = meter.update(server.sample());
        QVERIFY(sample->gap.empty());
        QCOMPARE(sample->end - sample->start, std::chrono::microseconds(10s));
        QCOMPARE(rows(sample, 0), 150.0F);
        QCOMPARE(sample->cells[0].rates[0], 15.0F);
        QCOMPARE(sample->cells[0].rates[1], 30.0F);
        QCOMPARE(sample->cells[0].rates[3], 15'000.0F);
        QCOMPARE(rows(sample, 1), 0.0F); // measured: nothing happened
    }

    void update_countersReset_isMissingOnceThenGoesOn()
    {
        RateMeter meter = meterOf({{CellId(1), {10}}});
        Server server;
        server.work(10, 1'000'000);
        QVERIFY(!meter.update(server.sample()));
        server.reset(10);
        server.epoch = 2;
        server.work(10, 50);
        server.pass(10s);
        const auto gap = meter.update(server.sample());
        QVERIFY(!gap->gap.empty());
        QVERIFY(std::isnan(rows(gap)));
        server.work(10, 100);
        server.pass(10s);
        QCOMPARE(rows(meter.update(server.sample())), 10.0F);
    }

    void update_oneTableReset_onlyItsCellIsMissing()
    {
        RateMeter meter = meterOf({{CellId(1), {10}}, {CellId(2), {12}}});
        Server server;
        server.work(10, 1'000);
        server.work(12, 1'000);
        QVERIFY(!meter.update(server.sample()));
        server.reset(10);
        server.work(12, 100);
        server.pass(10s);
        const auto sample = meter.update(server.sample());
        QVERIFY(std::isnan(rows(sample, 0)));
        QCOMPARE(rows(sample, 1), 10.0F);
    }

    void update_agentPaused_isMissingAndTheLumpIsNoSpike()
    {
        RateMeter meter = meterOf({{CellId(1), {10}}});
        Server server;
        server.work(10, 0);
        QVERIFY(!meter.update(server.sample()));
        server.work(10, 1'000'000);
        server.pass(5min);
        const auto gap = meter.update(server.sample());
        QCOMPARE(gap->end - gap->start, std::chrono::microseconds(5min));
        QVERIFY(std::isnan(rows(gap)));
        server.work(10, 10);
        server.pass(10s);
        QCOMPARE(rows(meter.update(server.sample())), 1.0F);
    }

    void update_clockSteps_isMissing_data()
    {
        QTest::addColumn<qint64>("seconds");
        QTest::newRow("an hour forward") << qint64(3600);
        QTest::newRow("an hour back") << qint64(-3600);
        QTest::newRow("five seconds back") << qint64(-5);
        QTest::newRow("five seconds forward") << qint64(5);
    }
    void update_clockSteps_isMissing()
    {
        QFETCH(qint64, seconds);
        RateMeter meter = meterOf({{CellId(1), {10}}});
        Server server;
        server.work(10, 0);
        QVERIFY(!meter.update(server.sample()));
        server.work(10, 1'000);
        server.pass(10s);
        server.stepClock(std::chrono::seconds(seconds));
        const auto step = meter.update(server.sample());
        QVERIFY(!step->gap.empty());
        QVERIFY(std::isnan(rows(step)));
        QVERIFY(step->start <= step->end);
        QVERIFY(step->end == server.sample().serverTime);
        server.work(10, 100);
        server.pass(10s);
        QCOMPARE(rows(meter.update(server.sample())), 10.0F);
    }

    void update_leafVanishesAndComesBack_isMissingUntilItCanBeCompared()
    {
        RateMeter meter = meterOf({{CellId(1), {10, 11}}});
        Server server;
        server.work(10, 100);
        server.work(11, 100);
        QVERIFY(!meter.update(server.sample()));
        server.drop(11);
        server.pass(10s);
        QVERIFY(std::isnan(rows(meter.update(server.sample()))));
        server.work(11, 7'000);
        server.pass(10s);
        QVERIFY(std::isnan(rows(meter.update(server.sample()))));
        server.work(11, 70);
        server.pass(10s);
        QCOMPARE(rows(meter.update(server.sample())), 7.0F);
    }

    void setCells_newCell_othersGoOn()
    {
        RateMeter meter = meterOf({{CellId(1), {10}}});
        Server server;
        server.work(10, 100);
        QVERIFY(!meter.update(server.sample()));
        meter.setCells({{CellId(1), {10}}, {CellId(5), {50}}, {CellId(6), {}}});
        server.work(10, 100);
        server.work(50, 9'999);
        server.pass(10s);
        const auto sample = meter.update(server.sample());
        QCOMPARE(rows(sample, 0), 10.0F);
        QVERIFY(std::isnan(rows(sample, 1))); // first sight of its leaf
        QVERIFY(std::isnan(rows(sample, 2))); // no leaves: nothing is known, not zero
    }

    void update_filledShard_itsFillingDoesNotCount()
    {
        RateMeter meter = meterOf({{CellId(1), {10}}});
        Server server;
        server.work(10, 100);
        QVERIFY(!meter.update(server.sample()));
        // Split: the copy of a million rows is published six seconds after the part came to be.
        meter.setCells({{CellId(2), {20}, true}, {CellId(3), {30}}});
        for (int second = 1; second <= 60; ++second) {
            server.work(20, second == 7 ? 1'000'000 : 50);
            server.work(30, second == 7 ? 1'000'000 : 50); // the application filled that one
            server.pass(1s);
            const auto sample = meter.update(server.sample());
            if (second <= 11) {
                QVERIFY2(std::isnan(rows(sample, 0)), qPrintable(QString::number(second)));
            } else {
                QCOMPARE(rows(sample, 0), 50.0F);
            }
            if (second == 7) {
                QVERIFY(rows(sample, 1) > 100'000);
            }
        }
    }

    void update_filledShardAtTheStart_isMeasuredAtOnce()
    {
        RateMeter meter = meterOf({{CellId(2), {20}, true}});
        Server server;
        server.work(20, 1'000'000);
        QVERIFY(!meter.update(server.sample())); // it was filled before the agent started
        server.work(20, 50);
        server.pass(1s);
        QCOMPARE(rows(meter.update(server.sample())), 50.0F);
    }

    void update_oncePerSecondLumps_showAsNearlyEven()
    {
        RateMeter meter = meterOf({{CellId(1), {10}}});
        Server server;
        server.work(10, 0);
        QVERIFY(!meter.update(server.sample()));
        // Published every 1.05 s, looked at every second: some windows see no lump, some two.
        double published = 1.05;
        double total = 0;
        for (int second = 1; second <= 100; ++second) {
            while (published <= second) {
                server.work(10, 1'050);
                published += 1.05;
            }
            server.pass(1s);
            const float rate = rows(meter.update(server.sample()));
            total += static_cast<double>(rate);
            if (second > 5) {
                QVERIFY2(rate > 600 && rate < 1'500, qPrintable(QString::number(rate)));
            }
        }
        QVERIFY2(std::abs(total / 100 - 1'000) < 30, qPrintable(QString::number(total)));
    }

    void update_sampledTwiceAtOnce_isIgnored()
    {
        RateMeter meter = meterOf({{CellId(1), {10}}});
        Server server;
        server.work(10, 0);
        QVERIFY(!meter.update(server.sample()));
        QVERIFY(!meter.update(server.sample()));
    }

    void update_randomTrouble_neverNegativeNorASpike()
    {
        const unsigned seed = std::random_device()();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        RateMeter meter = meterOf({{CellId(1), {10}}});
        Server server;
        server.work(10, 1);
        constexpr double kMostPerSecond = 1'000;
        for (int i = 0; i < 5'000; ++i) {
            const auto wait = std::chrono::milliseconds(500 + random() % 12'000);
            server.work(10, static_cast<std::uint64_t>(
                                static_cast<double>(random() % 1000) / 1000 * kMostPerSecond *
                                std::chrono::duration<double>(wait).count()));
            server.pass(wait);
            switch (random() % 20) {
            case 0:
                server.epoch++;
                server.reset(10);
                break;
            case 1:
                server.reset(10);
                break;
            case 2:
                server.stepClock(std::chrono::seconds(static_cast<long>(random() % 200) - 100));
                break;
            case 3:
                server.work(10, 1'000'000);
                server.pass(10min); // asleep meanwhile
                break;
            default:
                break;
            }
            const auto sample = meter.update(server.sample());
            if (sample && !std::isnan(rows(sample))) {
                QVERIFY2(rows(sample) >= 0 && rows(sample) <= 1.001 * kMostPerSecond,
                         qPrintable(QString::number(rows(sample))));
            }
        }
    }

private:
    static RateMeter meterOf(std::vector<CellLeaves> cells)
    {
        RateMeter meter;
        meter.setCells(std::move(cells));
        return meter;
    }
};

QTEST_GUILESS_MAIN(TstRateMeter)
#include "tst_rate_meter.moc"
