// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/quiet_hours.h"
#include "agent/metadata/database.h"
#include "tests/harness/fake_clock.h"
#include "tests/harness/temp_dir.h"
#include "tests/harness/test_log.h"
#include "tests/unit/backup/memory_engine.h"

#include <QtTest/QtTest>

using namespace isotherm;
using namespace isotherm::test;
using namespace isotherm::backup;
using std::chrono::hours;
using std::chrono::minutes;

namespace
{

/// Rows a second in an hour of the week: busy by day, not at all on the last day but at 20 h.
float rowsAt(WallTime moment)
{
    const auto sinceEpoch = std::chrono::floor<hours>(moment).time_since_epoch();
    const auto hour = std::chrono::duration_cast<hours>(sinceEpoch).count();
    const bool sunday = hour / 24 % 7 == 6;
    if (sunday) {
        return hour % 24 == 20 ? 900.0F : 2.0F;
    }
    return hour % 24 == 3 ? 1.0F : 100.0F;
}

struct World
{
    World()
    {
        engine.define("items", {100});
        metadata::StoredKeyspace keyspace;
        keyspace.spec = {"items", {"items"}, {}};
        keyspace.record.name = "items";
        ISO_CHECK(topology.adopt(keyspace).ok());
    }

    /// The first shard is measured for so long; of the other nothing is known.
    void live(hours time)
    {
        for (int i = 0; i < time / minutes(10); ++i) {
            heat::RateSample sample;
            sample.start = clock.wallNow();
            clock.advance(minutes(10));
            sample.end = clock.wallNow();
            sample.cells.push_back({heat::CellId(shard(0).get()), {0, 0, rowsAt(sample.start), 0}});
            ISO_CHECK(heat->record(sample).ok());
        }
    }

    [[nodiscard]] ShardId shard(std::size_t i) const
    {
        return topology.keyspaces().front()->shards[i].id;
    }

    static std::unique_ptr<metadata::Database> openDatabase(const TempDir& folder, Log& log)
    {
        auto opened = metadata::Database::open(folder.path() / "metadata.db", log);
        ISO_CHECK(opened.ok());
        return std::move(*opened);
    }
    static std::unique_ptr<heat::HeatStore> openHeat(metadata::HeatBlockStore& blocks, Log& log)
    {
        auto opened = heat::HeatStore::open(blocks, log);
        ISO_CHECK(opened.ok());
        return std::move(*opened);
    }

    TempDir folder;
    TestLog log;
    FakeClock clock{WallTime(std::chrono::floor<hours>(fromUnixMicros(1'770'000'000'000'000)))};
    MemoryEngine engine{clock};
    std::unique_ptr<metadata::Database> database = openDatabase(folder, log);
    metadata::KeyspaceStore keyspaces{*database};
    metadata::ShardStore shards{*database};
    metadata::HeatBlockStore blocks{*database};
    std::unique_ptr<heat::HeatStore> heat = openHeat(blocks, log);
    topology::Topology topology{engine, keyspaces, shards, clock};
};

bool isAbout(const std::optional<double>& value, double wanted)
{
    return value && std::abs(*value - wanted) <= wanted * 0.01;
}

} // namespace

class TstQuietHours : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void expected_aWeekOfHistory_isTheSameHourOfLastWeek()
    {
        World world;
        world.live(hours(24 * 8));
        QuietHours quiet({*world.heat, world.topology, world.clock});
        const WallTime now = world.clock.wallNow();
        for (int hour = 0; hour < 24 * 14; ++hour) { // beyond the coming week too
            const WallTime slot = now + hours(hour);
            QVERIFY2(isAbout(quiet.expected(world.shard(0), slot), rowsAt(slot)),
                     qPrintable(QString::number(hour)));
        }
        QVERIFY(!quiet.expected(world.shard(1), now));
        QVERIFY(!quiet.expected(ShardId(77), now));
    }

    void expected_twoDaysOfHistory_isTheSameHourOfThem()
    {
        World world;
        const WallTime begin = world.clock.wallNow();
        world.live(hours(24));
        QuietHours quiet({*world.heat, world.topology, world.clock});
        const WallTime slot = world.clock.wallNow() + hours(24 * 4 + 5);
        QVERIFY(isAbout(quiet.expected(world.shard(0), slot), rowsAt(begin + hours(5))));
    }

    void expected_nothingMeasured_isUnknown()
    {
        World world;
        QuietHours quiet({*world.heat, world.topology, world.clock});
        QVERIFY(!quiet.expected(world.shard(0), world.clock.wallNow()));
        QCOMPARE(quiet.quietest(world.shard(0), world.clock.wallNow(),
                                world.clock.wallNow() + hours(24)),
                 world.clock.wallNow());
    }

    void expected_forecast_comesFirst()
    {
        World world;
        world.live(hours(24 * 8));
        const WallTime now = world.clock.wallNow();
        const ExpectedLoad forecast = [&](ShardId, WallTime slot) {
            return slot < now + hours(1) ? std::optional(7.0) : std::nullopt;
        };
        QuietHours quiet({*world.heat, world.topology, world.clock, forecast});
        QCOMPARE(quiet.expected(world.shard(0), now), std::optional(7.0));
        QVERIFY(isAbout(quiet.expected(world.shard(0), now + hours(2)), rowsAt(now + hours(2))));
    }

    void quietest_aDay_isItsQuietestHour()
    {
        World world;
        world.live(hours(24 * 8));
        QuietHours quiet({*world.heat, world.topology, world.clock});
        const WallTime now = world.clock.wallNow() + minutes(17);
        const WallTime found = quiet.quietest(world.shard(0), now, now + hours(24 * 5));
        float least = 1e9F;
        for (int hour = 0; hour < 24 * 5; ++hour) {
            least = std::min(least, rowsAt(now + hours(hour)));
        }
        QCOMPARE(rowsAt(found), least);
        QVERIFY(found >= now && found < now + hours(24 * 5));
    }

    /// What the whole seam is for.
    void planRotation_fedFromHeat_putsFullsIntoQuietHours()
    {
        World world;
        world.live(hours(24 * 8));
        QuietHours quiet({*world.heat, world.topology, world.clock});
        const RotationOptions options;
        const WallTime next = rotationAt(world.clock.wallNow(), options).end;
        const auto turns = planRotation(
            {{world.shard(0), ByteCount(1000), {}}},
            [&quiet](ShardId shard, WallTime slot) { return quiet.expected(shard, slot); }, next,
            options);
        QCOMPARE(turns.size(), std::size_t(1));
        QVERIFY(rowsAt(turns.front().slot) == 1.0F);
        QVERIFY2(turns.front().reason.find("its quietest") != std::string::npos,
                 turns.front().reason.c_str());
    }
};

QTEST_GUILESS_MAIN(TstQuietHours)
#include "tst_quiet_hours.moc"
