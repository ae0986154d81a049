// SPDX-License-Identifier: Apache-2.0
#include "agent/jobs/job_engine.h"

#include "agent/jobs/active_job.h"
#include "agent/jobs/job_notifier.h"
#include "agent/jobs/job_runner.h"
#include "agent/jobs/run_queue.h"
#include "shared/base/check.h"

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>
#include <utility>

namespace isotherm::jobs
{
namespace
{

using metadata::StoredJob;

/// Progress is told at every tick and written at every fifth: a write is a sync of the disk.
constexpr unsigned kTicksPerWrite = 5;

} // namespace

class JobEngine::Core
{
public:
    Core(metadata::JobStore& store, Clock& clock, Log& log, JobEngineOptions options)
        : m_store(store), m_clock(clock), m_log(log), m_options(std::move(options)),
          m_runner(clock, log, {.maxAttempts = m_options.maxAttempts},
                   [this](const ActiveJob& job) { m_notifier.changed(job.record()); }),
          m_queue(m_options.maxPerKind)
    {
    }

    Result<std::size_t> start();
    void stop();
    Result<JobId> submit(const JobSpec& spec);
    Status cancel(JobId id);
    Result<std::vector<JobRecord>> jobs(const JobFilter& filter);
    Result<JobRecord> job(JobId id);
    Result<JobRecord> wait(JobId id, std::chrono::milliseconds timeout);

    bool hasActive(JobKind kind, ShardId shard) const
    {
        const std::lock_guard lock(m_mutex);
        return m_queue.contains(kind, shard);
    }

    void hurry(JobKind kind, ShardId shard)
    {
        const std::lock_guard lock(m_mutex);
        m_queue.hurry(kind, shard);
    }

    std::map<JobKind, JobHandler*> handlers; ///< not changed after start
    JobNotifier& notifier() { return m_notifier; }

private:
    void work();
    void tickForEver();
    [[nodiscard]] std::vector<std::shared_ptr<ActiveJob>> running() const;
    [[nodiscard]] Status cancelWaiting(StoredJob job);

    metadata::JobStore& m_store;
    Clock& m_clock;
    Log& m_log;
    const JobEngineOptions m_options;
    JobNotifier m_notifier;
    JobRunner m_runner;
    mutable std::mutex m_mutex; ///< guards what follows
    std::condition_variable m_changed;
    RunQueue m_queue;
    std::unordered_map<JobId, std::shared_ptr<ActiveJob>> m_running;
    bool m_started = false;
    bool m_stopping = false;
    std::vector<std::thread> m_threads;
};

Result<std::size_t> JobEngine::Core::start()
{
    ISO_TRY(m_store.prune(m_options.keepFinished));
    ISO_ASSIGN(auto left, m_store.unfinished());
    const std::lock_guard lock(m_mutex);
    ISO_CHECK(!m_started && !m_stopping);
    m_started = true;
    std::size_t interrupted = 0;
    for (StoredJob& job : left) {
        if (!handlers.contains(job.record.kind)) {
            m_log.warning("job.no_handler", "left a job alone: this agent does not run its kind",
                          {{"job", static_cast<std::int64_t>(job.record.id.get())},
                           {"kind", std::string(jobKindName(job.record.kind))}});
            continue;
        }
        interrupted += job.record.state == JobState::Running ? 1 : 0;
        m_queue.add(std::move(job));
    }
    m_notifier.start();
    for (std::size_t i = 0; i < m_options.workers; ++i) {
        m_threads.emplace_back([this] { work(); });
    }
    m_threads.emplace_back([this] { tickForEver(); });
    return interrupted;
}

void JobEngine::Core::stop()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
        m_runner.stop();
        for (const auto& [id, job] : m_running) {
            job->shutDown();
        }
        m_changed.notify_all();
    }
    for (std::thread& thread : m_threads) {
        thread.join();
    }
    m_threads.clear();
    m_notifier.stop();
}

Result<JobId> JobEngine::Core::submit(const JobSpec& spec)
{
    if (!handlers.contains(spec.kind)) {
        return makeError(Code::Unimplemented, "this agent does not run jobs of kind " +
                                                  std::string(jobKindName(spec.kind)));
    }
    {
        const std::lock_guard lock(m_mutex);
        if (m_stopping) {
            return makeError(Code::FailedPrecondition, "the agent is shutting down");
        }
        if (m_queue.waiting() >= m_options.maxQueued) {
            return makeError(Code::ResourceExhausted, "too many jobs wait already",
                             "wait for some to finish, or cancel some");
        }
    }
    StoredJob job;
    job.record.kind = spec.kind;
    job.record.title = spec.title;
    job.record.shards = spec.shards;
    job.record.requestedBy = spec.requestedBy;
    job.record.created = job.record.heartbeat = m_clock.wallNow();
    job.params = spec.params;
    ISO_ASSIGN(job.record.id, m_store.insert(job));
    const JobId id = job.record.id;
    m_notifier.changed(job.record);
    const std::lock_guard lock(m_mutex);
    m_queue.add(std::move(job), spec.turn);
    m_changed.notify_all();
    return id;
}

Status JobEngine::Core::cancel(JobId id)
{
    std::shared_ptr<ActiveJob> active;
    std::optional<StoredJob> waiting;
    {
        const std::lock_guard lock(m_mutex);
        if (const auto job = m_running.find(id); job != m_running.end()) {
            active = job->second;
        } else {
            waiting = m_queue.remove(id);
        }
    }
    if (active != nullptr) {
        return active->cancel();
    }
    if (waiting) {
        return cancelWaiting(std::move(*waiting));
    }
    ISO_ASSIGN(StoredJob job, m_store.get(id));
    if (job.record.state == JobState::Queued) { // of a kind that this agent does not run
        return cancelWaiting(std::move(job));
    }
    return makeError(Code::FailedPrecondition, "job " + std::to_string(id.get()) + " is " +
                                                   std::string(jobStateName(job.record.state)) +
                                                   " already");
}

/// One that never ran has nothing to clean up. One that was interrupted goes back into the queue,
/// to be rolled back when its turn comes.
Status JobEngine::Core::cancelWaiting(StoredJob job)
{
    const StoredJob before = job;
    job.cancelRequested = true;
    if (job.record.state == JobState::Queued) {
        job.record.state = JobState::Cancelled;
        job.record.finished = m_clock.wallNow();
    }
    const Status status = m_store.update(job);
    if (status.ok()) {
        m_notifier.changed(job.record);
    }
    const std::lock_guard lock(m_mutex);
    if (!status.ok() || job.record.state == JobState::Running) {
        m_queue.add(status.ok() ? std::move(job) : before);
    }
    m_changed.notify_all();
    return status;
}

Result<std::vector<JobRecord>> JobEngine::Core::jobs(const JobFilter& filter)
{
    // Memory first: a job that ends in between is then finished in what the store says.
    std::unordered_map<JobId, JobRecord> live;
    for (const auto& job : running()) {
        live.emplace(job->id(), job->record());
    }
    ISO_ASSIGN(auto records, m_store.list(filter));
    for (JobRecord& record : records) {
        const auto job = live.find(record.id);
        if (job != live.end() && !isFinished(record.state)) {
            record = job->second;
        }
    }
    return records;
}

Result<JobRecord> JobEngine::Core::job(JobId id)
{
    {
        const std::lock_guard lock(m_mutex);
        if (const auto job = m_running.find(id); job != m_running.end()) {
            return job->second->record();
        }
    }
    ISO_ASSIGN(StoredJob stored, m_store.get(id));
    return std::move(stored.record);
}

Result<JobRecord> JobEngine::Core::wait(JobId id, std::chrono::milliseconds timeout)
{
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait_for(lock, timeout, [&] { return m_stopping || !m_queue.contains(id); });
    }
    ISO_ASSIGN(JobRecord record, job(id));
    if (!isFinished(record.state)) {
        return makeError(Code::DeadlineExceeded, "job " + std::to_string(id.get()) + " is still " +
                                                     std::string(jobStateName(record.state)));
    }
    return record;
}

std::vector<std::shared_ptr<ActiveJob>> JobEngine::Core::running() const
{
    const std::lock_guard lock(m_mutex);
    std::vector<std::shared_ptr<ActiveJob>> jobs;
    for (const auto& [id, job] : m_running) {
        jobs.push_back(job);
    }
    return jobs;
}

void JobEngine::Core::work()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        std::optional<StoredJob> next;
        m_changed.wait(lock, [&] { return m_stopping || (next = m_queue.takeNext()); });
        if (!next) {
            return;
        }
        const auto job = std::make_shared<ActiveJob>(std::move(*next), m_store, m_clock);
        m_running.emplace(job->id(), job);
        lock.unlock();
        m_runner.run(*job, *handlers.at(job->record().kind));
        lock.lock();
        m_running.erase(job->id());
        m_queue.finished(job->id());
        m_changed.notify_all();
    }
}

void JobEngine::Core::tickForEver()
{
    std::set<JobId> unwritten;
    for (unsigned tick = 0;; ++tick) {
        {
            std::unique_lock lock(m_mutex);
            if (m_changed.wait_for(lock, m_options.progressEvery, [this] { return m_stopping; })) {
                return;
            }
        }
        for (const auto& job : running()) {
            if (job->tick()) {
                m_notifier.changed(job->record());
                unwritten.insert(job->id());
            }
            if (tick % kTicksPerWrite == 0 && unwritten.erase(job->id()) > 0) {
                // Progress only: the next write of the job's state says it again.
                (void)job->persist();
            }
        }
        if (tick % kTicksPerWrite == 0) {
            unwritten.clear(); // what is left has finished meanwhile
        }
    }
}

JobEngine::JobEngine(metadata::JobStore& store, Clock& clock, Log& log, JobEngineOptions options)
    : m_core(std::make_unique<Core>(store, clock, log, std::move(options)))
{
}

JobEngine::~JobEngine()
{
    stop();
}

void JobEngine::registerHandler(JobKind kind, JobHandler& handler)
{
    m_core->handlers[kind] = &handler;
}

void JobEngine::addListener(JobListener listener)
{
    m_core->notifier().addListener(std::move(listener));
}

Result<std::size_t> JobEngine::start()
{
    return m_core->start();
}

void JobEngine::stop()
{
    m_core->stop();
}

Result<JobId> JobEngine::submit(const JobSpec& spec)
{
    return m_core->submit(spec);
}

Status JobEngine::cancel(JobId id)
{
    return m_core->cancel(id);
}

Result<std::vector<JobRecord>> JobEngine::jobs(const JobFilter& filter)
{
    return m_core->jobs(filter);
}

Result<JobRecord> JobEngine::job(JobId id)
{
    return m_core->job(id);
}

bool JobEngine::hasActive(JobKind kind, ShardId shard) const
{
    return m_core->hasActive(kind, shard);
}

void JobEngine::hurry(JobKind kind, ShardId shard)
{
    m_core->hurry(kind, shard);
}

Result<JobRecord> JobEngine::wait(JobId id, std::chrono::milliseconds timeout)
{
    return m_core->wait(id, timeout);
}

} // namespace isotherm::jobs
