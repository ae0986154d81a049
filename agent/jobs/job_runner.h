// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/jobs/active_job.h"
#include "agent/jobs/job_handler.h"
#include "shared/base/log.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

namespace isotherm::jobs
{

/// Takes one job from where its row says it is to its end: the state machine of JOBS.md.
/// Thread-safe.
class JobRunner
{
public:
    struct Options
    {
        std::uint32_t maxAttempts = 5;
    };
    /// Told after every change of state.
    using Changed = std::function<void(const ActiveJob&)>;

    JobRunner(const Clock& clock, Log& log, Options options, Changed changed);

    /// Returns when the job is finished, or given up for the next start because of stop().
    void run(ActiveJob& job, JobHandler& handler);

    /// The agent is shutting down: handlers' errors no longer end their jobs.
    void stop();

private:
    [[nodiscard]] bool begin(ActiveJob& job);
    void endForced(ActiveJob& job, JobHandler& handler, JobState end);
    [[nodiscard]] Result<std::string> work(ActiveJob& job, JobHandler& handler, bool interrupted);
    void settle(ActiveJob& job, JobHandler& handler, const Result<std::string>& result);
    void undo(ActiveJob& job, JobHandler& handler);
    void finish(ActiveJob& job, JobState state);
    void giveUpForNow(ActiveJob& job);
    /// Tries until it succeeds or the agent stops.
    bool changeDurably(ActiveJob& job, const std::function<void(metadata::StoredJob&)>& edit);

    const Clock& m_clock;
    Log& m_log;
    const Options m_options;
    const Changed m_changed;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::atomic<bool> m_stopping = false;
};

} // namespace isotherm::jobs
