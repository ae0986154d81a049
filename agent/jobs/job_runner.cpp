// SPDX-License-Identifier: Apache-2.0
#include "agent/jobs/job_runner.h"

#include <chrono>
#include <exception>
#include <utility>

namespace isotherm::jobs
{
namespace
{

using metadata::StoredJob;

constexpr std::chrono::seconds kRetryPause{1};

/// A handler must not throw. If it does (out of memory, a library's bug), its job fails, not the
/// agent.
template <class Call>
auto guarded(Call call) -> decltype(call())
{
    try {
        return call();
    } catch (const std::exception& problem) {
        return makeError(Code::Internal, std::string("the job broke off: ") + problem.what());
    }
}

/// How an interrupted job must end without being tried again; nullopt: it may go on.
std::optional<JobState> forcedEnd(const StoredJob& job, std::uint32_t maxAttempts)
{
    if (job.endsAs) {
        return job.endsAs;
    }
    if (job.cancelRequested) {
        return JobState::Cancelled;
    }
    return job.attempts > maxAttempts ? std::optional(JobState::Failed) : std::nullopt;
}

} // namespace

JobRunner::JobRunner(const Clock& clock, Log& log, Options options, Changed changed)
    : m_clock(clock), m_log(log), m_options(options), m_changed(std::move(changed))
{
}

void JobRunner::run(ActiveJob& job, JobHandler& handler)
{
    const bool interrupted = job.record().state == JobState::Running;
    if (!begin(job)) {
        return;
    }
    if (const auto end = forcedEnd(job.stored(), m_options.maxAttempts)) {
        endForced(job, handler, *end);
    } else {
        settle(job, handler, work(job, handler, interrupted));
    }
}

bool JobRunner::begin(ActiveJob& job)
{
    const bool recorded = changeDurably(job, [this](StoredJob& edited) {
        const WallTime now = m_clock.wallNow();
        JobRecord& record = edited.record;
        record.state = JobState::Running;
        record.started = record.started.value_or(now);
        record.heartbeat = now;
        ++edited.attempts;
    });
    if (recorded) {
        m_changed(job);
    }
    return recorded;
}

void JobRunner::endForced(ActiveJob& job, JobHandler& handler, JobState end)
{
    const bool undoKills = job.stored().attempts > 2 * m_options.maxAttempts;
    const bool recorded = changeDurably(job, [&](StoredJob& edited) {
        if (!edited.endsAs && end == JobState::Failed) {
            edited.record.error = "was interrupted too often to be tried again; "
                                  "hint: look into the agent's log for why";
        }
        if (undoKills) {
            edited.record.error += "; its clean-up was given up too";
        }
        edited.endsAs = end;
    });
    if (recorded && undoKills) {
        finish(job, end);
    } else if (recorded) {
        undo(job, handler);
    }
}

void JobRunner::settle(ActiveJob& job, JobHandler& handler, const Result<std::string>& result)
{
    if (result.ok()) {
        if (changeDurably(job, [&](StoredJob& edited) { edited.record.result = *result; })) {
            finish(job, JobState::Done);
        }
        return;
    }
    if (m_stopping && !job.cancelled() && !job.stored().endsAs) {
        giveUpForNow(job);
        return;
    }
    const auto chooseEnd = [&](StoredJob& edited) {
        const JobState end = edited.cancelRequested ? JobState::Cancelled : JobState::Failed;
        edited.endsAs = edited.endsAs.value_or(end);
        if (*edited.endsAs == JobState::Failed) {
            edited.record.error = result.error().text();
        }
    };
    if (changeDurably(job, chooseEnd)) {
        undo(job, handler);
    }
}

void JobRunner::stop()
{
    m_stopping = true;
    const std::lock_guard lock(m_mutex);
    m_wake.notify_all();
}

Result<std::string> JobRunner::work(ActiveJob& job, JobHandler& handler, bool interrupted)
{
    if (!interrupted || !job.lastCheckpoint()) {
        return guarded([&]() -> Result<std::string> { return handler.run(job); });
    }
    if (handler.recovery(job) == Recovery::Resume) {
        return guarded([&]() -> Result<std::string> { return handler.resume(job); });
    }
    changeDurably(job, [](StoredJob& edited) {
        edited.endsAs = JobState::RolledBack;
        edited.record.error = "was interrupted and rolled back";
    });
    return makeError(Code::Aborted, "was interrupted and rolled back");
}

void JobRunner::undo(ActiveJob& job, JobHandler& handler)
{
    job.beginRollBack();
    m_changed(job);
    const Status status = guarded([&]() -> Status { return handler.rollBack(job); });
    if (!status.ok() && m_stopping) {
        giveUpForNow(job);
        return;
    }
    if (!status.ok()) {
        m_log.warning(
            "job.cleanup.failed", "a job could not clean up after itself",
            {{"job", static_cast<std::int64_t>(job.id().get())}, {"error", status.error().text()}});
        changeDurably(job, [&](StoredJob& edited) {
            std::string& error = edited.record.error;
            error += (error.empty() ? "" : "; ") + ("could not clean up: " + status.error().text());
        });
    }
    finish(job, job.stored().endsAs.value_or(JobState::Failed));
}

void JobRunner::finish(ActiveJob& job, JobState state)
{
    changeDurably(job, [&](StoredJob& edited) {
        edited.record.state = state;
        edited.record.finished = m_clock.wallNow();
        edited.record.heartbeat = *edited.record.finished;
        edited.record.bytesPerSecond = 0;
        edited.endsAs.reset();
    });
    if (state == JobState::Failed) {
        const JobRecord record = job.stored().record;
        m_log.warning("job.failed", record.title + ": " + record.error,
                      {{"job", static_cast<std::int64_t>(job.id().get())}});
    }
    m_changed(job);
}

void JobRunner::giveUpForNow(ActiveJob& job)
{
    // An orderly shutdown is no attempt that failed.
    changeDurably(job, [](StoredJob& edited) { --edited.attempts; });
}

bool JobRunner::changeDurably(ActiveJob& job, const std::function<void(StoredJob&)>& edit)
{
    Status status = job.change(edit);
    while (!status.ok()) {
        m_log.warning(
            "job.not_recorded", "cannot record the state of a job",
            {{"job", static_cast<std::int64_t>(job.id().get())}, {"error", status.error().text()}});
        std::unique_lock lock(m_mutex);
        if (m_wake.wait_for(lock, kRetryPause, [this] { return m_stopping.load(); })) {
            return false;
        }
        status = job.persist();
    }
    return true;
}

} // namespace isotherm::jobs
