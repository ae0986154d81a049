// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/database.h"
#include "agent/runtime/capture_jobs.h"
#include "tests/harness/test_log.h"
#include "tests/unit/backup/memory_engine.h"
#include "tests/unit/repository/samples.h"

#include <QtTest/QtTest>
#include <atomic>
#include <mutex>
#include <thread>

using namespace isotherm;
using namespace isotherm::test;
using runtime::CaptureJobs;
using std::chrono::minutes;
using std::chrono::seconds;

namespace
{

constexpr const char* kKeyspace = "orders";

/// A backup that comes to nothing, until it is let go.
class IdleHandler final : public jobs::JobHandler
{
public:
    Result<std::string> run(jobs::JobContext& context) override
    {
        {
            const std::lock_guard lock(m_mutex);
            m_order.push_back(context.shards().at(0));
        }
        while (m_hold && !context.stopToken().stop_requested()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return std::string("nothing");
    }
    jobs::Recovery recovery(const jobs::JobContext& /*context*/) override
    {
        return jobs::Recovery::Resume;
    }
    Result<std::string> resume(jobs::JobContext& context) override { return run(context); }
    Status rollBack(jobs::JobContext& /*context*/) override { return {}; }

    void hold(bool wanted) { m_hold = wanted; }
    std::vector<ShardId> order() const
    {
        const std::lock_guard lock(m_mutex);
        return m_order;
    }

private:
    mutable std::mutex m_mutex;
    std::vector<ShardId> m_order;
    std::atomic<bool> m_hold{false};
};

std::unique_ptr<metadata::Database> openDatabase(const TempDir& folder, Log& log)
{
    auto opened = metadata::Database::open(folder.path() / "metadata.db", log);
    ISO_CHECK(opened.ok());
    return std::move(*opened);
}

/// Two shards with an increment each up to 100, and a journal that says what became of them.
struct World
{
    World()
    {
        engine.define(kKeyspace, {100}, {"notes"});
        metadata::StoredKeyspace keyspace;
        keyspace.spec = {kKeyspace, {"notes"}, {}};
        keyspace.record.name = kKeyspace;
        ISO_CHECK(topology.adopt(keyspace).ok());
        const auto key = fixture.repository->deriveKey("journal");
        ISO_CHECK(key.ok());
        auto opened =
            journal::Journal::open({fixture.folder.path() / "journal", *key, fixture.clock});
        ISO_CHECK(opened.ok());
        journal = std::move(*opened);
        state.epoch = {1, 1, Lsn(1), 1, "7", "5:1"};
        state.tables[1] = {"public.notes", true, 1, Lsn(1), ""};
        for (const std::uint64_t leaf : engine.leafIds(kKeyspace)) {
            state.leaves[leaf].table = 1;
        }
        seal(Lsn(90));
        for (const ShardRecord& shard : must(shards.list({kKeyspace}))) {
            BackupRecord backup;
            backup.id = std::to_string(shard.id.get()) + "-20261126t100000.000000z-00000000";
            backup.shard = shard.id;
            backup.keyspace = kKeyspace;
            backup.kind = BackupKind::Incremental;
            backup.lsn = Lsn(100);
            ISO_CHECK(backups.put(backup).ok());
        }
        jobs.registerHandler(JobKind::Backup, handler);
        ISO_CHECK(jobs.start().ok());
    }
    ~World()
    {
        handler.hold(false);
        jobs.stop();
    }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    template <typename T>
    static T must(Result<T> result)
    {
        ISO_CHECK(result.ok());
        return std::move(*result);
    }

    void seal(Lsn position)
    {
        ISO_CHECK(journal->setState(state).ok());
        ISO_CHECK(journal->seal(position).ok());
    }

    /// The first shard's table was rewritten by a commit at `at`.
    void rewrite(Lsn at)
    {
        journal::LeafState& leaf = state.leaves.at(engine.leafIds(kKeyspace).front());
        leaf.mustShow = at.get();
        leaf.since = at;
        seal(Lsn(at.get() + 1));
    }

    /// All jobs by then, once none runs any more.
    std::size_t lookAndCount(seconds later)
    {
        fixture.clock.advance(later);
        capture.look(*journal);
        const auto all = must(jobs.jobs({false, 1'000}));
        for (const JobRecord& job : all) {
            ISO_CHECK(jobs.wait(job.id, minutes(1)).ok());
        }
        return all.size();
    }

    TestLog log;
    RepositoryFixture fixture;
    MemoryEngine engine{fixture.clock};
    TempDir folder;
    std::unique_ptr<metadata::Database> database = openDatabase(folder, log);
    metadata::KeyspaceStore keyspaces{*database};
    metadata::ShardStore shards{*database};
    metadata::BackupStore backups{*database};
    metadata::JobStore jobStore{*database};
    topology::Topology topology{engine, keyspaces, shards, fixture.clock};
    backup::ChainCloser closer{shards, backups, *fixture.repository};
    IdleHandler handler;
    jobs::JobEngine jobs{
        jobStore, fixture.clock, log, {.workers = 2, .maxPerKind = {{JobKind::Backup, 1}}}};
    CaptureJobs capture{{topology, backups, *fixture.repository, closer, jobs, [] {},
                         [] { return std::uint64_t{0}; }, fixture.clock, log}};
    std::unique_ptr<journal::Journal> journal;
    journal::State state;
};

} // namespace

class TstCaptureJobs : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void look_nothingHappened_asksForNothing()
    {
        World world;
        QCOMPARE(world.lookAndCount(seconds(5)), std::size_t{0});
    }

    void look_rewritten_asksForABase_andAgainSoonWhenItFails()
    {
        World world;
        QCOMPARE(world.lookAndCount(seconds(5)), std::size_t{0});
        world.rewrite(Lsn(200));
        QCOMPARE(world.lookAndCount(seconds(5)), std::size_t{1});
        QCOMPARE(world.lookAndCount(seconds(5)), std::size_t{2});
        QCOMPARE(world.lookAndCount(seconds(2)), std::size_t{2}); // ever more patient
        QCOMPARE(world.lookAndCount(seconds(5)), std::size_t{3});
        // It is no use for ever.
        std::size_t tries = 0;
        for (int i = 0; i < 60; ++i) {
            tries = world.lookAndCount(minutes(5));
        }
        QVERIFY(tries >= 5 && tries < 20);
    }

    /// What another event needs is not held up by tries for the one before.
    void look_rewrittenAgain_asksAtOnce()
    {
        World world;
        world.rewrite(Lsn(200));
        for (int i = 0; i < 60; ++i) {
            (void)world.lookAndCount(minutes(5));
        }
        const std::size_t before = world.lookAndCount(seconds(5));
        world.rewrite(Lsn(300));
        QCOMPARE(world.lookAndCount(seconds(5)), before + 1);
        world.rewrite(Lsn(400));
        QCOMPARE(world.lookAndCount(seconds(5)), before + 2);
    }

    /// One that somebody asked for waits its turn; with a broken history it goes first.
    void look_rewrittenWithAJobThatWaits_hurriesIt()
    {
        World world;
        const std::vector<ShardRecord> shards = World::must(world.shards.list({kKeyspace}));
        world.handler.hold(true);
        const auto submit = [&](ShardId shard) {
            jobs::JobSpec job;
            job.kind = JobKind::Backup;
            job.shards = {shard};
            return World::must(world.jobs.submit(job));
        };
        const JobId running = submit(ShardId(77));
        QTRY_COMPARE(World::must(world.jobs.job(running)).state, JobState::Running);
        const JobId other = submit(shards.back().id);
        const JobId broken = submit(shards.front().id);
        world.rewrite(Lsn(200));
        world.fixture.clock.advance(seconds(5));
        world.capture.look(*world.journal);
        QCOMPARE(World::must(world.jobs.jobs({false, 100})).size(), std::size_t{3});
        world.handler.hold(false);
        QVERIFY(world.jobs.wait(broken, minutes(1)).ok() &&
                world.jobs.wait(other, minutes(1)).ok());
        const std::vector<ShardId> expected = {ShardId(77), shards.front().id, shards.back().id};
        QCOMPARE(world.handler.order(), expected);
    }
};

QTEST_GUILESS_MAIN(TstCaptureJobs)
#include "tst_capture_jobs.moc"
