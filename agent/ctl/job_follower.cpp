// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/job_follower.h"

#include <algorithm>
#include <map>

namespace isotherm::ctl
{
namespace
{

using std::chrono::milliseconds;

constexpr milliseconds kLook{500};
constexpr std::chrono::seconds kPatience{60};
constexpr std::chrono::seconds kLineEvery{5};

/// Writes progress: one line that is rewritten on a terminal, else a line when the phase changes or
/// some seconds have passed.
class ProgressWriter
{
public:
    explicit ProgressWriter(Session& session) : m_session(session) {}
    ~ProgressWriter() { clear(); }
    ProgressWriter(const ProgressWriter&) = delete;
    ProgressWriter& operator=(const ProgressWriter&) = delete;

    void show(const JobRecord& job)
    {
        const Instant now = m_session.clock.now();
        if (m_session.terminal.errIsTty) {
            clear();
            m_session.terminal.err << progressLine(job) << std::flush;
            m_dirty = true;
            return;
        }
        Shown& shown = m_shown[job.id];
        if (shown.phase != job.phase || shown.state != job.state || now - shown.at >= kLineEvery) {
            m_session.terminal.err << progressLine(job) << "\n" << std::flush;
            shown = {job.phase, job.state, now};
        }
    }

    void clear()
    {
        if (m_dirty) {
            m_session.terminal.err << "\r\x1b[K" << std::flush;
            m_dirty = false;
        }
    }

private:
    struct Shown
    {
        std::string phase;
        JobState state{};
        Instant at{};
    };

    Session& m_session;
    std::map<JobId, Shown> m_shown;
    bool m_dirty = false;
};

/// One look that puts up with an agent that is restarting.
Result<JobRecord> lookPatiently(Session& session, JobId id)
{
    const Instant began = session.clock.now();
    bool told = false;
    for (;;) {
        Result<JobRecord> job = session.agent.job(id);
        if (job.ok() || job.error().code != Code::Unavailable ||
            session.clock.now() - began >= kPatience) {
            return job;
        }
        if (!told) {
            session.terminal.err << job.error().message << "; waiting for it to come back\n"
                                 << std::flush;
            told = true;
        }
        session.pause(kLook);
    }
}

} // namespace

std::string progressLine(const JobRecord& job)
{
    std::string line = "job " + std::to_string(job.id.get()) + " · ";
    line += isFinished(job.state) || job.phase.empty() ? std::string(jobStateName(job.state))
                                                       : job.phase;
    if (job.bytesTotal > 0) {
        const std::uint64_t done = std::min(job.bytesDone, job.bytesTotal);
        const double part = static_cast<double>(done) / static_cast<double>(job.bytesTotal);
        line += " · " + std::to_string(static_cast<int>(part * 100.0)) + " % · " +
                formatBytes(ByteCount(job.bytesDone)) + " of " +
                formatBytes(ByteCount(job.bytesTotal));
    } else if (job.bytesDone > 0) {
        line += " · " + formatBytes(ByteCount(job.bytesDone));
    }
    if (!isFinished(job.state) && job.bytesPerSecond > 0) {
        line +=
            " · " + formatBytes(ByteCount(static_cast<std::uint64_t>(job.bytesPerSecond))) + "/s";
    }
    return line;
}

Result<std::vector<JobRecord>> followJobs(Session& session, const std::vector<JobId>& jobs)
{
    ProgressWriter writer(session);
    std::vector<JobRecord> ended;
    for (const JobId id : jobs) {
        for (;;) {
            ISO_ASSIGN(JobRecord job, lookPatiently(session, id));
            writer.show(job);
            if (isFinished(job.state)) {
                ended.push_back(std::move(job));
                break;
            }
            session.pause(kLook);
        }
    }
    return ended;
}

ExitCode reportOutcome(Session& session, const std::vector<JobRecord>& jobs)
{
    std::size_t done = 0;
    bool verificationFailed = false;
    for (const JobRecord& job : jobs) {
        if (job.state == JobState::Done) {
            ++done;
            continue;
        }
        verificationFailed =
            verificationFailed || (job.kind == JobKind::Verify && job.state == JobState::Failed);
        session.terminal.err << "isothermctl: job " << job.id.get() << " (" << job.title << ") is "
                             << jobStateName(job.state)
                             << (job.error.empty() ? "" : ": " + job.error) << "\n";
    }
    session.terminal.err.flush();
    if (done == jobs.size()) {
        return ExitCode::Done;
    }
    if (verificationFailed) {
        return ExitCode::VerificationFailed;
    }
    return done == 0 ? ExitCode::Failed : ExitCode::Partial;
}

Listing jobTable(const std::vector<JobRecord>& jobs)
{
    using Align = Column::Align;
    Listing listing{"jobs",
                    {{"id", "JOB", Align::Right},
                     {"job_kind", "KIND"},
                     {"state", "STATE"},
                     {"title", "WHAT"},
                     {"phase", "PHASE"},
                     {"bytes_done", "DONE", Align::Right},
                     {"bytes_total", "OF", Align::Right},
                     {"rows_done", ""},
                     {"created", ""},
                     {"started", "STARTED"},
                     {"finished", "FINISHED"},
                     {"requested_by", "BY"},
                     {"result", "RESULT"},
                     {"error", "ERROR"}},
                    {}};
    for (const JobRecord& job : jobs) {
        listing.rows.push_back({job.id.get(), std::string(jobKindName(job.kind)),
                                std::string(jobStateName(job.state)), job.title, job.phase,
                                ByteCount(job.bytesDone),
                                job.bytesTotal > 0 ? Value(ByteCount(job.bytesTotal)) : Value(),
                                job.rowsDone, job.created, orUnknown(job.started),
                                orUnknown(job.finished), job.requestedBy, job.result, job.error});
    }
    return listing;
}

} // namespace isotherm::ctl
