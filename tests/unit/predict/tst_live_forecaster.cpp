// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/forecast_board.h"
#include "agent/predict/live_forecaster.h"
#include "tests/harness/fake_clock.h"
#include "tests/unit/predict/heat_history.h"

#include <QtTest/QtTest>
#include <cmath>
#include <numbers>
#include <random>

using namespace isotherm;
using namespace isotherm::predict;
using namespace std::chrono_literals;
using isotherm::ShardId;
using test::HeatHistory;

namespace
{

const WallTime kStart = fromUnixMicros(86'400LL * 1'000'000 * 20'485); // a midnight

/// Rows a second: a day's wave; shard 2 has a fifth of it.
float rateAt(std::uint64_t shard, WallTime moment)
{
    const double hour =
        std::chrono::duration<double, std::ratio<3600>>(moment.time_since_epoch()).count();
    const double wave = std::exp(1.5 * std::sin(2 * std::numbers::pi * hour / 24));
    return static_cast<float>((shard == 2 ? 20.0 : 100.0) * wave);
}

/// An hour at a time, each off by up to a fifth.
void fill(HeatHistory& heat, WallTime from, WallTime to, const std::vector<std::uint64_t>& shards)
{
    std::mt19937 random(7);
    std::uniform_real_distribution<float> noise(0.8F, 1.2F);
    for (WallTime at = from; at < to; at += 1h) {
        std::map<ShardId, HeatHistory::Rate> rates;
        for (const std::uint64_t shard : shards) {
            const float rate = rateAt(shard, at) * noise(random);
            rates[ShardId(shard)] = {rate, rate / 4};
        }
        heat.record(
            at,
            std::min<std::chrono::seconds>(1h, std::chrono::floor<std::chrono::seconds>(to - at)),
            rates);
    }
}

LiveLayout twoShards()
{
    return {"orders", {ShardId(1), ShardId(2)}};
}

Status catchUp(LiveForecaster& live, WallTime now)
{
    for (;;) {
        ISO_ASSIGN(const LiveForecaster::Progress progress, live.advance(now, 500));
        if (progress == LiveForecaster::Progress::CaughtUp) {
            return {};
        }
    }
}

float ratio(float value, float expected)
{
    return value / expected;
}

} // namespace

class TstLiveForecaster : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void publish_tenDaysOfWaves_expectsTheNextOne()
    {
        HeatHistory heat;
        heat.assign(3);
        const WallTime now = kStart + 24h * 10;
        fill(heat, kStart, now, {1, 2});
        heat.record(now, 10s, {{ShardId(1), {100, 25}}, {ShardId(2), {20, 5}}});
        LiveForecaster live(heat.store(), twoShards(), {});
        QVERIFY(!live.publish());
        const auto first = live.advance(now, 10);
        QVERIFY(first.ok() && *first == LiveForecaster::Progress::More);
        QVERIFY(live.caughtUp(now) < 0.1);
        QVERIFY(catchUp(live, now).ok());
        QCOMPARE(live.caughtUp(now), 1.0);
        const auto forecast = live.publish();
        QVERIFY(forecast);
        QCOMPARE(forecast->made, now);
        QCOMPARE(forecast->start, now); // a full hour
        QCOMPARE(*forecast->learnedFrom, kStart);
        for (const std::uint64_t shard : {1, 2}) {
            const ShardForecast& made = forecast->shards.at(ShardId(shard));
            for (int hour = 0; hour < 24; ++hour) {
                const float expected = rateAt(shard, now + hour * 1h);
                const auto at = static_cast<std::size_t>(hour);
                const float off = ratio(made.mean[at], expected);
                QVERIFY2(off > 0.7F && off < 1.4F, qPrintable(QString::number(off)));
                QVERIFY(made.low[at] <= made.mean[at] && made.mean[at] <= made.high[at]);
                QVERIFY(made.decision[at] > 0);
            }
            QCOMPARE(made.points.size(), std::size_t{5});
            QCOMPARE(made.points[0].lead, std::chrono::milliseconds(10min));
            const float next = ratio(static_cast<float>(made.points[0].mean), rateAt(shard, now));
            QVERIFY2(next > 0.7F && next < 1.4F, qPrintable(QString::number(next)));
            float weights = 0;
            for (const float weight : made.weights) {
                weights += weight;
            }
            QVERIFY(std::abs(weights - 1) < 0.01F);
        }
        QVERIFY(forecast->horizons[0].outcomes > 300);
        const HorizonQuality& next = forecast->horizons[0];
        QVERIFY2(next.error < next.naiveError,
                 qPrintable(QString::number(next.error) + QLatin1String(" against ") +
                            QString::number(next.naiveError)));
    }

    void publish_stepByStep_isTheSameAsAllAtOnce()
    {
        HeatHistory heat;
        heat.assign(3);
        const WallTime now = kStart + 24h * 4;
        fill(heat, kStart, now, {1, 2});
        LiveForecaster live(heat.store(), twoShards(), {});
        // As it goes in an agent: before the others have been measured.
        QVERIFY(catchUp(live, now - 24h).ok());
        const auto before = live.publish();
        QCOMPARE(before->made, now - 24h);
        for (WallTime at = now - 24h; at <= now; at += 600s) {
            QVERIFY(catchUp(live, at).ok());
        }
        LiveForecaster restarted(heat.store(), twoShards(), {});
        QVERIFY(catchUp(restarted, now).ok());
        const auto a = live.publish();
        const auto b = restarted.publish();
        for (const std::uint64_t shard : {1, 2}) {
            QCOMPARE(a->shards.at(ShardId(shard)).mean, b->shards.at(ShardId(shard)).mean);
            QCOMPARE(a->shards.at(ShardId(shard)).decision, b->shards.at(ShardId(shard)).decision);
            QCOMPARE(a->shards.at(ShardId(shard)).points, b->shards.at(ShardId(shard)).points);
        }
    }

    void publish_anHourAgo_beginsWithTheHourThatRuns()
    {
        HeatHistory heat;
        heat.assign(3);
        const WallTime now = kStart + 24h * 4 + 40min;
        fill(heat, kStart, now, {1, 2});
        LiveForecaster live(heat.store(), twoShards(), {});
        QVERIFY(catchUp(live, now + 5min).ok());
        const auto forecast = live.publish();
        QCOMPARE(forecast->made, now);
        QCOMPARE(forecast->start, now - 40min);
    }

    void publish_summerTime_keepsTheHourOfTheDay()
    {
        // People rise at seven by their clock. The clock goes forward on day 10, at 01:00 UTC.
        const auto berlin = LocalTime::load("Europe/Berlin");
        QVERIFY(berlin.ok());
        const WallTime change = fromUnixMicros(1'774'746'000'000'000); // 2026-03-29T01:00:00Z
        const WallTime start = change - 1h - 24h * 10;
        const WallTime now = change + 24h + 1h; // 04:00 local time on the second day of summer
        HeatHistory heat;
        heat.assign(3);
        const auto rate = [&](WallTime at) {
            const auto local = at + berlin->offsetAt(at);
            const auto hour = (local.time_since_epoch() % 24h) / 1h;
            return hour >= 7 && hour < 19 ? 400.0F : 10.0F;
        };
        for (WallTime at = start; at < now; at += 1h) {
            heat.record(at, 3600s, {{ShardId(1), {rate(at), 1}}});
        }
        const LiveLayout layout{"orders", {ShardId(1)}};
        LiveForecaster live(heat.store(), layout, {.zone = *berlin});
        QVERIFY(catchUp(live, now).ok());
        const auto forecast = live.publish();
        QCOMPARE(forecast->start, now);
        const auto& mean = forecast->shards.at(ShardId(1)).mean;
        QVERIFY2(mean[2] < 60, qPrintable(QString::number(mean[2])));  // six o'clock
        QVERIFY2(mean[3] > 100, qPrintable(QString::number(mean[3]))); // seven
    }

    void advance_noHistory_hasNoForecastAndNoError()
    {
        HeatHistory heat;
        heat.assign(3);
        LiveForecaster live(heat.store(), twoShards(), {});
        const auto progress = live.advance(kStart, 10);
        QVERIFY(progress.ok() && *progress == LiveForecaster::Progress::CaughtUp);
        QVERIFY(!live.publish());
    }

    void board_fresh_isReadAndStale_isNot()
    {
        HeatHistory heat;
        heat.assign(3);
        const WallTime now = kStart + 24h * 3;
        fill(heat, kStart, now, {1, 2});
        LiveForecaster live(heat.store(), twoShards(), {});
        QVERIFY(catchUp(live, now).ok());
        test::FakeClock clock(now + 5min);
        ForecastBoard board(clock);
        QVERIFY(!board.ratePath(ShardId(1)));
        board.put(live.publish());
        const auto path = board.ratePath(ShardId(1));
        QVERIFY(path);
        QCOMPARE(path->start, now);
        QCOMPARE(path->rowsPerSecond.size(), std::size_t{24});
        const auto hour = board.predictedRowsPerSecond(ShardId(1), 1h);
        const auto day = board.predictedRowsPerSecond(ShardId(1), 24h);
        QCOMPARE(*hour, std::max(path->rowsPerSecond[0], path->rowsPerSecond[1]));
        QCOMPARE(*day, *std::max_element(path->rowsPerSecond.begin(), path->rowsPerSecond.end()));
        QVERIFY(board.expectedRate(ShardId(2), now + 3h));
        QVERIFY(!board.expectedRate(ShardId(2), now + 24h)); // behind its horizon
        QVERIFY(!board.ratePath(ShardId(3)));
        clock.stepWall(4h);
        QVERIFY(!board.ratePath(ShardId(1)));
        QVERIFY(board.of(ShardId(1))); // still there to be shown
        board.remove("orders");
        QVERIFY(!board.of(ShardId(1)));
    }
};

QTEST_GUILESS_MAIN(TstLiveForecaster)
#include "tst_live_forecaster.moc"
