// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/backup_handler.h"
#include "agent/backup/chain_closer.h"
#include "agent/backup/scheduler.h"
#include "agent/metadata/database.h"
#include "agent/storage/directory_store.h"
#include "tests/harness/fake_clock.h"
#include "tests/harness/temp_dir.h"
#include "tests/harness/test_log.h"
#include "tests/unit/backup/memory_engine.h"

#include <QtTest/QtTest>
#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <set>

using namespace isotherm;
using namespace isotherm::test;
using namespace isotherm::backup;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace
{

constexpr const char* kKeyspace = "items";

std::unique_ptr<metadata::Database> openDatabase(const TempDir& folder, Log& log)
{
    auto opened = metadata::Database::open(folder.path() / "metadata.db", log);
    ISO_CHECK(opened.ok());
    return std::move(*opened);
}

std::unique_ptr<storage::DirectoryStore> openStore(const TempDir& folder)
{
    auto opened = storage::DirectoryStore::open(folder.path() / "repository");
    ISO_CHECK(opened.ok());
    return std::move(*opened);
}

std::unique_ptr<repository::Repository> makeRepository(storage::ObjectStore& store,
                                                       const Clock& clock)
{
    const repository::RepositoryOptions options{.clock = clock, .cost = {.logN = 10}};
    auto made = repository::Repository::create(store, "secret", options);
    ISO_CHECK(made.ok());
    return std::move(*made);
}

std::unique_ptr<heat::HeatStore> openHeat(metadata::HeatBlockStore& blocks, Log& log)
{
    auto opened = heat::HeatStore::open(blocks, log);
    ISO_CHECK(opened.ok());
    return std::move(*opened);
}

heat::TemperatureOptions hundredIsHot()
{
    heat::TemperatureOptions options;
    options.hotRates[kKeyspace] = 100.0;
    return options;
}

/// The scheduler with real parts around it; only the database is in memory and the clock still.
struct World
{
    explicit World(const std::vector<std::int64_t>& cuts, SchedulerOptions wishes = plainWishes(),
                   std::optional<std::chrono::milliseconds> rpo = std::nullopt)
        : scheduler({topology, backups, schedules, *repository, temperatures, changes, jobs, clock,
                     log, [this](const topology::ShardPlace&) { return capturing; }},
                    std::move(wishes))
    {
        jobs.registerHandler(JobKind::Backup, handler);
        jobs.addListener([this](const JobRecord& job) {
            if (isFinished(job.state)) {
                scheduler.noteFinished(job);
                ++finished;
            }
        });
        ISO_CHECK(jobs.start().ok());
        engine.define(kKeyspace, cuts);
        metadata::StoredKeyspace keyspace;
        keyspace.spec = {kKeyspace, {"items"}, {}};
        keyspace.record.name = kKeyspace;
        keyspace.record.rpo = rpo;
        ISO_CHECK(topology.adopt(keyspace).ok());
        sample();
    }
    ~World()
    {
        engine.holdReaders(false);
        jobs.stop();
    }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    static SchedulerOptions plainWishes()
    {
        SchedulerOptions wishes;
        wishes.policy.jitter = 0; // moments that a test can name
        wishes.tier = "local";
        return wishes;
    }

    void sample()
    {
        const auto sampled = engine.sampleAccess(engine.leafIds(kKeyspace));
        ISO_CHECK(sampled.ok());
        changes.observe(*sampled);
    }

    /// Time passes; topology and counters are looked at as the agent would.
    void pass(std::chrono::milliseconds time)
    {
        clock.advance(time);
        ISO_CHECK(topology.refresh().ok());
        sample();
    }

    [[nodiscard]] std::vector<ShardId> ids() const
    {
        std::vector<ShardId> ids;
        for (const ShardRecord& shard : topology.keyspaces().front()->shards) {
            ids.push_back(shard.id);
        }
        return ids;
    }

    /// Rows a second of each shard over the last minute.
    void heatUp(const std::vector<float>& rates)
    {
        heat::RateSample sampled;
        sampled.start = clock.wallNow() - seconds(60);
        sampled.end = clock.wallNow();
        for (std::size_t i = 0; i < rates.size(); ++i) {
            sampled.cells.push_back({heat::CellId(ids()[i].get()), {0, 0, rates[i], 0}});
        }
        ISO_CHECK(heat->record(sampled).ok());
        ISO_CHECK(temperatures.update(sampled.end, topology.keyspaces().front()->shards).ok());
    }

    /// Ticks and waits until nothing is under way any more; what ran, in the order of submission.
    std::vector<ShardId> tickAndWait()
    {
        const std::size_t before = jobs.jobs({}).value().size();
        ISO_CHECK(scheduler.tick().ok());
        std::vector<JobRecord> all = jobs.jobs({}).value();
        std::vector<ShardId> started;
        for (std::size_t i = all.size() - before; i > 0; --i) { // newest first
            const auto ended = jobs.wait(all[i - 1].id, minutes(1));
            ISO_CHECK(ended.ok());
            started.push_back(ended->shards.front());
        }
        // The scheduler is told a moment after the job has ended.
        while (finished < static_cast<int>(all.size())) {
            std::this_thread::yield();
        }
        return started;
    }

    [[nodiscard]] BackupRecord newest(ShardId shard) const
    {
        const auto found = backups.newest(shard, std::nullopt);
        ISO_CHECK(found.ok() && *found);
        return **found;
    }

    TempDir folder;
    TestLog log;
    FakeClock clock;
    MemoryEngine engine{clock};
    std::unique_ptr<metadata::Database> database = openDatabase(folder, log);
    metadata::KeyspaceStore keyspaces{*database};
    metadata::ShardStore shards{*database};
    mutable metadata::BackupStore backups{*database};
    metadata::ScheduleStore schedules{*database};
    metadata::JobStore jobStore{*database};
    metadata::HeatBlockStore blocks{*database};
    std::unique_ptr<storage::DirectoryStore> store = openStore(folder);
    std::unique_ptr<repository::Repository> repository = makeRepository(*store, clock);
    std::unique_ptr<heat::HeatStore> heat = openHeat(blocks, log);
    heat::TemperatureModel temperatures{*heat, hundredIsHot()};
    topology::Topology topology{engine, keyspaces, shards, clock};
    ChangeDetector changes;
    BackupHandler handler{{engine, *repository, clock},
                          {topology, backups, schedules, changes, log},
                          {"test", "local", 1, 1}};
    std::atomic<int> finished{0};
    bool capturing = false;
    jobs::JobEngine jobs{jobStore, clock, log, {.workers = 8, .maxPerKind = {}}};
    Scheduler scheduler;
};

/// Goes on while it is looked at, as real ones do.
class RestlessClock final : public Clock
{
public:
    explicit RestlessClock(const Clock& start) : m_start(start) {}

    [[nodiscard]] WallTime wallNow() const override
    {
        return m_start.wallNow() + std::chrono::microseconds(++m_looks);
    }
    [[nodiscard]] Instant now() const override { return m_start.now(); }

private:
    const Clock& m_start;
    mutable std::atomic<std::int64_t> m_looks{0};
};

/// A backup job of one shard, run without an engine.
class OneJob final : public jobs::JobContext
{
public:
    explicit OneJob(ShardId shard) : m_shards{shard} {}

    JobId id() const override { return JobId(1); }
    const std::string& params() const override { return m_params; }
    const std::vector<ShardId>& shards() const override { return m_shards; }
    const std::string& requestedBy() const override { return m_params; }
    Status checkpoint(std::string step, std::string state) override
    {
        m_checkpoint = {std::move(step), std::move(state)};
        return {};
    }
    std::optional<jobs::Checkpoint> lastCheckpoint() const override { return m_checkpoint; }
    std::stop_token stopToken() const override { return {}; }
    bool cancelled() const override { return false; }
    void setPhase(std::string /*phase*/) override {}
    void setTotalBytes(std::uint64_t /*bytes*/) override {}
    void addProgress(std::uint64_t /*bytes*/, std::uint64_t /*rows*/) override {}
    void setProgress(std::uint64_t /*bytes*/, std::uint64_t /*rows*/) override {}

private:
    const std::string m_params = backupParams(BackupKind::Incremental);
    const std::vector<ShardId> m_shards;
    std::optional<jobs::Checkpoint> m_checkpoint;
};

std::set<std::string> runsOf(World& world, const std::string& backup)
{
    const auto manifest = world.repository->loadManifest(backup);
    ISO_CHECK(manifest.ok());
    std::set<std::string> runs;
    for (const repository::ManifestTable& table : manifest->tables) {
        for (const repository::RunRef& run : table.runs) {
            runs.insert(run.object);
        }
    }
    return runs;
}

} // namespace

class TstScheduler : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void entries_whileCapturing_areIncrementalButForOneFullARotation()
    {
        World world({100, 200, 300});
        const RotationOptions rotation;
        const WallTime next = rotationAt(world.clock.wallNow(), rotation).end;
        (void)world.tickAndWait(); // the first ones, in this rotation, two at a time
        (void)world.tickAndWait();
        world.capturing = true;
        const auto kinds = [&world] {
            std::map<BackupKind, int> count;
            const auto entries = world.scheduler.entries();
            for (const ScheduleEntry& entry : entries.value()) {
                ++count[entry.kind];
            }
            return count;
        };
        QCOMPARE(kinds()[BackupKind::Incremental], 4);
        // The whole next rotation without a backup: in its last slot every full is due.
        world.pass(std::chrono::duration_cast<std::chrono::milliseconds>(
            next + rotation.rotation - rotation.slot - world.clock.wallNow()));
        QCOMPARE(kinds()[BackupKind::Synthetic], 4);
        const auto entries = world.scheduler.entries();
        for (const ScheduleEntry& entry : entries.value()) {
            QVERIFY2(entry.reason.find("its full of this rotation") != std::string::npos &&
                         entry.reason.find("one full of 4 is from the database") !=
                             std::string::npos,
                     entry.reason.c_str());
        }
        (void)world.tickAndWait();
        (void)world.tickAndWait();
        QCOMPARE(kinds()[BackupKind::Incremental], 4); // each had its turn
    }

    void entriesAhead_twoKeyspacesOfOwnRotations_giveEachShardOneFullARotation()
    {
        SchedulerOptions wishes = World::plainWishes();
        wishes.rotation.rotations["quick"] = hours(24);
        World world({100, 200}, wishes);
        world.engine.define("quick", {10}, {"notes"});
        metadata::StoredKeyspace quick;
        quick.spec = {"quick", {"notes"}, {}};
        quick.record.name = "quick";
        QVERIFY(world.topology.adopt(quick).ok());
        for (int i = 0; i < 3; ++i) { // two at a time
            (void)world.tickAndWait();
        }
        world.capturing = true;
        const WallTime now = world.clock.wallNow();
        const RotationOptions week;
        const auto until = rotationAt(now, week).end + week.rotation; // what is listed by default
        const auto ahead = world.scheduler.entriesAhead({.fullsOnly = true});
        QVERIFY(ahead.ok());
        std::map<ShardId, std::map<WallTime, int>> fulls; // by shard and begin of its rotation
        WallTime before = now;
        for (const ScheduleEntry& entry : *ahead) {
            QVERIFY(isFull(entry.kind) && entry.due >= before && entry.due < until);
            before = entry.due;
            const RotationOptions own{entry.keyspace == "quick" ? hours(24) : hours(24 * 7)};
            ++fulls[entry.shard][rotationAt(entry.due, own).begin];
        }
        QCOMPARE(fulls.size(), std::size_t(5));
        for (const auto& [shard, rotations] : fulls) {
            for (const auto& [begin, count] : rotations) {
                QCOMPARE(count, 1);
            }
        }
        QCOMPARE(fulls[world.ids().front()].size(), std::size_t(1)); // this one's was made already
        const auto all = world.scheduler.entriesAhead({.keyspace = "quick", .limit = 7});
        QCOMPARE(all->size(), std::size_t(7));
        QVERIFY(all->front().keyspace == "quick" && all->front().kind == BackupKind::Incremental);
    }

    /// What is due now must not be due a microsecond later than the tick's own now.
    void tick_clockGoesOn_turnsAreServed()
    {
        World world({100});
        (void)world.tickAndWait();
        world.capturing = true;
        const RotationOptions rotation;
        const WallTime next = rotationAt(world.clock.wallNow(), rotation).end;
        world.pass(std::chrono::duration_cast<std::chrono::milliseconds>(
            next + rotation.rotation - rotation.slot - world.clock.wallNow()));
        const RestlessClock restless(world.clock);
        Scheduler scheduler({world.topology, world.backups, world.schedules, *world.repository,
                             world.temperatures, world.changes, world.jobs, restless, world.log,
                             [](const topology::ShardPlace&) { return true; }},
                            World::plainWishes());
        const std::size_t before = world.jobs.jobs({})->size();
        QVERIFY(scheduler.tick().ok());
        QCOMPARE(world.jobs.jobs({})->size(), before + 2);
        const JobId last = world.jobs.jobs({})->front().id;
        QCOMPARE(world.jobStore.get(last)->params, backupParams(BackupKind::Synthetic));
        QTRY_COMPARE(world.jobs.jobs({true, 10})->size(), std::size_t(0));
    }

    void entries_chainAtItsLimit_isCompactedBeforeItsTurn()
    {
        SchedulerOptions wishes = World::plainWishes();
        wishes.rotation.rules.maxDeltas = 3;
        World world({}, wishes);
        (void)world.tickAndWait();
        world.capturing = true;
        BackupRecord newest = world.newest(world.ids().front());
        newest.deltas = 2;
        QVERIFY(world.backups.put(newest).ok());
        QCOMPARE(world.scheduler.entries()->front().kind, BackupKind::Incremental);
        newest.deltas = 3;
        QVERIFY(world.backups.put(newest).ok());
        const ScheduleEntry entry = world.scheduler.entries()->front();
        QCOMPARE(entry.kind, BackupKind::Synthetic);
        QVERIFY2(entry.reason.find("3 deltas, at most 3") != std::string::npos,
                 entry.reason.c_str());
        QCOMPARE(world.scheduler.entriesAhead({.limit = 1})->front().kind, BackupKind::Synthetic);
    }

    void tick_whileCapturing_asksForIncrements()
    {
        World world({100});
        (void)world.tickAndWait();
        world.capturing = true;
        world.pass(hours(6));
        (void)world.tickAndWait();
        // There is no journal here: the jobs were incremental ones, and became full.
        QCOMPARE(world.newest(world.ids().front()).kind, BackupKind::Full);
        const JobId last = world.jobs.jobs({}).value().front().id;
        QCOMPARE(world.jobStore.get(last).value().params, backupParams(BackupKind::Incremental));
    }

    void tick_neverBackedUp_hottestFirst()
    {
        SchedulerOptions wishes = World::plainWishes();
        wishes.maxConcurrent = 1;
        World world({10, 20, 30}, wishes);
        world.heatUp({5, 60, 95, 20});
        const auto ids = world.ids();
        QCOMPARE(world.tickAndWait(), std::vector<ShardId>{ids[2]});
        // One ended in no time: so that the worker is not idle until the next tick, one more waits.
        QCOMPARE(world.tickAndWait(), (std::vector<ShardId>{ids[1], ids[3]}));
        QCOMPARE(world.tickAndWait(), std::vector<ShardId>{ids[0]});
        QVERIFY(world.tickAndWait().empty());
    }

    void tick_moreDueThanRoom_neverMoreThanTheBound()
    {
        World world({10, 20, 30, 40, 50}); // 6 shards, 2 at a time
        world.engine.holdReaders(true);
        for (int i = 0; i < 5; ++i) {
            QVERIFY(world.scheduler.tick().ok());
        }
        QCOMPARE(world.jobs.jobs({}).value().size(), std::size_t(2));
        QTRY_COMPARE(world.engine.openSnapshots(), 2);
        world.engine.holdReaders(false);
        QTRY_COMPARE(world.finished.load(), 2);
        for (int i = 0; i < 3; ++i) {
            (void)world.tickAndWait();
        }
        QCOMPARE(world.engine.snapshotsTaken(), 6);
        QCOMPARE(world.engine.mostOpenSnapshots(), 2);
    }

    /// More work than time: whoever waits longest, by its own measure, must get a turn.
    /// Its last rows must not pass for those of moments at which it was gone.
    void backUp_goneShardThatTheJournalDoesNotContinue_isNotedAsGone()
    {
        World world({10});
        (void)world.tickAndWait();
        const ShardId shard = world.ids().back();
        const BackupRecord last = world.newest(shard);
        const std::uint64_t leaf =
            world.repository->loadManifest(last.id).value().leaves.front().objectId;
        const auto journal =
            journal::Journal::open({world.folder.path() / "journal",
                                    *world.repository->deriveKey("journal"), world.clock});
        QVERIFY(journal.ok());
        journal::State state;
        state.epoch = {1, 1, Lsn(1), 1'000'000, "7", "5:1"}; // the backup is older
        const Lsn end(last.lsn.get() + 100);
        state.ended[leaf] = {1, 0, end, "dropped: DROP TABLE items_2"};
        QVERIFY((*journal)->setState(state).ok());
        QVERIFY((*journal)->seal(Lsn(end.get() + 1)).ok());
        world.engine.split(kKeyspace, 15);
        world.pass(seconds(1));
        ChainCloser closer(world.shards, world.backups, *world.repository);
        QCOMPARE(closer.find(**journal).value().size(), std::size_t(1));

        BackupHandler handler({world.engine, *world.repository, world.clock},
                              {world.topology, world.backups, world.schedules, world.changes,
                               world.log, [&journal] { return journal->get(); }},
                              {"test", "local", 1, 1});
        OneJob job(shard);
        const auto done = handler.run(job);
        QVERIFY2(done.ok(), done.ok() ? "" : done.error().text().c_str());
        const auto manifest = world.repository->loadManifest(world.newest(shard).id);
        QVERIFY(manifest.ok() && manifest->chainStop);
        QCOMPARE(manifest->chainStop->last, Lsn(end.get() - 1));
        QCOMPARE(manifest->lsn, last.lsn); // it claims no more than is in it
        QVERIFY(closer.find(**journal).value().empty());
    }

    void tick_noRoom_newShardHasItsFirstBackupAllTheSame()
    {
        World world({10, 20}); // 2 at a time
        (void)world.tickAndWait();
        (void)world.tickAndWait();
        const auto ids = world.ids();
        world.engine.holdReaders(true);
        for (std::size_t i = 0; i < 2; ++i) { // an operator's
            jobs::JobSpec spec;
            spec.shards = {ids[i]};
            spec.params = backupParams(BackupKind::Full);
            QVERIFY(world.jobs.submit(spec).ok());
        }
        const std::size_t before = world.jobs.jobs({}).value().size();
        world.engine.split(kKeyspace, 25);
        for (int i = 0; i < 3; ++i) {
            world.pass(seconds(1));
            QVERIFY(world.scheduler.tick().ok());
        }
        QCOMPARE(world.jobs.jobs({}).value().size(), before + 1); // one after the other
        world.engine.holdReaders(false);
        QTRY_COMPARE(world.finished.load(), static_cast<int>(before + 1));
        QCOMPARE(world.tickAndWait().size(), std::size_t(1));
    }

    void tick_overloaded_nobodyStarves()
    {
        SchedulerOptions wishes = World::plainWishes();
        wishes.maxConcurrent = 1;
        World world({10, 20, 30, 40}, wishes);
        world.heatUp({95, 95, 95, 1, 1});
        std::set<ShardId> served;
        for (int round = 0; round < 110; ++round) { // one backup takes 25 minutes, three hot shards
            for (std::int64_t key = 5; key < 60; key += 10) {
                world.engine.put(kKeyspace, 0, key, std::to_string(round));
            }
            world.pass(minutes(25));
            world.heatUp({95, 95, 95, 1, 1});
            for (const ShardId shard : world.tickAndWait()) {
                if (round >= 5) { // after each had its first one
                    served.insert(shard);
                }
            }
        }
        QCOMPARE(served.size(), std::size_t(5));
    }

    void tick_manyRunsMissed_caughtUpOnce()
    {
        World world({10});
        QCOMPARE(world.tickAndWait().size(), std::size_t(2));
        world.engine.put(kKeyspace, 0, 5, "x");
        world.engine.put(kKeyspace, 0, 15, "x");
        world.pass(hours(24 * 9));
        QCOMPARE(world.tickAndWait().size(), std::size_t(2));
        for (int i = 0; i < 3; ++i) {
            world.pass(minutes(1));
            QVERIFY(world.tickAndWait().empty());
        }
    }

    void tick_afterFailures_backsOffLongerEachTimeAndRecovers()
    {
        World world({});
        world.engine.breakSnapshots(makeError(Code::Unavailable, "no connection"));
        QVERIFY(world.scheduler.failing().ok());
        QCOMPARE(world.tickAndWait().size(), std::size_t(1));
        QVERIFY(world.scheduler.failing().error().message.find("1 shard failed: no connection") !=
                std::string::npos);
        for (const seconds delay : {seconds(30), seconds(60), seconds(120)}) {
            world.pass(delay - seconds(1));
            QVERIFY(world.tickAndWait().empty());
            world.pass(seconds(1));
            QCOMPARE(world.tickAndWait().size(), std::size_t(1));
        }
        world.engine.breakSnapshots(std::nullopt);
        world.pass(seconds(240));
        QCOMPARE(world.tickAndWait().size(), std::size_t(1));
        QCOMPARE(world.newest(world.ids()[0]).kind, BackupKind::Full);
        QVERIFY(world.scheduler.failing().ok());
        world.engine.breakSnapshots(makeError(Code::Unavailable, "no connection"));
        world.engine.put(kKeyspace, 0, 5, "x");
        world.pass(hours(6));
        QCOMPARE(world.tickAndWait().size(), std::size_t(1));
        world.pass(seconds(30)); // success had set it back to the first delay
        QCOMPARE(world.tickAndWait().size(), std::size_t(1));
    }

    void tick_oneShardFails_theOthersGoOn()
    {
        World world({10});
        (void)world.tickAndWait();
        const auto ids = world.ids();
        // The first shard's last backup is damaged: it cannot be moved on.
        const auto name = repository::manifestObjectName(world.newest(ids[0]).id);
        QVERIFY(name.ok());
        QVERIFY(world.store->remove(*name).ok());
        world.pass(hours(25));
        QCOMPARE(world.tickAndWait(), std::vector<ShardId>{ids[0]}); // from its rows instead
        QCOMPARE(world.newest(ids[0]).kind, BackupKind::Full);
        QCOMPARE(world.newest(ids[1]).kind, BackupKind::Unchanged);
    }

    void tick_unchanged_newMomentSameRunsNoDataWritten()
    {
        World world({});
        world.engine.put(kKeyspace, 0, 5, "x");
        world.sample();
        (void)world.tickAndWait();
        const ShardId shard = world.ids()[0];
        const BackupRecord full = world.newest(shard);
        const auto before = world.repository->usage().value();
        for (int i = 0; i < 3; ++i) { // moved on from a moved-on one, too
            world.pass(hours(6));
            QVERIFY(world.tickAndWait().empty());
            const BackupRecord moved = world.newest(shard);
            QCOMPARE(moved.kind, BackupKind::Unchanged);
            QCOMPARE(moved.asOf, world.clock.wallNow());
            QCOMPARE(moved.rows, full.rows);
            QCOMPARE(moved.rawBytes.get(), std::uint64_t(0));
            QCOMPARE(runsOf(world, moved.id), runsOf(world, full.id));
        }
        const auto after = world.repository->usage().value();
        QCOMPARE(after.runs, before.runs);
        QCOMPARE(after.manifests, before.manifests + 3);
        QCOMPARE(world.engine.snapshotsTaken(), 1);
    }

    /// Whatever may have touched the rows must make a real backup: an Unchanged one would be a lie.
    void tick_mayHaveChanged_fullBackup_data()
    {
        QTest::addColumn<int>("which");
        QTest::newRow("a row written") << 0;
        QTest::newRow("truncated or rewritten") << 1;
        QTest::newRow("a column added") << 2;
        QTest::newRow("counters reset") << 3;
        QTest::newRow("counters incomplete") << 4;
        QTest::newRow("the backup that the mark is of was removed") << 5;
    }
    void tick_mayHaveChanged_fullBackup()
    {
        QFETCH(int, which);
        World world({});
        world.engine.put(kKeyspace, 0, 5, "old");
        world.sample();
        (void)world.tickAndWait();
        world.engine.put(kKeyspace, 0, 5, "new");
        world.pass(hours(6));
        (void)world.tickAndWait();
        const ShardId shard = world.ids()[0];
        const BackupRecord second = world.newest(shard);
        QCOMPARE(second.kind, BackupKind::Full);
        switch (which) {
        case 0:
            world.engine.put(kKeyspace, 0, 6, "x");
            break;
        case 1:
            world.engine.rewrite(kKeyspace, 0);
            break;
        case 2:
            world.engine.addColumn(kKeyspace, "extra");
            break;
        case 3:
            world.engine.resetCounters();
            break;
        case 4:
            world.engine.setIncomplete(true);
            break;
        default:
            QVERIFY(world.repository->removeManifest(second.id).ok());
            QVERIFY(world.backups.remove(second.id).ok());
        }
        world.pass(hours(6));
        QCOMPARE(world.tickAndWait(), std::vector<ShardId>{shard});
        QCOMPARE(world.newest(shard).kind, BackupKind::Full);
        QCOMPARE(world.newest(shard).asOf, world.clock.wallNow());
    }

    void entries_rpoShorterThanTheRule_shortens()
    {
        World world({}, World::plainWishes(), minutes(10));
        (void)world.tickAndWait();
        const auto entries = world.scheduler.entries();
        QVERIFY(entries.ok());
        QCOMPARE(entries->front().interval, std::chrono::milliseconds(minutes(8)));
        QVERIFY(entries->front().reason.find("objective") != std::string::npos);
        world.engine.put(kKeyspace, 0, 5, "x");
        world.pass(minutes(8) - seconds(1));
        QVERIFY(world.tickAndWait().empty());
        world.pass(seconds(1));
        QCOMPARE(world.tickAndWait().size(), std::size_t(1));
    }

    void entries_byTemperature_soonestFirst()
    {
        World world({10, 20});
        (void)world.tickAndWait();
        (void)world.tickAndWait();
        world.heatUp({5, 95, 60});
        const auto ids = world.ids();
        const auto entries = world.scheduler.entries();
        QVERIFY(entries.ok());
        QCOMPARE(entries->size(), std::size_t(3));
        QCOMPARE((*entries)[0].shard, ids[1]);
        QCOMPARE((*entries)[0].interval, std::chrono::milliseconds(hours(1)));
        QCOMPARE((*entries)[1].shard, ids[2]);
        QCOMPARE((*entries)[1].interval, std::chrono::milliseconds(hours(6)));
        QCOMPARE((*entries)[2].shard, ids[0]);
        QCOMPARE((*entries)[2].interval, std::chrono::milliseconds(hours(24)));
    }

    void setPolicy_shorterIntervals_inForceAtOnce()
    {
        World world({});
        (void)world.tickAndWait();
        world.engine.put(kKeyspace, 0, 5, "x");
        world.pass(minutes(2));
        QVERIFY(world.tickAndWait().empty());
        SchedulePolicy policy;
        policy.hot = policy.warm = policy.cold = minutes(2);
        world.scheduler.setPolicy(policy);
        QCOMPARE(world.tickAndWait().size(), std::size_t(1));
    }
};

QTEST_APPLESS_MAIN(TstScheduler)
#include "tst_scheduler.moc"
