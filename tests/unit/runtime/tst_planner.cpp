// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/database.h"
#include "agent/metadata/heat_block_store.h"
#include "agent/metadata/keyspace_store.h"
#include "agent/metadata/shard_store.h"
#include "agent/runtime/changes_core.h"
#include "agent/runtime/planner.h"
#include "tests/harness/fake_clock.h"
#include "tests/harness/temp_dir.h"
#include "tests/harness/test_log.h"
#include "tests/unit/backup/memory_engine.h"
#include "tests/unit/runtime/items.h"

#include <QtTest/QtTest>
#include <algorithm>
#include <atomic>
#include <memory>

using namespace isotherm;
using namespace isotherm::runtime;
using namespace isotherm::test;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace
{

/// Splits the memory engine's keyspace as the job's change says.
class FakeExecutor final : public jobs::JobHandler
{
public:
    explicit FakeExecutor(MemoryEngine& engine) : m_engine(engine) {}
    bool fails = false;

    Result<std::string> run(jobs::JobContext& context) override
    {
        if (fails) {
            return makeError(Code::ResourceExhausted, "no room for the copy");
        }
        const auto request = reshard::fromParams(context.params());
        if (!request.ok()) {
            return request.error();
        }
        for (std::size_t i = 1; i < request->targets.size(); ++i) {
            m_engine.split(kItems,
                           std::stoll(formatKey(request->targets[i].begin, {KeyType::Integer})));
        }
        return std::string("split");
    }
    jobs::Recovery recovery(const jobs::JobContext& /*context*/) override
    {
        return jobs::Recovery::RollBack;
    }
    Result<std::string> resume(jobs::JobContext& context) override { return run(context); }
    Status rollBack(jobs::JobContext& /*context*/) override { return {}; }

private:
    MemoryEngine& m_engine;
};

sharding::Policy smallShards()
{
    sharding::Policy policy;
    policy.leastSize = ByteCount(0);
    policy.jitter = 0;
    policy.shareOfNodeAbove = 0;
    return policy;
}

/// Ten keys in every thousand.
sharding::KeyLoads tenInAThousand(const ShardRecord& shard, const std::vector<KeyType>& types)
{
    return evenKeys(shard, types, 100);
}

/// The planner with real parts around it; the database is in memory, the clock still.
struct World
{
    explicit World(PlannerWishes wishes = {},
                   std::function<std::vector<sharding::ForecastStep>(ShardId)> forecast = {})
        : view({engine, topology, *heat, temperatures, jobs, book, clock, log},
               {std::move(forecast), tenInAThousand}, smallShards(), 2),
          planner({view, book, health, clock, log, {}, [this](bool now) { near = now; }},
                  std::move(wishes))
    {
        jobs.registerHandler(JobKind::Reshard, executor);
        jobs.addListener([this](const JobRecord& job) {
            (void)book.noteJob(job);
            ended += isFinished(job.state) ? 1 : 0;
        });
        ISO_CHECK(jobs.start().ok());
        adoptItems(engine, topology, {1'000, 2'000, 3'000});
    }
    ~World() { jobs.stop(); }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    [[nodiscard]] std::vector<ShardRecord> shards() const
    {
        return topology.keyspaces().front()->shards;
    }

    /// One second with these rates, by shard in key order.
    void second(const std::vector<float>& rates)
    {
        clock.advance(seconds(1));
        heat::RateSample sample;
        sample.end = clock.wallNow();
        sample.start = sample.end - seconds(1);
        const auto all = shards();
        for (std::size_t i = 0; i < all.size(); ++i) {
            const float rate = i < rates.size() ? rates[i] : rates.back();
            sample.cells.push_back({heat::CellId(all[i].id.get()), {rate, 0, rate, 0}});
        }
        ISO_CHECK(heat->record(sample).ok());
        ISO_CHECK(temperatures.update(sample.end, all).ok());
        const Status ticked = planner.tick();
        if (!ticked.ok()) {
            qFatal("%s", ticked.error().text().c_str());
        }
    }
    void run(int secondsLong, const std::vector<float>& rates)
    {
        for (int i = 0; i < secondsLong; ++i) {
            second(rates);
        }
    }

    [[nodiscard]] std::vector<ChangeRecord> changes() { return must(book.list({})); }

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
    metadata::ChangeStore store{*database};
    std::unique_ptr<heat::HeatStore> heat = must(heat::HeatStore::open(blocks, log));
    heat::TemperatureModel temperatures{*heat, hundredIsHot()};
    topology::Topology topology{engine, keyspaces, shardStore, clock};
    FakeExecutor executor{engine};
    jobs::JobEngine jobs{jobStore, clock, log, {}};
    HealthBoard health;
    sharding::ProposalBook book{{store, clock, log,
                                 [this](const ChangeRecord& change) {
                                     return jobs.submit(
                                         reshardJobOf(change, std::chrono::milliseconds(0)));
                                 }},
                                {}};
    ShardingView view;
    Planner planner;
    std::atomic<bool> near{false};
    std::atomic<int> ended{0};
};

PlannerWishes mode(config::ChangeMode wanted, std::vector<config::ChangeWindow> windows = {})
{
    return {wanted, std::move(windows)};
}

/// Carries a proposal of the second shard to its end, with the topology seen afterwards.
void approveAndApply(World& world, const ChangeRecord& change)
{
    must(world.book.approve({change.id, change.planHash, "", {"ana", Role::Operator}}));
    QTRY_VERIFY(world.ended > 0);
    QVERIFY(world.topology.refresh().ok());
}

} // namespace

class TestPlanner : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tick_hotShard_isProposedWithinTwelveSeconds();
    void tick_hotShard_isProposedOnce();
    void tick_nearTheLimit_samplesEverySecond();
    void tick_modeOff_proposesNothingAndSaysSo();
    void tick_modeAuto_runsIt();
    void tick_modeAutoOutsideTheWindow_waits();
    void tick_forecast_proposesAhead();
    void tick_applied_outcomeAfterFifteenMinutes();
    void tick_didNotHelp_proposesToMergeBack();
    void tick_jobFails_changeFails();
    void tick_loadGone_proposalExpires();
    void core_refusalsOfOneShard_explainColdOnes();
};

void TestPlanner::tick_hotShard_isProposedWithinTwelveSeconds()
{
    World world;
    world.run(20, {20, 20, 20, 20});
    QVERIFY(world.changes().empty());
    int waited = 0;
    while (world.changes().empty() && waited < 30) {
        world.second({20, 150, 20, 20});
        ++waited;
    }
    QVERIFY2(waited <= 12, std::to_string(waited).c_str());
    const ChangeRecord change = world.changes().front();
    QCOMPARE(change.sources, std::vector<ShardId>{world.shards()[1].id});
    QCOMPARE(change.proposedBy, std::string("planner"));
    QCOMPARE(change.parts.size(), std::size_t{3}); // 1.5 / 0.5
    QVERIFY(std::abs(*change.evidence.loadNow - 1.5) < 0.01);
    QCOMPARE(change.state, ChangeState::Proposed);
}

void TestPlanner::tick_hotShard_isProposedOnce()
{
    World world;
    world.run(60, {20, 150, 20, 20});
    QCOMPARE(world.changes().size(), std::size_t{1});
    const auto refusals = world.planner.refusals();
    QCOMPARE(refusals.size(), std::size_t{1});
    QCOMPARE(refusals.front().reason, std::string("not-decided"));
    QVERIFY(world.health.all().empty()); // it waits for a person: an approval, no alarm
    QCOMPARE(world.book.counts().at({ChangeKind::Split, ChangeState::Proposed}), std::uint64_t{1});
}

void TestPlanner::tick_nearTheLimit_samplesEverySecond()
{
    World world;
    world.run(3, {20, 50, 20, 20});
    QVERIFY(!world.near);
    world.run(3, {20, 75, 20, 20});
    QVERIFY(world.near);
    world.run(3, {20, 50, 20, 20});
    QVERIFY(!world.near);
}

void TestPlanner::tick_modeOff_proposesNothingAndSaysSo()
{
    World world(mode(config::ChangeMode::Off));
    world.run(20, {20, 150, 20, 20});
    QVERIFY(world.changes().empty());
    QCOMPARE(world.planner.refusals().front().reason, std::string("mode-off"));
    QCOMPARE(world.health.all().front().code, std::string("shards.hot"));
    world.run(20, {20, 20, 20, 20});
    QVERIFY(world.planner.refusals().empty());
    QVERIFY(world.health.all().empty());
}

void TestPlanner::tick_modeAuto_runsIt()
{
    World world(mode(config::ChangeMode::Auto));
    world.run(13, {20, 150, 20, 20});
    QTRY_VERIFY(world.ended > 0);
    QVERIFY(world.topology.refresh().ok());
    world.second({20, 50, 50, 50, 20, 20});
    QCOMPARE(world.changes().front().state, ChangeState::Done);
    QCOMPARE(world.shards().size(), std::size_t{6});
    QCOMPARE(world.changes().front().voices.front().who, std::string("planner"));
}

void TestPlanner::tick_modeAutoOutsideTheWindow_waits()
{
    config::ChangeWindow window; // a minute, twelve hours from now
    World world;
    const auto ofDay =
        std::chrono::floor<minutes>(world.clock.wallNow().time_since_epoch()) % hours(24);
    window.begin = minutes((ofDay.count() + 720) % 1440);
    window.end = window.begin + minutes(1);
    world.planner.setWishes(mode(config::ChangeMode::Auto, {window}));
    world.run(30, {20, 150, 20, 20});
    QCOMPARE(world.changes().front().state, ChangeState::Proposed);
    QCOMPARE(world.planner.refusals().front().reason, std::string("window"));
}

void TestPlanner::tick_forecast_proposesAhead()
{
    const FakeClock begin;
    const WallTime peak = begin.wallNow() + minutes(15);
    World world({}, [peak](ShardId shard) {
        std::vector<sharding::ForecastStep> steps;
        for (int i = 0; i < 144; ++i) {
            const double rate = shard.get() == 2 && i < 12 ? 180 : 20;
            steps.push_back({peak + minutes(10 * i), minutes(10), rate * 0.9, rate, rate * 1.1});
        }
        return steps;
    });
    world.run(3, {20, 20, 20, 20});
    QCOMPARE(world.changes().size(), std::size_t{1});
    const ChangeRecord change = world.changes().front();
    QCOMPARE(change.evidence.trigger, ChangeTrigger::HotSoon);
    QCOMPARE(*change.evidence.expectedAt, peak);
    QVERIFY(std::abs(*change.evidence.forecastPeak - 1.8) < 1e-6);
    QVERIFY(*change.evidence.probability > 0.99);
}

void TestPlanner::tick_applied_outcomeAfterFifteenMinutes()
{
    World world;
    world.run(13, {20, 150, 20, 20});
    approveAndApply(world, world.changes().front());
    world.run(14 * 60, {20, 50, 50, 50, 20, 20});
    QVERIFY(!world.changes().front().outcome);
    world.run(2 * 60, {20, 50, 50, 50, 20, 20});
    const ChangeRecord change = world.changes().front();
    QVERIFY(change.outcome);
    QCOMPARE(change.outcome->verdict, ChangeVerdict::Helped);
    QCOMPARE(change.outcome->text, std::string("hottest shard 150 % -> 50 %"));
    QCOMPARE(world.changes().size(), std::size_t{1}); // nothing is taken back
}

void TestPlanner::tick_didNotHelp_proposesToMergeBack()
{
    World world;
    world.run(13, {20, 150, 20, 20});
    approveAndApply(world, world.changes().front());
    world.run(16 * 60, {20, 95, 1, 1, 20, 20}); // all of it on the first part
    const std::vector<ChangeRecord> changes = world.changes();
    QCOMPARE(changes.size(), std::size_t{2});
    QCOMPARE(changes[1].outcome->verdict, ChangeVerdict::DidNotHelp);
    QCOMPARE(changes[1].outcome->undo, changes[0].id);
    QCOMPARE(changes[0].kind, ChangeKind::Merge);
    QCOMPARE(changes[0].evidence.trigger, ChangeTrigger::DidNotHelp);
    QCOMPARE(changes[0].sources.size(), std::size_t{3});
}

void TestPlanner::tick_jobFails_changeFails()
{
    World world(mode(config::ChangeMode::Auto));
    world.executor.fails = true;
    world.log.expectError("job.failed");
    world.run(13, {20, 150, 20, 20});
    QTRY_COMPARE(world.changes().front().state, ChangeState::Failed);
    QVERIFY(world.changes().front().stateReason.find("no room") != std::string::npos);
}

void TestPlanner::tick_loadGone_proposalExpires()
{
    World world;
    world.run(13, {20, 150, 20, 20});
    world.run(600, {20, 0, 20, 20}); // ten quiet minutes are not enough
    QCOMPARE(world.changes().front().state, ChangeState::Proposed);
    world.run(2 * 3600, {20, 0, 20, 20});
    QCOMPARE(world.changes().front().state, ChangeState::Expired);
    QVERIFY(!world.changes().front().stateReason.empty());
}

void TestPlanner::core_refusalsOfOneShard_explainColdOnes()
{
    World world;
    ChangesCore core(
        {world.engine, world.topology, world.jobs, world.book, world.view, world.planner, {}});
    const ShardId cold = world.shards()[0].id;
    QCOMPARE(must(core.refusals(cold)).front().reason, std::string("not-measured"));
    world.run(13, {20, 150, 20, 20});
    QCOMPARE(must(core.refusals(cold)).front().reason, std::string("not-hot"));
    QCOMPARE(must(core.refusals(world.shards()[1].id)).front().reason, std::string("not-decided"));
    QCOMPARE(core.refusals(ShardId(99)).error().code, Code::NotFound);
    const auto live = must(core.changes({}));
    QCOMPARE(live.size(), std::size_t{1});
    QCOMPARE(must(core.change(live.front().id)).planHash, live.front().planHash);
}

QTEST_GUILESS_MAIN(TestPlanner)
#include "tst_planner.moc"
