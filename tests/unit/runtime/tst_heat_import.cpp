// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/rate_history.h"
#include "agent/runtime/heat_import.h"
#include "shared/base/file.h"
#include "shared/base/time_text.h"
#include "tests/harness/fake_clock.h"
#include "tests/unit/backup/memory_engine.h"
#include "tests/unit/predict/heat_history.h"
#include "tests/unit/runtime/items.h"

#include <QtTest/QtTest>
#include <cmath>

using namespace isotherm;
using namespace isotherm::runtime;
using namespace isotherm::test;
using namespace std::chrono_literals;

namespace
{

const WallTime kNow = fromUnixMicros(86'400LL * 1'000'000 * 20'485) + 30min; // half past midnight

/// Two shards, 0 … 99 and 100 …, in a real store of heat.
struct World
{
    World() { adoptItems(engine, topology, {100}); }

    [[nodiscard]] const topology::KeyspaceView& view()
    {
        views = topology.keyspaces();
        return *views.front();
    }
    [[nodiscard]] std::string leaf(std::size_t shard)
    {
        return view().shards[shard].leaves.front();
    }

    /// Hour `back` ago reads `reads` and writes `writes` rows; the first shard ten times as many.
    [[nodiscard]] std::string row(int back, int reads, int writes) const
    {
        const WallTime hour = std::chrono::floor<std::chrono::hours>(kNow) - back * 1h;
        return formatUtc(hour) + "," + std::to_string(10 * reads) + "," +
               std::to_string(10 * writes) + "," + std::to_string(reads) + "," +
               std::to_string(writes) + "\n";
    }
    [[nodiscard]] std::string head()
    {
        return "t," + leaf(0) + ".r," + leaf(0) + ".w," + leaf(1) + ".r," + leaf(1) + ".w";
    }

    Result<ImportedHeat> import(const std::string& trace)
    {
        const auto file = folder.path() / "trace.csv";
        ISO_CHECK(writeFileDurably(file, trace).ok());
        return importHeat({file, 60}, topology.keyspaces(), heat.cells(), heat.store(),
                          clock.wallNow());
    }

    /// Rows read and written in each ten minutes of the hour that began `back` hours ago.
    [[nodiscard]] std::vector<double> history(int back)
    {
        const WallTime from = std::chrono::floor<std::chrono::hours>(kNow) - back * 1h;
        const predict::RateHistory rates(heat.store(), {view().shards[0].id, view().shards[1].id});
        const auto rows = rates.rows(from, from + 1h);
        ISO_CHECK(rows.ok() && rows->size() == 6);
        return rows->back();
    }

    FakeClock clock{kNow};
    TempDir folder{"import"};
    HeatHistory heat;
    MemoryEngine engine{clock};
    metadata::KeyspaceStore keyspaces{heat.database()};
    metadata::ShardStore shards{heat.database()};
    topology::Topology topology{engine, keyspaces, shards, clock};
    std::vector<std::shared_ptr<const topology::KeyspaceView>> views;
};

bool isNear(double value, double wanted)
{
    return std::abs(value - wanted) <= 0.001 * wanted; // codes are rounded
}

} // namespace

class TestHeatImport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void import_recording_isThePastOfTheShards();
    void import_untilNow_futureIsLeftOut();
    void import_notMeasured_staysSo();
    void import_seriesOfNoLeaf_areNamed();
    void import_noShardKnown_saysHowTheyAreNamed();
    void import_measuredForLong_isRefusedAndLosesNothing();
    void import_anotherKeyspaceMeasuredForLong_isRefused();
    void import_justStarted_takesTheFirstMinutesPlace();
};

void TestHeatImport::import_recording_isThePastOfTheShards()
{
    World world;
    const auto imported = world.import(world.head() + "\n" + world.row(3, 3600, 600) +
                                       world.row(2, 7200, 1200) + world.row(1, 3600, 600));
    QVERIFY2(imported.ok(), imported.ok() ? "" : imported.error().text().c_str());
    QCOMPARE(imported->shards, std::size_t{2});
    QCOMPARE(imported->steps, std::size_t{3});
    QCOMPARE(imported->to, std::chrono::floor<std::chrono::hours>(kNow));
    const std::vector<double> counts = world.history(2); // of ten minutes
    QVERIFY(isNear(counts[0], 12'000) && isNear(counts[1], 2'000));
    QVERIFY(isNear(counts[2], 1'200) && isNear(counts[3], 200));
    QVERIFY(isNear(world.history(1)[2], 600));
}

void TestHeatImport::import_untilNow_futureIsLeftOut()
{
    World world;
    const auto imported = world.import(world.head() + "\n" + world.row(1, 60, 60) +
                                       world.row(0, 60, 60) + world.row(-1, 60, 60));
    QCOMPARE(imported->steps, std::size_t{1}); // the hour that runs is not over
    QCOMPARE(world.heat.store().newest(),
             std::optional(std::chrono::floor<std::chrono::hours>(kNow)));
}

void TestHeatImport::import_notMeasured_staysSo()
{
    World world;
    const std::string hour = formatUtc(std::chrono::floor<std::chrono::hours>(kNow) - 1h);
    QVERIFY(world.import(world.head() + "\n" + world.row(2, 60, 60) + hour + ",1,,5,5\n").ok());
    QVERIFY(std::isnan(world.history(1)[0]) && std::isnan(world.history(1)[1]));
    QVERIFY(!std::isnan(world.history(1)[2]));
    QVERIFY(std::isnan(world.history(3)[2])); // before it
}

void TestHeatImport::import_seriesOfNoLeaf_areNamed()
{
    World world;
    const std::string hour = formatUtc(std::chrono::floor<std::chrono::hours>(kNow) - 1h);
    const auto imported = world.import(world.head() + ",public.other.r\n" + hour + ",1,2,3,4,5\n");
    QCOMPARE(imported->unknown, std::vector<std::string>{"public.other.r"});
}

void TestHeatImport::import_noShardKnown_saysHowTheyAreNamed()
{
    World world;
    const auto imported = world.import("t," + world.leaf(0) + ".r\n" + formatUtc(kNow - 90min) +
                                       ",1\n"); // its writes are missing
    QCOMPARE(imported.error().code, Code::InvalidArgument);
    QVERIFY(imported.error().hint.find(world.leaf(0)) != std::string::npos);
}

void TestHeatImport::import_measuredForLong_isRefusedAndLosesNothing()
{
    World world;
    QVERIFY(world.heat.cells().assign("items", world.view().shards, kNow - 3h).ok());
    world.heat.record(kNow - 150min, 3600s, {{world.view().shards[0].id, {5, 1}}});
    const auto newest = world.heat.store().newest();
    const auto imported = world.import(world.head() + "\n" + world.row(5, 60, 60));
    QCOMPARE(imported.error().code, Code::FailedPrecondition);
    QCOMPARE(world.heat.store().newest(), newest);
}

/// Its history would go with the rest.
void TestHeatImport::import_anotherKeyspaceMeasuredForLong_isRefused()
{
    World world;
    world.engine.define("orders", {500});
    metadata::StoredKeyspace orders;
    orders.spec = {"orders", {"orders"}, {}};
    orders.record.name = "orders";
    QVERIFY(world.topology.adopt(orders).ok());
    const auto views = world.topology.keyspaces();
    QCOMPARE(views.size(), std::size_t{2});
    const topology::KeyspaceView& other = *views.back();
    QCOMPARE(other.stored.record.name, std::string("orders"));
    QVERIFY(world.heat.cells().assign("orders", other.shards, kNow - 3h).ok());
    world.heat.record(kNow - 70min, 60s, {{other.shards[0].id, {5, 1}}});
    const auto imported = world.import(world.head() + "\n" + world.row(5, 60, 60));
    QCOMPARE(imported.error().code, Code::FailedPrecondition);
}

void TestHeatImport::import_justStarted_takesTheFirstMinutesPlace()
{
    World world;
    QVERIFY(world.heat.cells().assign("items", world.view().shards, kNow - 58min).ok());
    world.heat.record(kNow - 58min, 60s, {{world.view().shards[0].id, {5, 1}}});
    QVERIFY(world.import(world.head() + "\n" + world.row(2, 60, 60) + world.row(1, 60, 60)).ok());
    QVERIFY(isNear(world.history(1)[2], 10));
}

QTEST_APPLESS_MAIN(TestHeatImport)
#include "tst_heat_import.moc"
