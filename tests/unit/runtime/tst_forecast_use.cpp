// SPDX-License-Identifier: Apache-2.0
// moc 6.4 cannot parse <compare>, which the headers need, unless it met <string> before it.
// clang-format off
#include <string>

#include "agent/backup/rotation.h"
// clang-format on

#include "agent/metadata/database.h"
#include "agent/metadata/heat_block_store.h"
#include "agent/metadata/keyspace_store.h"
#include "agent/metadata/shard_store.h"
#include "agent/runtime/forecast_use.h"
#include "agent/runtime/sharding_part.h"
#include "tests/harness/fake_clock.h"
#include "tests/harness/temp_dir.h"
#include "tests/harness/test_log.h"
#include "tests/unit/backup/memory_engine.h"
#include "tests/unit/runtime/items.h"

#include <QtTest/QtTest>
#include <memory>

using namespace isotherm;
using namespace isotherm::runtime;
using namespace isotherm::test;
using std::chrono::hours;
using std::chrono::seconds;

namespace
{

sharding::KeyLoads everyFifty(const ShardRecord& shard, const std::vector<KeyType>& types)
{
    return evenKeys(shard, types, 50);
}

/// What a running agent has, with a board of forecasts that the test writes.
struct World
{
    explicit World(bool acts) : use(board, clock, acts) { adoptItems(engine, topology, {1'000}); }

    [[nodiscard]] std::vector<ShardRecord> shards() const
    {
        return topology.keyspaces().front()->shards;
    }

    /// The same for every shard: rows a second by hour from now.
    void expect(const std::array<float, predict::ShardForecast::kHours>& rates)
    {
        auto forecast = std::make_shared<predict::KeyspaceForecast>();
        forecast->keyspace = kItems;
        forecast->made = forecast->start = clock.wallNow();
        for (const ShardRecord& shard : shards()) {
            predict::ShardForecast one;
            one.mean = one.low = one.high = one.decision = rates;
            forecast->shards.emplace(shard.id, one);
        }
        board.put(forecast);
    }

    TempDir folder;
    TestLog log;
    FakeClock clock;
    MemoryEngine engine{clock};
    std::unique_ptr<metadata::Database> database =
        must(metadata::Database::open(folder.path() / "metadata.db", log));
    metadata::HeatBlockStore blocks{*database};
    metadata::KeyspaceStore keyspaces{*database};
    metadata::ShardStore shardStore{*database};
    metadata::JobStore jobStore{*database};
    std::unique_ptr<heat::HeatStore> heat = must(heat::HeatStore::open(blocks, log));
    heat::TemperatureModel temperatures{*heat, hundredIsHot()};
    topology::Topology topology{engine, keyspaces, shardStore, clock};
    jobs::JobEngine jobs{jobStore, clock, log, {}};
    HealthBoard health;
    predict::ForecastBoard board{clock};
    ForecastUse use;
};

} // namespace

/// That forecasts on the board reach the parts that act on them.
class TstForecastUse : public QObject
{
    Q_OBJECT

    /// Where a full backup of a shard is placed that is quiet in the sixth hour only.
    static std::optional<WallTime> placed(World& world)
    {
        std::array<float, predict::ShardForecast::kHours> rates{};
        rates.fill(500);
        rates[5] = 1;
        world.expect(rates);
        backup::QuietHours quiet(world.use.quietHours(*world.heat, world.topology));
        backup::RotationOptions options;
        options.rotation = hours(24);
        const auto turns = backup::planRotation(
            {{world.shards().front().id, ByteCount(1'000), {}}},
            [&quiet](ShardId shard, WallTime slot) { return quiet.expected(shard, slot); },
            world.clock.wallNow(), options);
        return turns.empty() ? std::nullopt : std::optional(turns.front().slot);
    }

    /// Runs the planner for some seconds with shards that are hot from the next hour on.
    static std::vector<ChangeRecord> proposed(World& world)
    {
        std::array<float, predict::ShardForecast::kHours> rates{};
        rates.fill(20);
        rates[0] = rates[1] = rates[2] = 180;
        world.expect(rates);
        config::ChangesSection changes;
        changes.minSizeMb = 0;
        changes.nodeCores = 2;
        changes.nodeBusyAbove = 0;
        ShardingPart part({world.engine, world.topology, *world.heat, world.temperatures,
                           world.jobs, *world.database, world.health, world.clock, world.log,
                           world.use},
                          changes, everyFifty);
        ISO_CHECK(part.start().ok());
        std::vector<ChangeRecord> found;
        for (int second = 0; second < 100 && found.empty(); ++second) {
            world.clock.advance(seconds(1));
            heat::RateSample sample;
            sample.end = world.clock.wallNow();
            sample.start = sample.end - seconds(1);
            for (const ShardRecord& shard : world.shards()) {
                sample.cells.push_back({heat::CellId(shard.id.get()), {20, 0, 20, 0}});
            }
            ISO_CHECK(world.heat->record(sample).ok());
            ISO_CHECK(world.temperatures.update(sample.end, world.shards()).ok());
            part.wake();
            QTest::qWait(20);
            found = must(part.service().changes({}));
        }
        part.stop();
        return found;
    }

private Q_SLOTS:
    void rotation_withForecasts_isPlacedInTheQuietHour()
    {
        World world(true);
        const auto slot = placed(world);
        QVERIFY(slot.has_value());
        const auto from = *slot - world.clock.wallNow();
        QVERIFY2(from > hours(4) && from <= hours(6), qPrintable(QString::number(from / hours(1))));
        World only(false); // made and shown, but nothing follows
        QVERIFY(placed(only).has_value());
        QVERIFY(*placed(only) - only.clock.wallNow() < hours(4));
    }

    void planner_withForecasts_proposesAhead()
    {
        World world(true);
        const auto changes = proposed(world);
        QVERIFY(!changes.empty());
        QCOMPARE(changes.front().evidence.trigger, ChangeTrigger::HotSoon);
        World only(false);
        QVERIFY(proposed(only).empty());
    }
};

QTEST_GUILESS_MAIN(TstForecastUse)
#include "tst_forecast_use.moc"
