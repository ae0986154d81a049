// SPDX-License-Identifier: Apache-2.0
#include "agent/jobs/run_queue.h"

#include <QtTest/QtTest>
#include <random>
#include <set>

using namespace isotherm;
using namespace isotherm::jobs;
using metadata::StoredJob;

namespace
{

StoredJob job(std::uint64_t id, std::vector<std::uint64_t> shards, JobKind kind = JobKind::Backup)
{
    StoredJob stored;
    stored.record.id = JobId(id);
    stored.record.kind = kind;
    for (const std::uint64_t shard : shards) {
        stored.record.shards.emplace_back(shard);
    }
    return stored;
}

std::uint64_t next(RunQueue& queue)
{
    const auto taken = queue.takeNext();
    return taken ? taken->record.id.get() : 0;
}

} // namespace

class TstRunQueue : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void takeNext_sameShard_waitsForTheFirst()
    {
        RunQueue queue({});
        queue.add(job(1, {7}));
        queue.add(job(2, {7}));
        queue.add(job(3, {8}));
        QCOMPARE(next(queue), 1U);
        QCOMPARE(next(queue), 3U);
        QCOMPARE(next(queue), 0U);
        queue.finished(JobId(1));
        QCOMPARE(next(queue), 2U);
    }

    void takeNext_changeOfShards_onlyExcludesOtherChanges()
    {
        RunQueue queue({});
        queue.add(job(1, {7}, JobKind::Reshard));
        queue.add(job(2, {7})); // a backup goes on beside it
        queue.add(job(3, {6, 7}, JobKind::Reshard));
        QCOMPARE(next(queue), 1U);
        QCOMPARE(next(queue), 2U);
        QCOMPARE(next(queue), 0U);
        queue.finished(JobId(1));
        QCOMPARE(next(queue), 3U);
    }

    void takeNext_manyShards_isNotStarvedByYoungerJobs()
    {
        RunQueue queue({});
        queue.add(job(1, {1}));
        QCOMPARE(next(queue), 1U);
        queue.add(job(2, {1, 2})); // must wait for 1
        queue.add(job(3, {2}));    // would be free, but 2 has been waiting for the shard
        queue.add(job(4, {3}));
        QCOMPARE(next(queue), 4U);
        QCOMPARE(next(queue), 0U);
        queue.finished(JobId(1));
        QCOMPARE(next(queue), 2U);
        QCOMPARE(next(queue), 0U);
        queue.finished(JobId(2));
        QCOMPARE(next(queue), 3U);
    }

    void takeNext_oneWithTheFirstTurn_goesBeforeTheOthers()
    {
        RunQueue queue({{JobKind::Backup, 1}});
        queue.add(job(1, {1}));
        queue.add(job(2, {2}));
        QCOMPARE(next(queue), 1U);
        queue.add(job(3, {3}), Turn::First);
        queue.add(job(4, {4}), Turn::First);
        StoredJob interrupted = job(5, {5});
        interrupted.record.state = JobState::Running;
        queue.add(interrupted);
        for (const std::uint64_t expected : {5U, 3U, 4U, 2U}) {
            QCOMPARE(next(queue), 0U);
            queue.finished(JobId(expected == 5 ? 1 : expected == 3 ? 5 : expected - 1));
            if (expected == 2) {
                queue.finished(JobId(4));
            }
            QCOMPARE(next(queue), expected);
        }
    }

    void hurry_oneThatWaits_goesBeforeTheOthers()
    {
        RunQueue queue({{JobKind::Backup, 1}});
        queue.add(job(1, {1}));
        queue.add(job(2, {2}));
        queue.add(job(3, {3}));
        queue.add(job(4, {3}, JobKind::Verify));
        QCOMPARE(next(queue), 1U);
        queue.hurry(JobKind::Backup, ShardId(3));
        queue.hurry(JobKind::Backup, ShardId(1)); // runs already
        queue.hurry(JobKind::Backup, ShardId(9)); // there is none
        QVERIFY(queue.contains(JobId(3)) && queue.contains(JobKind::Backup, ShardId(3)));
        queue.finished(JobId(1));
        QCOMPARE(next(queue), 3U);
        QVERIFY(queue.remove(JobId(2)));
        QVERIFY(!queue.remove(JobId(3)));
    }

    void takeNext_kindAtItsLimit_letsOtherKindsPass()
    {
        RunQueue queue({{JobKind::Backup, 1}});
        queue.add(job(1, {1}));
        queue.add(job(2, {2}));
        queue.add(job(3, {3}, JobKind::Restore));
        QCOMPARE(next(queue), 1U);
        QCOMPARE(next(queue), 3U);
        QCOMPARE(next(queue), 0U);
        queue.finished(JobId(1));
        QCOMPARE(next(queue), 2U);
    }

    void takeNext_interrupted_goesFirst()
    {
        RunQueue queue({});
        queue.add(job(1, {1}));
        StoredJob interrupted = job(2, {2});
        interrupted.record.state = JobState::Running;
        queue.add(interrupted);
        QCOMPARE(next(queue), 2U);
        QCOMPARE(next(queue), 1U);
    }

    void remove_waiting_givesItAndFreesItsPlace()
    {
        RunQueue queue({});
        queue.add(job(1, {1}));
        queue.add(job(1, {1})); // the same job once more changes nothing
        QCOMPARE(queue.waiting(), std::size_t{1});
        QVERIFY(queue.contains(JobKind::Backup, ShardId(1)));
        QVERIFY(queue.remove(JobId(1)).has_value());
        QVERIFY(!queue.remove(JobId(1)).has_value());
        QVERIFY(!queue.contains(JobKind::Backup, ShardId(1)));
        QCOMPARE(next(queue), 0U);
    }

    void contains_kindAndShard_followsTheJob()
    {
        RunQueue queue({});
        queue.add(job(1, {1}));
        QVERIFY(queue.contains(JobKind::Backup, ShardId(1)));
        QVERIFY(!queue.contains(JobKind::Restore, ShardId(1)));
        QCOMPARE(next(queue), 1U);
        QVERIFY(queue.contains(JobKind::Backup, ShardId(1)));
        QVERIFY(queue.contains(JobId(1)));
        queue.finished(JobId(1));
        QVERIFY(!queue.contains(JobKind::Backup, ShardId(1)));
        QVERIFY(!queue.contains(JobId(1)));
    }

    void takeNext_randomJobs_neverTwoOnOneShardAndAllGetTheirTurn()
    {
        const unsigned seed = std::random_device()();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        RunQueue queue({{JobKind::Verify, 2}});
        std::map<std::uint64_t, StoredJob> running;
        std::set<std::uint64_t> done;
        constexpr std::uint64_t kJobs = 400;
        std::uint64_t added = 0;
        while (done.size() < kJobs) {
            if (added < kJobs && random() % 3 != 0) {
                std::vector<std::uint64_t> shards;
                for (std::uint64_t shard = 1; shard <= 6; ++shard) {
                    if (random() % 4 == 0) {
                        shards.push_back(shard);
                    }
                }
                queue.add(job(++added, shards, random() % 2 ? JobKind::Verify : JobKind::Backup));
            } else if (auto taken = queue.takeNext()) {
                std::size_t verifying = taken->record.kind == JobKind::Verify ? 1 : 0;
                for (const auto& [id, other] : running) {
                    verifying += other.record.kind == JobKind::Verify ? 1 : 0;
                    for (const ShardId shard : other.record.shards) {
                        QVERIFY(!std::count(taken->record.shards.begin(),
                                            taken->record.shards.end(), shard));
                    }
                }
                QVERIFY(verifying <= 2);
                running.emplace(taken->record.id.get(), *taken);
            } else if (!running.empty()) {
                const auto ended =
                    std::next(running.begin(), static_cast<long>(random() % running.size()));
                queue.finished(JobId(ended->first));
                QVERIFY(done.insert(ended->first).second);
                running.erase(ended);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TstRunQueue)
#include "tst_run_queue.moc"
