// SPDX-License-Identifier: Apache-2.0
#include "agent/jobs/job_engine.h"
#include "agent/metadata/database.h"
#include "tests/harness/fake_clock.h"
#include "tests/harness/temp_dir.h"
#include "tests/harness/test_log.h"

#include <QtTest/QtTest>
#include <atomic>
#include <functional>
#include <memory>
#include <semaphore>
#include <set>
#include <stdexcept>
#include <thread>

using namespace isotherm;
using namespace isotherm::jobs;
using namespace std::chrono_literals;

namespace
{

/// A handler made of functions.
class TestHandler final : public JobHandler
{
public:
    std::function<Result<std::string>(JobContext&)> onRun = [](JobContext&) {
        return Result<std::string>(std::string("fine"));
    };
    std::function<Result<std::string>(JobContext&)> onResume = onRun;
    Recovery choice = Recovery::Resume;
    std::atomic<int> rolledBack = 0;

    Result<std::string> run(JobContext& context) override { return onRun(context); }
    Recovery recovery(const JobContext&) override { return choice; }
    Result<std::string> resume(JobContext& context) override { return onResume(context); }
    Status rollBack(JobContext& context) override
    {
        ++rolledBack;
        return context.stopToken().stop_requested()
                   ? Status(makeError(Code::Cancelled, "must not be stopped by a cancellation"))
                   : Status();
    }
};

/// Waits until the job is told to stop.
Result<std::string> untilStopped(JobContext& context)
{
    while (!context.stopToken().stop_requested()) {
        std::this_thread::sleep_for(1ms);
    }
    return makeError(Code::Cancelled, "stopped");
}

JobSpec spec(std::uint64_t shard, JobKind kind = JobKind::Backup)
{
    return {kind, "job", {ShardId(shard)}, "test", R"({"n":1})"};
}

} // namespace

class TstJobEngine : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void submit_handlerSucceeds_isDoneWithItsResult()
    {
        m_handler.onRun = [](JobContext& context) -> Result<std::string> {
            context.setPhase("copy rows");
            context.setTotalBytes(100);
            context.addProgress(40, 4);
            context.addProgress(60, 6);
            return context.params();
        };
        start();
        const auto id = m_engine->submit(spec(1));
        const auto record = m_engine->wait(*id, 30s);
        QVERIFY2(record.ok(), record.ok() ? "" : record.error().text().c_str());
        QCOMPARE(record->state, JobState::Done);
        QCOMPARE(record->result, std::string(R"({"n":1})"));
        QCOMPARE(record->bytesDone, std::uint64_t{100});
        QCOMPARE(record->rowsDone, std::uint64_t{10});
        QCOMPARE(record->phase, std::string("copy rows"));
        QVERIFY(record->started && record->finished);
        QCOMPARE(m_handler.rolledBack.load(), 0);
    }

    void submit_handlerFails_isRolledBackAndFailed()
    {
        m_handler.onRun = [](JobContext&) -> Result<std::string> {
            return makeError(Code::Unavailable, "the database is gone", "start it");
        };
        start();
        const auto record = m_engine->wait(*m_engine->submit(spec(1)), 30s);
        QCOMPARE(record->state, JobState::Failed);
        QCOMPARE(record->error, std::string("the database is gone; hint: start it"));
        QCOMPARE(m_handler.rolledBack.load(), 1);
    }

    void submit_handlerThrows_failsOnlyItsJob()
    {
        m_handler.onRun = [](JobContext&) -> Result<std::string> {
            throw std::runtime_error("a library's bug");
        };
        start();
        const auto record = m_engine->wait(*m_engine->submit(spec(1)), 30s);
        QCOMPARE(record->state, JobState::Failed);
        QVERIFY(record->error.find("a library's bug") != std::string::npos);
    }

    void cancel_running_rollsBackAndIsCancelled()
    {
        std::binary_semaphore running(0);
        m_handler.onRun = [&](JobContext& context) -> Result<std::string> {
            running.release();
            auto result = untilStopped(context);
            return context.cancelled() ? result
                                       : Result<std::string>(std::string("not cancelled?"));
        };
        start();
        const JobId id = *m_engine->submit(spec(1));
        running.acquire();
        QVERIFY(m_engine->cancel(id).ok());
        const auto record = m_engine->wait(id, 30s);
        QCOMPARE(record->state, JobState::Cancelled);
        QCOMPARE(m_handler.rolledBack.load(), 1);
        QCOMPARE(m_engine->cancel(id).error().code, Code::FailedPrecondition);
        QCOMPARE(m_engine->cancel(JobId(99)).error().code, Code::NotFound);
    }

    void cancel_waiting_neverRuns()
    {
        std::atomic<int> runs = 0;
        m_handler.onRun = [&](JobContext& context) {
            ++runs;
            return untilStopped(context);
        };
        start();
        const JobId first = *m_engine->submit(spec(1));
        const JobId second = *m_engine->submit(spec(1)); // the same shard: waits
        QVERIFY(m_engine->cancel(second).ok());
        QCOMPARE(m_engine->wait(second, 30s)->state, JobState::Cancelled);
        QVERIFY(m_engine->cancel(first).ok());
        QCOMPARE(m_engine->wait(first, 30s)->state, JobState::Cancelled);
        QVERIFY(runs.load() <= 1);
        QVERIFY(m_handler.rolledBack.load() <= 1);
    }

    void stop_running_resumesAtTheNextStart()
    {
        std::binary_semaphore checkpointed(0);
        m_handler.onRun = [&](JobContext& context) -> Result<std::string> {
            ISO_TRY(context.checkpoint("half", R"({"rows":5})"));
            checkpointed.release();
            return untilStopped(context);
        };
        start();
        const JobId id = *m_engine->submit(spec(1));
        const JobId waiting = *m_engine->submit(spec(1));
        checkpointed.acquire();
        m_engine->stop();
        QCOMPARE(m_engine->job(id)->state, JobState::Running);
        QCOMPARE(m_handler.rolledBack.load(), 0);
        QCOMPARE(m_engine->submit(spec(2)).error().code, Code::FailedPrecondition);

        m_handler.onRun = [](JobContext&) -> Result<std::string> {
            return std::string("from new");
        };
        m_handler.onResume = [](JobContext& context) -> Result<std::string> {
            return "behind " + context.lastCheckpoint()->step + context.lastCheckpoint()->state;
        };
        QCOMPARE(start(), std::size_t{1});
        QCOMPARE(m_engine->wait(id, 30s)->result, std::string(R"(behind half{"rows":5})"));
        QCOMPARE(m_engine->wait(waiting, 30s)->result, std::string("from new"));
    }

    void stop_manyTimes_isNoFailedAttempt()
    {
        std::binary_semaphore running(0);
        m_handler.onRun = m_handler.onResume = [&](JobContext& context) -> Result<std::string> {
            ISO_TRY(context.checkpoint("x", ""));
            running.release();
            return untilStopped(context);
        };
        start();
        const JobId id = *m_engine->submit(spec(1));
        for (int i = 0; i < 8; ++i) {
            running.acquire();
            start(); // stops the old engine first
        }
        running.acquire();
        m_engine->stop();
        m_handler.onResume = [](JobContext&) -> Result<std::string> { return std::string("done"); };
        start();
        QCOMPARE(m_engine->wait(id, 30s)->state, JobState::Done);
    }

    void start_handlerChoosesRollBack_isRolledBack()
    {
        std::binary_semaphore running(0);
        m_handler.choice = Recovery::RollBack;
        m_handler.onRun = [&](JobContext& context) -> Result<std::string> {
            ISO_TRY(context.checkpoint("x", ""));
            running.release();
            return untilStopped(context);
        };
        start();
        const JobId id = *m_engine->submit(spec(1));
        running.acquire();
        start();
        QCOMPARE(m_engine->wait(id, 30s)->state, JobState::RolledBack);
        QCOMPARE(m_handler.rolledBack.load(), 1);
    }

    void submit_manyOnFewShards_neverTwoAtOnceOnOne()
    {
        std::mutex mutex;
        std::multiset<ShardId> active;
        std::atomic<bool> collided = false;
        std::atomic<int> runs = 0;
        m_handler.onRun = [&](JobContext& context) -> Result<std::string> {
            {
                const std::lock_guard lock(mutex);
                active.insert(context.shards()[0]);
                collided = collided || active.count(context.shards()[0]) > 1;
            }
            std::this_thread::yield();
            ++runs;
            const std::lock_guard lock(mutex);
            active.erase(context.shards()[0]);
            return std::string();
        };
        m_options.workers = 4;
        start();
        std::vector<JobId> ids;
        for (std::uint64_t i = 0; i < 60; ++i) {
            ids.push_back(*m_engine->submit(spec(i % 3)));
        }
        for (const JobId id : ids) {
            QCOMPARE(m_engine->wait(id, 30s)->state, JobState::Done);
        }
        QVERIFY(!collided);
        QCOMPARE(runs.load(), 60);
    }

    void submit_queueFull_isRefused()
    {
        m_handler.onRun = untilStopped;
        m_options.workers = 1;
        m_options.maxQueued = 2;
        start();
        const JobId running = *m_engine->submit(spec(1));
        QTRY_COMPARE(m_engine->job(running)->state, JobState::Running);
        QVERIFY(m_engine->submit(spec(2)).ok());
        QVERIFY(m_engine->submit(spec(3)).ok());
        QCOMPARE(m_engine->submit(spec(4)).error().code, Code::ResourceExhausted);
        QVERIFY(m_engine->hasActive(JobKind::Backup, ShardId(3)));
        QVERIFY(!m_engine->hasActive(JobKind::Backup, ShardId(4)));
        QVERIFY(!m_engine->hasActive(JobKind::Verify, ShardId(3)));
    }

    void submit_kindWithoutHandler_isRefused()
    {
        start();
        QCOMPARE(m_engine->submit(spec(1, JobKind::Restore)).error().code, Code::Unimplemented);
    }

    void wait_stillRunning_isDeadlineExceeded()
    {
        m_handler.onRun = untilStopped;
        start();
        const JobId id = *m_engine->submit(spec(1));
        QCOMPARE(m_engine->wait(id, 1ms).error().code, Code::DeadlineExceeded);
    }

    void listener_ofAJob_hearsItsEndLastAndMayCallBack()
    {
        std::mutex mutex;
        std::vector<JobState> heard;
        m_listener = [&](const JobRecord& record) {
            QVERIFY(m_engine->job(record.id).ok());
            const std::lock_guard lock(mutex);
            heard.push_back(record.state);
        };
        start();
        QVERIFY(m_engine->wait(*m_engine->submit(spec(1)), 30s).ok());
        m_engine->stop(); // tells what is left
        QVERIFY(!heard.empty());
        QCOMPARE(heard.back(), JobState::Done);
        QVERIFY(std::is_sorted(heard.begin(), heard.end()));
    }

    void progress_whileRunning_showsRateAndHeartbeat()
    {
        std::binary_semaphore go(0);
        m_handler.onRun = [&](JobContext& context) -> Result<std::string> {
            go.acquire();
            context.addProgress(1'000'000, 10);
            m_clock.advance(1s);
            return untilStopped(context);
        };
        m_options.progressEvery = 1ms;
        start();
        const JobId id = *m_engine->submit(spec(1));
        QTRY_COMPARE(m_engine->job(id)->state, JobState::Running);
        const WallTime before = m_engine->job(id)->heartbeat;
        m_clock.advance(500ms);
        go.release();
        QTRY_VERIFY(m_engine->job(id)->bytesPerSecond > 100'000);
        QVERIFY(m_engine->job(id)->heartbeat > before);
        JobFilter active;
        active.activeOnly = true;
        QCOMPARE(m_engine->jobs(active)->front().bytesDone, std::uint64_t{1'000'000});
        // The persisted row follows.
        QTRY_COMPARE(m_store->get(id)->record.bytesDone, std::uint64_t{1'000'000});
    }

    void init()
    {
        m_folder = std::make_unique<test::TempDir>();
        auto database = metadata::Database::open(m_folder->path() / "metadata.db", m_log);
        QVERIFY(database.ok());
        m_database = std::move(database).value();
        m_store = std::make_unique<metadata::JobStore>(*m_database);
        m_handler.rolledBack = 0;
        m_handler.choice = Recovery::Resume;
        m_handler.onRun = m_handler.onResume = [](JobContext&) {
            return Result<std::string>(std::string("fine"));
        };
        m_options = {};
        m_listener = nullptr;
    }
    void cleanup()
    {
        m_engine.reset();
        m_store.reset();
        m_database.reset();
    }

private:
    /// A new engine on the same database: the next life of the agent.
    std::size_t start()
    {
        m_engine.reset();
        m_engine = std::make_unique<JobEngine>(*m_store, m_clock, m_log, m_options);
        m_engine->registerHandler(JobKind::Backup, m_handler);
        if (m_listener) {
            m_engine->addListener(m_listener);
        }
        const auto interrupted = m_engine->start();
        ISO_CHECK(interrupted.ok());
        return *interrupted;
    }

    test::TestLog m_log;
    test::FakeClock m_clock;
    std::unique_ptr<test::TempDir> m_folder;
    std::unique_ptr<metadata::Database> m_database;
    std::unique_ptr<metadata::JobStore> m_store;
    TestHandler m_handler;
    JobEngineOptions m_options;
    JobListener m_listener;
    std::unique_ptr<JobEngine> m_engine; ///< last: it uses the others
};

QTEST_GUILESS_MAIN(TstJobEngine)
#include "tst_job_engine.moc"
