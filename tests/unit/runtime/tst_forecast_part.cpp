// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/forecast_columns.h"
#include "agent/runtime/forecast_health.h"
#include "agent/runtime/forecast_part.h"
#include "tests/harness/fake_clock.h"
#include "tests/unit/backup/memory_engine.h"
#include "tests/unit/predict/heat_history.h"
#include "tests/unit/runtime/items.h"

#include <QtTest/QtTest>
#include <cmath>
#include <numbers>

using namespace isotherm;
using namespace isotherm::runtime;
using namespace isotherm::test;
using namespace std::chrono_literals;

namespace
{

const WallTime kStart = fromUnixMicros(86'400LL * 1'000'000 * 20'485); // a midnight

float waveAt(WallTime moment)
{
    const double hour =
        std::chrono::duration<double, std::ratio<3600>>(moment.time_since_epoch()).count();
    return static_cast<float>(100 * std::exp(std::sin(2 * std::numbers::pi * hour / 24)));
}

/// The part with real stores around it; only the database is in memory and the clock still.
struct World
{
    World()
    {
        adoptItems(engine, topology, {100});
        assign();
    }

    [[nodiscard]] std::vector<ShardId> ids() const
    {
        std::vector<ShardId> ids;
        for (const ShardRecord& shard : topology.keyspaces().front()->shards) {
            ids.push_back(shard.id);
        }
        return ids;
    }
    void assign()
    {
        ISO_CHECK(heat.cells()
                      .assign("items", topology.keyspaces().front()->shards, clock.wallNow())
                      .ok());
    }
    /// An hour of load: the n-th shard has n + 1 times the wave.
    void passHour()
    {
        std::map<ShardId, HeatHistory::Rate> rates;
        float times = 1;
        for (const ShardId shard : ids()) {
            rates[shard] = {times * waveAt(clock.wallNow()), 10};
            times += 1;
        }
        heat.record(clock.wallNow(), 3600s, rates);
        clock.advance(1h);
    }
    void catchUp()
    {
        while (part.round()) {
        }
    }

    FakeClock clock{kStart};
    HeatHistory heat;
    MemoryEngine engine{clock};
    metadata::KeyspaceStore keyspaces{heat.database()};
    metadata::ShardStore shards{heat.database()};
    metadata::PastForecastStore past{heat.database()};
    topology::Topology topology{engine, keyspaces, shards, clock};
    HealthBoard health;
    predict::ForecastBoard board{clock};
    ForecastPart part{{topology, heat.store(), past, board, health, clock, heat.log()}, {}};
};

predict::KeyspaceForecast troubled()
{
    predict::KeyspaceForecast made;
    made.keyspace = "items";
    made.series = 8;
    made.made = kStart;
    made.learnedFrom = kStart - 15 * 24h;
    HorizonQuality hour{1h, 0.2, 0.5, 0.1, 8 * 100, {{"kernel", 0.1, 0.7, true}}};
    made.horizons = {hour};
    return made;
}

} // namespace

class TstForecastPart : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void round_history_isCaughtUpAndShown()
    {
        World world;
        QCOMPARE(world.part.stateOf("items"), std::string("not begun yet"));
        for (int hour = 0; hour < 72; ++hour) {
            world.passHour();
        }
        QVERIFY(world.part.round());
        QVERIFY2(world.part.stateOf("items").starts_with("catching up ("),
                 world.part.stateOf("items").c_str());
        world.catchUp();
        QCOMPARE(world.part.stateOf("items"), std::string("live"));
        const auto forecast = world.board.of(world.ids()[0]);
        QVERIFY(forecast);
        QCOMPARE(forecast->made, world.clock.wallNow());
        const float next = forecast->shards.at(world.ids()[1]).mean[0];
        const float expected = 2 * waveAt(world.clock.wallNow());
        QVERIFY2(std::abs(next / expected - 1) < 0.3F,
                 qPrintable(QString::number(next / expected)));
    }

    void round_everyHour_keepsWhatWasSaid()
    {
        World world;
        for (int hour = 0; hour < 30; ++hour) {
            world.passHour();
            if (hour >= 28) {
                world.catchUp();
            }
        }
        const WallTime now = world.clock.wallNow();
        const auto hour = world.past.list(3600s, now - 24h, now + 24h);
        QVERIFY(hour.ok());
        QCOMPARE(hour->size(), std::size_t{2}); // of the two times that it was caught up
        QCOMPARE((*hour)[1].hour, now);
        QCOMPARE((*hour)[1].shards.size(), std::size_t{2});
        const auto day = world.past.list(24h, now, now + 48h);
        QCOMPARE(day->size(), std::size_t{2});
        QCOMPARE((*day)[1].hour, now + 23h);
        const auto& shown = world.board.of(world.ids()[0])->shards.at(world.ids()[0]);
        QCOMPARE((*hour)[1].shards[0].mean, shown.mean[0]);
        QCOMPARE((*day)[1].shards[0].high, shown.high[23]);
        QVERIFY(world.past.prune("items", now).ok());
        QCOMPARE(world.past.list(3600s, now - 24h, now + 24h)->size(), std::size_t{1});
    }

    void round_afterASplit_theChildrenHaveTheirCellsHistory()
    {
        World world;
        for (int hour = 0; hour < 72; ++hour) {
            world.passHour();
        }
        world.catchUp();
        const std::vector<ShardId> before = world.ids();
        world.engine.split("items", 500);
        QVERIFY(world.topology.refresh().ok());
        world.assign();
        const std::vector<ShardId> after = world.ids();
        QCOMPARE(after.size(), std::size_t{3});
        QVERIFY(world.part.round());
        QVERIFY(world.board.of(before[1])); // the old one serves until the new one knows more
        QVERIFY(!world.board.of(after[2]));
        world.catchUp();
        const auto forecast = world.board.of(after[2]);
        QVERIFY(forecast);
        QVERIFY(!world.board.of(before[1]));
        // Nothing was measured of the children yet: each has a part of what the parent had.
        const float both =
            forecast->shards.at(after[1]).mean[0] + forecast->shards.at(after[2]).mean[0];
        const float expected = 2 * waveAt(world.clock.wallNow());
        QVERIFY2(std::abs(both / expected - 1) < 0.3F,
                 qPrintable(QString::number(both / expected)));
    }

    void round_nothingMeasuredForLong_goesOnWithoutIt()
    {
        World world;
        for (int hour = 0; hour < 48; ++hour) {
            world.passHour();
        }
        world.catchUp();
        world.clock.advance(5h); // the database does not answer
        world.catchUp();
        QVERIFY(world.board.ratePath(world.ids()[0])); // the hours passed, unmeasured
        QVERIFY(world.board.of(world.ids()[0])->made > world.clock.wallNow() - 30min);
    }

    void columns_behindNow_areForecasts()
    {
        World world;
        for (int hour = 0; hour < 48; ++hour) {
            world.passHour();
        }
        world.catchUp();
        heat::TemperatureOptions options;
        options.hotRates["items"] = 1'000;
        options.forecasts = &world.board;
        heat::TemperatureModel temperatures(world.heat.store(), options);
        const auto& shards = world.topology.keyspaces().front()->shards;
        const WallTime now = world.clock.wallNow();
        QVERIFY(temperatures.update(now, shards).ok());
        const ForecastColumns columns(temperatures, world.board);
        const auto matrix =
            columns.heat({HeatMetric::Rows, now - 2h, now + 2h, 48, {}, {}}, shards, now);
        QVERIFY(matrix.ok());
        QCOMPARE(matrix->columnStart(matrix->forecastFrom), now);
        QVERIFY(matrix->columns <= 48 && matrix->end() >= now + 2h);
        QCOMPARE(matrix->mean.size(), matrix->columns * 2);
        const auto next = world.board.expectedRate(shards[1].id, now);
        QCOMPARE(static_cast<double>(matrix->meanAt(1, matrix->forecastFrom)), *next);
        const auto ratio =
            columns.heat({HeatMetric::Temperature, now + 10min, now + 2h, 48, {}, {}}, shards, now);
        QVERIFY(ratio.ok());
        QCOMPARE(ratio->forecastFrom, std::size_t{0});
        QVERIFY(std::abs(static_cast<double>(ratio->meanAt(1, 0)) - *next / 1'000) < 0.001);
        const auto past = columns.heat({HeatMetric::Rows, now - 2h, now, 48, {}, {}}, shards, now);
        QCOMPARE(past->forecastFrom, past->columns);
        const auto writes =
            columns.heat({HeatMetric::Writes, now - 2h, now + 2h, 48, {}, {}}, shards, now);
        QCOMPARE(writes->forecastFrom, writes->columns); // not forecast: measured or missing
    }

    void diagnostics_ofTrouble_areSaid()
    {
        predict::KeyspaceForecast made = troubled();
        const std::vector<Diagnostic> left = forecastDiagnostics(made);
        QCOMPARE(left.size(), std::size_t{1});
        QCOMPARE(left[0].code, std::string("forecast.model_left.items"));
        QVERIFY(left[0].message.find("kernel at 1h") != std::string::npos);
        made.horizons[0].outcomes = 10; // too few to tell
        QVERIFY(forecastDiagnostics(made).empty());
        made.horizons[0].outcomes = 8 * 100;
        made.horizons[0].error = 0.6;
        made.drifting = 3;
        std::vector<std::string> codes;
        for (const Diagnostic& one : forecastDiagnostics(made)) {
            codes.push_back(one.code);
        }
        QCOMPARE(codes, forecastDiagnosticCodes("items"));
        QVERIFY(forecastDiagnostics(made)[2].message.find("1h (0.60 against 0.50)") !=
                std::string::npos);
        made.learnedFrom = made.made - 13 * 24h; // a fortnight is given it
        QCOMPARE(forecastDiagnostics(made).size(), std::size_t{2});
    }
};

QTEST_GUILESS_MAIN(TstForecastPart)
#include "tst_forecast_part.moc"
