// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/catalog.h"
#include "agent/backup/chores.h"
#include "agent/backup/upkeep_handler.h"
#include "agent/metadata/database.h"
#include "tests/harness/test_log.h"
#include "tests/unit/backup/memory_engine.h"
#include "tests/unit/repository/samples.h"

#include <QtTest/QtTest>
#include <map>
#include <set>

using namespace isotherm;
using namespace isotherm::test;
using namespace isotherm::backup;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace
{

constexpr const char* kKeyspace = "orders";

std::unique_ptr<metadata::Database> openDatabase(const TempDir& folder, Log& log)
{
    auto opened = metadata::Database::open(folder.path() / "metadata.db", log);
    ISO_CHECK(opened.ok());
    return std::move(*opened);
}

/// Backups of one living shard (and of others that are not there any more), an upkeep job's handler
/// and the chores that submit it.
struct World
{
    World()
    {
        engine.define(kKeyspace, {}, {"notes"});
        metadata::StoredKeyspace keyspace;
        keyspace.spec = {kKeyspace, {"notes"}, {}};
        keyspace.record.name = kKeyspace;
        ISO_CHECK(topology.adopt(keyspace).ok());
        jobs.registerHandler(JobKind::Upkeep, handler);
        ISO_CHECK(jobs.start().ok());
    }
    ~World() { jobs.stop(); }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    /// A full backup with a run of its own; its id.
    std::string backUp(std::uint64_t shard)
    {
        const auto written = writeTable(*fixture.repository, noteRows(ascending(0, 50)),
                                        runOptions(notesSchema()));
        ISO_CHECK(written.ok());
        auto manifest = manifestOf({written->table}, fixture.clock.wallNow(), shard);
        auto id = fixture.repository->commitManifest(manifest);
        ISO_CHECK(id.ok());
        manifest.id = *id;
        ISO_CHECK(backups.put(recordOf(manifest, "local")).ok());
        fixture.clock.advance(hours(1));
        return *id;
    }

    JobRecord upkeep()
    {
        jobs::JobSpec spec;
        spec.kind = JobKind::Upkeep;
        spec.title = "upkeep";
        spec.params = upkeepParams("");
        const auto id = jobs.submit(spec);
        ISO_CHECK(id.ok());
        const auto ended = jobs.wait(*id, minutes(1));
        ISO_CHECK(ended.ok());
        return *ended;
    }

    [[nodiscard]] std::set<std::string> recorded()
    {
        std::set<std::string> ids;
        const auto listed = backups.list({});
        for (const BackupRecord& backup : listed.value()) {
            ids.insert(backup.id);
        }
        return ids;
    }

    [[nodiscard]] std::set<std::string> inRepository()
    {
        std::set<std::string> ids;
        const auto listed = fixture.repository->listManifests(std::nullopt);
        for (const auto& name : listed.value()) {
            ids.insert(name.id);
        }
        return ids;
    }

    [[nodiscard]] std::size_t runs() const { return fixture.objects("run/").size(); }

    TestLog log;
    RepositoryFixture fixture;
    MemoryEngine engine{fixture.clock};
    TempDir folder;
    std::unique_ptr<metadata::Database> database = openDatabase(folder, log);
    metadata::KeyspaceStore keyspaces{*database};
    metadata::ShardStore shards{*database};
    metadata::BackupStore backups{*database};
    metadata::ProofStore proofs{*database};
    metadata::KeyValueStore facts{*database};
    metadata::JobStore jobStore{*database};
    topology::Topology topology{engine, keyspaces, shards, fixture.clock};
    RetentionPolicy policy{.chains = 1};
    UpkeepHandler handler{{*fixture.repository, backups, proofs, topology,
                           [this](const std::string&) { return policy; }, fixture.clock, log},
                          {seconds(60), hours(24)}};
    jobs::JobEngine jobs{jobStore, fixture.clock, log, {.workers = 2, .maxPerKind = {}}};
    Chores chores{{jobs, facts, fixture.clock}, {.upkeepEvery = hours(1)}};
};

constexpr std::uint64_t kLiving = 1; ///< the id that the topology gives to its only shard
constexpr std::uint64_t kGone = 9;

} // namespace

class TstUpkeep : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void run_policy_removesManifestsAtOnceAndRunsAfterTheGrace()
    {
        World world;
        const std::string first = world.backUp(kLiving);
        const std::string second = world.backUp(kLiving);
        const std::size_t each = world.runs() / 2;
        const auto plan = world.handler.plan("");
        QVERIFY(plan.ok());
        QCOMPARE(plan->removed, 1U);
        QCOMPARE(plan->entries.front().backup.id, first);
        QVERIFY(!plan->entries.front().keep && !plan->entries.front().reason.empty());
        QCOMPARE(plan->freed, world.backups.get(first)->storedBytes);
        QCOMPARE(world.recorded().size(), std::size_t{2}); // it was only asked

        QCOMPARE(world.upkeep().state, JobState::Done);
        QCOMPARE(world.recorded(), std::set<std::string>{second});
        QCOMPARE(world.inRepository(), std::set<std::string>{second});
        QCOMPARE(world.runs(), 2 * each); // somebody may be restoring from it
        world.fixture.clock.advance(hours(23));
        QCOMPARE(world.upkeep().state, JobState::Done);
        QCOMPARE(world.runs(), 2 * each);
        world.fixture.clock.advance(hours(2));
        QCOMPARE(world.upkeep().state, JobState::Done);
        QCOMPARE(world.runs(), each);
        const auto left = world.fixture.repository->loadManifest(second);
        QVERIFY(world.fixture.repository->verify(*left, VerifyLevel::Checksums, {}, {})->ok());
    }

    void run_noRule_removesNothing()
    {
        World world;
        world.policy = {};
        (void)world.backUp(kLiving);
        (void)world.backUp(kGone);
        world.fixture.clock.advance(hours(24 * 3000));
        QCOMPARE(world.upkeep().state, JobState::Done);
        QCOMPARE(world.inRepository().size(), std::size_t{2});
    }

    void run_retiredShard_goesWhenNoRuleWantsIt()
    {
        World world;
        world.policy = {.window = hours(48)};
        (void)world.backUp(kGone);
        const std::string living = world.backUp(kLiving);
        QCOMPARE(world.upkeep().state, JobState::Done);
        QCOMPARE(world.inRepository().size(), std::size_t{2});
        world.fixture.clock.advance(hours(72));
        QCOMPARE(world.upkeep().state, JobState::Done);
        QCOMPARE(world.inRepository(), std::set<std::string>{living});
    }

    /// Right after the metadata were lost every shard looks retired.
    void plan_keyspaceNotSeen_keepsEverything()
    {
        World world;
        world.policy = {.window = hours(48)};
        (void)world.backUp(kGone);
        topology::Topology empty(world.engine, world.keyspaces, world.shards, world.fixture.clock);
        const PolicyOf policy = [&world](const std::string&) { return world.policy; };
        const auto plan =
            planPrune({*world.fixture.repository, world.backups, empty, policy}, "",
                      world.fixture.clock.wallNow() + hours(24 * 3000));
        QCOMPARE(plan->removed, 0U);
        QVERIFY(plan->entries.front().reason.find("not seen") != std::string::npos);
    }

    void run_keptBackupCannotBeRead_thatShardLosesNothing()
    {
        World world;
        world.log.expectError("job.failed");
        const std::string old = world.backUp(kLiving);
        const std::string newest = world.backUp(kLiving);
        world.policy = {.chains = 1, .window = hours(48)};
        const std::string gone = world.backUp(kGone);
        world.fixture.clock.advance(hours(72));
        world.policy = {.window = hours(48)};
        flipBit(world.fixture.path(*repository::manifestObjectName(newest)), 120);
        const JobRecord job = world.upkeep();
        QCOMPARE(job.state, JobState::Failed);
        QVERIFY2(job.error.find("nothing of shard 1 was removed") != std::string::npos,
                 job.error.c_str());
        QCOMPARE(world.inRepository(), (std::set<std::string>{old, newest}));
        QCOMPARE(world.recorded(), (std::set<std::string>{old, newest}));
    }

    /// Killed between the manifest and its record: the next one finds the manifest gone.
    void run_manifestAlreadyGone_forgetsTheRecord()
    {
        World world;
        const std::string old = world.backUp(kLiving);
        const std::string newest = world.backUp(kLiving);
        QVERIFY(world.fixture.repository->removeManifest(old).ok());
        QCOMPARE(world.upkeep().state, JobState::Done);
        QCOMPARE(world.recorded(), std::set<std::string>{newest});
    }

    void tick_everyPeriod_submitsOneUpkeep()
    {
        World world;
        const auto count = [&world] { return world.jobs.jobs({})->size(); };
        QVERIFY(world.chores.tick().ok()); // the first one is due a period from now
        world.fixture.clock.advance(minutes(59));
        QVERIFY(world.chores.tick().ok());
        QCOMPARE(count(), std::size_t{0});
        world.fixture.clock.advance(minutes(2));
        QVERIFY(world.chores.tick().ok());
        QVERIFY(world.chores.tick().ok());
        QCOMPARE(count(), std::size_t{1});
        world.fixture.clock.advance(hours(50)); // missed ones are caught up once
        QTRY_COMPARE(world.jobs.jobs({true, 10})->size(), std::size_t{0});
        Chores next({world.jobs, world.facts, world.fixture.clock}, {hours(1)});
        QVERIFY(next.tick().ok());
        QVERIFY(next.tick().ok());
        QCOMPARE(count(), std::size_t{2});
    }
};

QTEST_GUILESS_MAIN(TstUpkeep)
#include "tst_upkeep.moc"
