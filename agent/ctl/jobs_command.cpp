// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/commands.h"
#include "agent/ctl/job_follower.h"

#include <algorithm>
#include <map>

namespace isotherm::ctl
{
namespace
{

std::vector<JobId> toJobIds(const std::vector<std::uint64_t>& numbers)
{
    std::vector<JobId> ids;
    for (const std::uint64_t number : numbers) {
        ids.emplace_back(number);
    }
    return ids;
}

Result<std::vector<JobId>> activeJobs(Session& session)
{
    ISO_ASSIGN(const std::vector<JobRecord> jobs,
               session.agent.jobs({.activeOnly = true, .limit = 1'000}));
    std::vector<JobId> ids;
    for (const JobRecord& job : jobs) {
        ids.push_back(job.id);
    }
    std::sort(ids.begin(), ids.end());
    return ids;
}

/// A row when something that a person would notice has changed.
void showChange(Session& session, const JobRecord& job)
{
    const Listing listing = jobTable({job});
    if (session.format == Format::Table) {
        session.terminal.out << forPeople(Value(session.clock.wallNow())) << "  "
                             << progressLine(job) << "\n"
                             << std::flush;
    } else {
        session.terminal.out << renderJsonLine(listing, listing.rows.front()) << std::flush;
    }
}

} // namespace

ExitCode listJobs(Session& session, bool activeOnly, std::size_t limit)
{
    const Result<std::vector<JobRecord>> jobs =
        session.agent.jobs({.activeOnly = activeOnly, .limit = limit});
    if (!jobs.ok()) {
        return reportError(session.terminal, jobs.error());
    }
    return show(session, jobTable(jobs.value()));
}

ExitCode watchJobs(Session& session, const std::vector<std::uint64_t>& numbers)
{
    std::vector<JobId> ids = toJobIds(numbers);
    if (ids.empty()) {
        Result<std::vector<JobId>> active = activeJobs(session);
        if (!active.ok()) {
            return reportError(session.terminal, active.error());
        }
        ids = std::move(active).value();
    }
    std::map<JobId, JobRecord> seen;
    std::vector<JobRecord> ended;
    while (!ids.empty()) {
        for (const JobId id : std::vector(ids)) {
            const Result<JobRecord> job = session.agent.job(id);
            if (!job.ok()) {
                return reportError(session.terminal, job.error());
            }
            const auto known = seen.find(id);
            if (known == seen.end() || known->second.phase != job->phase ||
                known->second.state != job->state || known->second.bytesDone != job->bytesDone) {
                showChange(session, job.value());
            }
            seen[id] = job.value();
            if (isFinished(job->state)) {
                ended.push_back(job.value());
                std::erase(ids, id);
            }
        }
        if (!ids.empty()) {
            session.pause(std::chrono::milliseconds(500));
        }
    }
    return reportOutcome(session, ended);
}

ExitCode waitJobs(Session& session, const std::vector<std::uint64_t>& jobs)
{
    const Result<std::vector<JobRecord>> ended = followJobs(session, toJobIds(jobs));
    if (!ended.ok()) {
        return reportError(session.terminal, ended.error());
    }
    show(session, jobTable(ended.value()));
    return reportOutcome(session, ended.value());
}

ExitCode cancelJob(Session& session, std::uint64_t job)
{
    const Status cancelled = session.agent.cancelJob(JobId(job));
    if (!cancelled.ok()) {
        return reportError(session.terminal, cancelled.error());
    }
    session.terminal.err << "job " << job << " is asked to stop; it ends at its next safe point\n"
                         << std::flush;
    return ExitCode::Done;
}

} // namespace isotherm::ctl
