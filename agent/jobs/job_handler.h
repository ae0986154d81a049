// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/jobs/job_context.h"
#include "shared/base/result.h"

#include <string>

namespace isotherm::jobs
{

/// What becomes of a job that a crash or a shutdown interrupted.
enum class Recovery { Resume, RollBack };

/// What a kind of job does. One handler serves all jobs of its kind, from several threads at once.
/// JOBS.md says which call follows which crash.
class JobHandler
{
public:
    virtual ~JobHandler() = default;

    /// Does the job from its beginning; returns one line for people. Must return soon after
    /// context.stopToken() is stopped, with Code::Cancelled. May be called again, without a
    /// checkpoint, after a crash that came before the first one: leftovers of the first try must
    /// not hurt.
    [[nodiscard]] virtual Result<std::string> run(JobContext& context) = 0;

    /// Asked at start for a job that was interrupted after its first checkpoint.
    [[nodiscard]] virtual Recovery recovery(const JobContext& context) = 0;

    /// Goes on behind context.lastCheckpoint(): nothing before it may be done again.
    [[nodiscard]] virtual Result<std::string> resume(JobContext& context) = 0;

    /// Removes what the job left behind. Called after run or resume failed or was cancelled, and
    /// for an interrupted job that chose RollBack; again after a crash in the middle of it, so it
    /// must be idempotent. The stop token is not stopped by a cancellation here, only by shutdown.
    [[nodiscard]] virtual Status rollBack(JobContext& context) = 0;
};

} // namespace isotherm::jobs
