// SPDX-License-Identifier: Apache-2.0
// Backups reach back across a split and a merge: every moment before and after comes back as it
// was.
#include "agent/backup/catalog.h"
#include "agent/backup/increment.h"
#include "agent/backup/shard_backup.h"
#include "agent/postgres/init_sql.h"
#include "agent/reshard/child_history.h"
#include "agent/storage/directory_store.h"
#include "tests/harness/test_log.h"
#include "tests/integration/capture/capture_world.h"
#include "tests/integration/reshard/reshard_world.h"

#include <algorithm>
#include <map>
#include <set>

using namespace isotherm;
using namespace isotherm::test;
using namespace std::chrono_literals;

namespace
{

constexpr const char* kSchema =
    "create table accounts (customer_id int8 not null, id int8 not null, amount int8, note text,"
    " big text, primary key (customer_id, id)) partition by range (customer_id);"
    "create table accounts_p1 partition of accounts for values from (0) to (1000);"
    "create table accounts_p2 partition of accounts for values from (1000) to (2000);"
    "insert into accounts select i % 2000, i, i, 'first', case when i % 10 = 0 then (select"
    " string_agg(md5(n::text || i), '') from generate_series(1, 120) n) end"
    " from generate_series(1, 3000) i";

using Rows = std::vector<std::string>; ///< sorted

/// All rows with keys in [0, 1000) at one quiet moment.
struct Moment
{
    Lsn lsn;
    Rows rows;
};

} // namespace

class TestReshardHistory : public QObject
{
    Q_OBJECT

private:
    void exec(const std::string& sql) { ISO_VERIFY_OK(m_cluster->exec(sql)); }

    /// What an application might do, some rows at a time.
    void work(int seed)
    {
        const std::string s = std::to_string(seed);
        exec("update accounts set amount = amount + " + s + ", note = 'n" + s +
             "' where id % 7 = " + s + " % 7");
        exec("delete from accounts where id % 53 = " + s + " % 53");
        exec("insert into accounts select i % 2000, 100000 * " + s +
             " + i, i, 'later', null from"
             " generate_series(1, 300) i");
        exec("update accounts set customer_id = (customer_id * 7 + " + s +
             ") % 2000 where id % 91 = 5");
    }

    Result<Rows> liveRows()
    {
        ISO_ASSIGN(const engine::KeyspaceLayout layout,
                   m_world->engine().describeKeyspace({"accounts", {"accounts"}, {}}));
        Rows all;
        for (const engine::ShardLayout& shard : layout.shards) {
            if (!inRange(shard.range)) {
                continue;
            }
            ISO_ASSIGN(const auto snapshot, m_world->engine().openSnapshot(layout, shard));
            ISO_ASSIGN(const auto source, snapshot->openRows({}, {}));
            ISO_ASSIGN(const Rows rows, allRows(*source));
            all.insert(all.end(), rows.begin(), rows.end());
        }
        std::sort(all.begin(), all.end());
        return all;
    }

    static Key integerKey(std::int64_t value)
    {
        std::string encoded;
        appendKeyInteger(encoded, value);
        return Key(encoded);
    }
    static bool inRange(const KeyRange& range)
    {
        return range.end && !(integerKey(1'000) < *range.end);
    }

    /// Remembers how it is now.
    void remember()
    {
        ISO_VERIFY_OK(m_capture->catchUp());
        auto rows = liveRows();
        ISO_VERIFY_OK(rows);
        m_moments.push_back(
            {Lsn(std::stoull(m_cluster->value("select (pg_current_wal_lsn() - '0/0')::int8"))),
             std::move(*rows)});
        ISO_VERIFY_OK(m_capture->catchUp());
    }

    std::vector<ShardRecord> shards()
    {
        std::vector<ShardRecord> ours;
        for (const ShardRecord& shard : m_world->shards("accounts")) {
            if (inRange(shard.range)) {
                ours.push_back(shard);
            }
        }
        return ours;
    }

    Result<topology::ShardPlace> placeOf(ShardId shard) { return m_world->topology().find(shard); }

    Status backUp(ShardId shard)
    {
        ISO_ASSIGN(const topology::ShardPlace place, placeOf(shard));
        backup::ShardBackupRequest request;
        request.clusterName = "test";
        request.clusterSystemId = "1";
        request.keyspace = "accounts";
        request.shard = shard;
        const backup::BackupProgress progress{[](std::string_view) {},
                                              [](ByteCount, std::uint64_t) {}};
        ISO_ASSIGN(const repository::Manifest manifest,
                   backup::backUpShard({m_world->engine(), *m_repository, m_clock},
                                       place.keyspace->layout, place.layout(), request, progress,
                                       {}));
        return m_backups->put(backup::recordOf(manifest, "local"));
    }

    Status increment(ShardId shard)
    {
        ISO_TRY(m_capture->catchUp());
        ISO_ASSIGN(const auto newest, m_backups->newest(shard, std::nullopt));
        if (!newest) {
            return makeError(Code::NotFound, "no backup to go on from");
        }
        ISO_ASSIGN(const repository::Manifest previous, m_repository->loadManifest(newest->id));
        const backup::IncrementRequest request{
            previous, m_capture->journal().position(),
            [&]() -> Result<std::vector<TableSchema>> {
                ISO_ASSIGN(engine::KeyspaceLayout now,
                           m_world->engine().describeKeyspace({"accounts", {"accounts"}, {}}));
                return std::move(now.tables);
            },
            [](std::uint64_t) { return std::optional<ShardId>(); }};
        ISO_ASSIGN(
            const backup::Increment cut,
            backup::cutIncrement({m_capture->journal(), *m_repository, m_clock}, request, {}));
        if (cut.end || !cut.manifest) {
            return makeError(Code::Internal,
                             "the chain ended: " + (cut.end ? cut.end->reason : ""));
        }
        return m_backups->put(backup::recordOf(*cut.manifest, "local"));
    }

    /// The newest backup of a shard at or after `at`, read as of then.
    Result<Rows> restored(ShardId shard, Lsn at)
    {
        BackupFilter filter;
        filter.shards = {shard};
        filter.limit = 1'000;
        ISO_ASSIGN(const auto backups, m_backups->list(filter));
        for (auto backup = backups.rbegin(); backup != backups.rend(); ++backup) {
            if (backup->lsn < at) {
                continue;
            }
            ISO_ASSIGN(const repository::Manifest manifest, m_repository->loadManifest(backup->id));
            ISO_ASSIGN(const auto table, m_repository->openTableAt(manifest, 0, {at, {}}));
            ISO_ASSIGN(const auto source, table->openRows({}, {}));
            return allRows(*source);
        }
        return makeError(Code::NotFound, "no backup reaches that far");
    }

    void verifyMoment(const Moment& moment, const std::vector<ShardId>& from)
    {
        Rows all;
        for (const ShardId shard : from) {
            const auto rows = restored(shard, moment.lsn);
            ISO_VERIFY_OK(rows);
            all.insert(all.end(), rows->begin(), rows->end());
        }
        std::sort(all.begin(), all.end());
        QCOMPARE(all.size(), moment.rows.size());
        QVERIFY(all == moment.rows);
    }

    Result<std::vector<repository::Manifest>> manifests(ShardId shard)
    {
        BackupFilter filter;
        filter.shards = {shard};
        filter.limit = 1'000;
        ISO_ASSIGN(const auto backups, m_backups->list(filter)); // newest first
        std::vector<repository::Manifest> all;
        for (auto backup = backups.rbegin(); backup != backups.rend(); ++backup) {
            ISO_ASSIGN(repository::Manifest manifest, m_repository->loadManifest(backup->id));
            all.push_back(std::move(manifest));
        }
        return all;
    }

    /// The first manifest of a new shard names runs of the old ones and none besides.
    void verifyNothingCopied(ShardId child, const std::vector<ShardId>& parents)
    {
        std::set<std::string> theirs;
        for (const ShardId parent : parents) {
            const auto all = manifests(parent);
            ISO_VERIFY_OK(all);
            for (const repository::RunRef& run : all->back().tables[0].runs) {
                theirs.insert(run.object);
            }
        }
        const auto ours = manifests(child);
        ISO_VERIFY_OK(ours);
        QVERIFY(!ours->front().tables[0].runs.empty());
        for (const repository::RunRef& run : ours->front().tables[0].runs) {
            QVERIFY2(theirs.contains(run.object), run.object.c_str());
        }
        QVERIFY(ours->back().tables[0].runs.size() > ours->front().tables[0].runs.size());
    }

    void reshard(const reshard::ReshardRequest& request)
    {
        const auto job = m_world->run(request);
        ISO_VERIFY_OK(job);
        QVERIFY2(job->state == JobState::Done, job->error.c_str());
        QVERIFY2(job->result.find("go on from the old ones'") != std::string::npos,
                 job->result.c_str());
    }

    SystemClock m_clock;
    std::unique_ptr<PgCluster> m_cluster;
    std::unique_ptr<TempDir> m_folder;
    std::unique_ptr<TestLog> m_log;
    std::unique_ptr<CaptureWorld> m_capture;
    std::unique_ptr<storage::DirectoryStore> m_store;
    std::unique_ptr<repository::Repository> m_repository;
    std::unique_ptr<ReshardWorld> m_world;
    std::unique_ptr<metadata::BackupStore> m_backups;
    std::unique_ptr<reshard::ChildHistory> m_history;
    std::vector<Moment> m_moments;

private Q_SLOTS:
    void initTestCase()
    {
        auto cluster = PgCluster::start(reshardServer());
        ISO_VERIFY_OK(cluster);
        m_cluster = std::move(*cluster);
        exec(kSchema);
        // Without event triggers nothing tells where one part's history ends and another's begins.
        postgres::InitSqlOptions init;
        init.schemas = {"public"};
        exec(postgres::initSql(init));
        m_log = std::make_unique<TestLog>();
        m_folder = std::make_unique<TempDir>("isohist");
        std::filesystem::create_directories(m_folder->path() / "repository");
        auto store = storage::DirectoryStore::open(m_folder->path() / "repository");
        ISO_VERIFY_OK(store);
        m_store = std::move(*store);
        repository::RepositoryOptions options{.clock = m_clock, .cost = {}};
        auto made = repository::Repository::create(*m_store, "secret", options);
        ISO_VERIFY_OK(made);
        m_repository = std::move(*made);
        m_capture = std::make_unique<CaptureWorld>(*m_cluster, m_clock, *m_log);
        ISO_VERIFY_OK(m_capture->start({"accounts"}));
        auto world = ReshardWorld::open({m_cluster->conninfo(), m_folder->path(),
                                         [this](const reshard::SwitchedShards& change) {
                                             return m_history->carryOver(change, {});
                                         }},
                                        *m_log);
        ISO_VERIFY_OK(world);
        m_world = std::move(*world);
        m_backups = std::make_unique<metadata::BackupStore>(m_world->database());
        m_history = std::make_unique<reshard::ChildHistory>(reshard::ChildHistory::Parts{
            m_world->engine(), m_world->topology(), *m_repository, *m_backups,
            [this] { return &m_capture->journal(); }, m_clock, "local"});
        ISO_VERIFY_OK(m_world->adopt("accounts", {"accounts"}));
    }

    void cleanupTestCase()
    {
        m_world.reset();
        m_capture.reset();
        m_log.reset();
    }

    void splitAndMergeBack_everyMomentOnBothSides_comesBackAsItWas()
    {
        const ShardId parent = shards()[0].id;
        ISO_VERIFY_OK(backUp(parent));
        work(1);
        remember(); // 0
        ISO_VERIFY_OK(increment(parent));
        work(2);
        remember(); // 1: in no backup yet when the split comes
        reshard(m_world->split(shards()[0], {400}));
        const auto halves = shards();
        QCOMPARE(halves.size(), 2U);
        QCOMPARE(halves[0].parents, std::vector<ShardId>{parent});
        work(3);
        remember(); // 2
        ISO_VERIFY_OK(increment(halves[0].id));
        ISO_VERIFY_OK(increment(halves[1].id));
        work(4);
        remember(); // 3
        reshard(m_world->merge(halves));
        const auto merged = shards();
        QCOMPARE(merged.size(), 1U);
        work(5);
        remember(); // 4
        ISO_VERIFY_OK(increment(merged[0].id));

        verifyMoment(m_moments[4], {merged[0].id});
        verifyMoment(m_moments[1], {parent});
        verifyMoment(m_moments[3], {halves[0].id, halves[1].id});
        verifyMoment(m_moments[0], {parent});
        verifyMoment(m_moments[2], {halves[0].id, halves[1].id});
        // The new shards' own manifests reach back as well, across one switch and across two.
        verifyMoment(m_moments[1], {halves[0].id, halves[1].id});
        verifyMoment(m_moments[0], {halves[0].id, halves[1].id});
        for (std::size_t i = 0; i < 4; ++i) {
            verifyMoment(m_moments[i], {merged[0].id});
        }
        QVERIFY(m_moments[0].rows != m_moments[4].rows);
        verifyNothingCopied(halves[0].id, {parent});
        verifyNothingCopied(halves[1].id, {parent});
        verifyNothingCopied(merged[0].id, {halves[0].id, halves[1].id});
    }

    void noBackupOfTheParent_theChildrenNeedOneOfTheirOwn()
    {
        const auto job = m_world->run(m_world->split(m_world->shards("accounts").back(), {1'500}));
        ISO_VERIFY_OK(job);
        QVERIFY2(job->state == JobState::Done, job->error.c_str());
        QVERIFY2(job->result.find("begin anew") != std::string::npos, job->result.c_str());
    }
};

QTEST_GUILESS_MAIN(TestReshardHistory)
#include "tst_reshard_history.moc"
