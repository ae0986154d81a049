// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/jobs/job_handler.h"
#include "agent/jobs/run_queue.h"
#include "agent/metadata/job_store.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/model/agent_service.h"
#include "shared/model/records.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace isotherm::jobs
{

struct JobSpec
{
    JobKind kind = JobKind::Backup;
    std::string title;
    std::vector<ShardId> shards; ///< no other job touches them while this one runs
    std::string requestedBy;
    std::string params; ///< for the handler (JSON)
    Turn turn = Turn::InOrder;
};

struct JobEngineOptions
{
    std::size_t workers = 2;
    std::map<JobKind, std::size_t> maxPerKind; ///< a kind not named here: up to `workers`
    std::size_t maxQueued = 20'000;
    /// How often an interrupted job is tried before it is rolled back and fails: it may be what
    /// kills the agent. Orderly shutdowns do not count.
    std::uint32_t maxAttempts = 5;
    std::chrono::milliseconds progressEvery{1'000};
    std::size_t keepFinished = 10'000;
};

/// Called from one thread of the engine, never concurrently; every job's latest state is told,
/// states in between may be left out. May call the engine back.
using JobListener = std::function<void(const JobRecord&)>;

/// Runs jobs that survive crashes: persisted state machines, see JOBS.md. Thread-safe.
///
/// Order: the oldest job that may run goes first, one with Turn::First before all others. A job may
/// run when no running job has one of its shards, no older waiting job has one either, and its kind
/// is below its limit.
class JobEngine
{
public:
    JobEngine(metadata::JobStore& store, Clock& clock, Log& log, JobEngineOptions options);
    /// Stops first.
    ~JobEngine();
    JobEngine(const JobEngine&) = delete;
    JobEngine& operator=(const JobEngine&) = delete;

    /// Before start(). The handler outlives the engine.
    void registerHandler(JobKind kind, JobHandler& handler);
    /// Before start().
    void addListener(JobListener listener);

    /// Takes up what the last process left (interrupted jobs first, resumed or rolled back as their
    /// handlers choose), then runs jobs. Returns how many had been interrupted.
    [[nodiscard]] Result<std::size_t> start();

    /// Stops running jobs so that the next start resumes them; returns when all have stopped. Jobs
    /// that wait stay queued.
    void stop();

    /// Durable once it returned. ResourceExhausted when too many wait; FailedPrecondition after
    /// stop(); Unimplemented for a kind without a handler.
    [[nodiscard]] Result<JobId> submit(const JobSpec& spec);

    /// Ends the job as Cancelled once its handler has cleaned up; returns at once. NotFound; or
    /// FailedPrecondition when it is finished already.
    [[nodiscard]] Status cancel(JobId id);

    /// With the progress of this moment. Newest first.
    [[nodiscard]] Result<std::vector<JobRecord>> jobs(const JobFilter& filter);
    [[nodiscard]] Result<JobRecord> job(JobId id);
    /// True if a job of this kind that has this shard waits or runs.
    [[nodiscard]] bool hasActive(JobKind kind, ShardId shard) const;
    /// Those that wait take the first turn, without a word to anybody.
    void hurry(JobKind kind, ShardId shard);
    /// Waits until the job is finished and returns it; DeadlineExceeded after `timeout`.
    [[nodiscard]] Result<JobRecord> wait(JobId id, std::chrono::milliseconds timeout);

private:
    class Core;
    std::unique_ptr<Core> m_core;
};

} // namespace isotherm::jobs
