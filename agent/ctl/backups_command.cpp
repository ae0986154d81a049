// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/commands.h"
#include "agent/ctl/job_follower.h"
#include "shared/base/time_text.h"

namespace isotherm::ctl
{
namespace
{

using Align = Column::Align;

Listing backupTable(const std::vector<BackupRecord>& backups)
{
    Listing listing{"backups",
                    {{"id", "BACKUP"},
                     {"shard", "SHARD", Align::Right},
                     {"keyspace", "KEYSPACE"},
                     {"backup_kind", "KIND"},
                     {"as_of", "SHOWS"},
                     {"started", ""},
                     {"finished", ""},
                     {"duration_seconds", "TOOK", Align::Right},
                     {"lsn", ""},
                     {"rows", "ROWS", Align::Right},
                     {"raw_bytes", "READ", Align::Right},
                     {"stored_bytes", "STORED", Align::Right},
                     {"tier", "TIER"},
                     {"verified", "VERIFIED"},
                     {"verified_at", ""}},
                    {}};
    for (const BackupRecord& backup : backups) {
        listing.rows.push_back(
            {backup.id, backup.shard.get(), backup.keyspace,
             std::string(backupKindName(backup.kind)), backup.asOf, backup.started, backup.finished,
             std::chrono::duration_cast<std::chrono::milliseconds>(backup.finished -
                                                                   backup.started),
             formatLsn(backup.lsn), backup.rows, backup.rawBytes, backup.storedBytes, backup.tier,
             std::string(verifyLevelName(backup.verified)), orUnknown(backup.verifiedAt)});
    }
    return listing;
}

Result<BackupFilter> toFilter(const BackupListArguments& arguments, WallTime now)
{
    BackupFilter filter;
    filter.keyspace = arguments.selection.keyspace;
    filter.shards = toShardIds(arguments.selection.shards);
    filter.limit = arguments.limit;
    if (!arguments.from.empty()) {
        ISO_ASSIGN(filter.from, parseInstant(arguments.from, now));
    }
    if (!arguments.to.empty()) {
        ISO_ASSIGN(filter.to, parseInstant(arguments.to, now));
    }
    return filter;
}

Result<VerifyLevel> parseLevel(const std::string& name)
{
    for (const VerifyLevel level :
         {VerifyLevel::Present, VerifyLevel::Decodes, VerifyLevel::Checksums, VerifyLevel::Loaded,
          VerifyLevel::Compared}) {
        if (verifyLevelName(level) == name) {
            return level;
        }
    }
    return makeError(Code::InvalidArgument, "there is no verification level \"" + name + "\"",
                     "one of present, decodes, checksums, loaded, compared");
}

} // namespace

ExitCode finishJobs(Session& session, const std::vector<JobId>& jobs, Follow follow)
{
    if (follow == Follow::Wait) {
        const Result<std::vector<JobRecord>> ended = followJobs(session, jobs);
        if (!ended.ok()) {
            return reportError(session.terminal, ended.error());
        }
        show(session, jobTable(ended.value()));
        return reportOutcome(session, ended.value());
    }
    constexpr std::size_t kNamed = 10; // more of them nobody types
    Listing listing{"jobs", {{"id", "JOB", Align::Right}}, {}};
    std::string command = "isothermctl jobs wait";
    for (const JobId job : jobs) {
        listing.rows.push_back({job.get()});
        command += " " + std::to_string(job.get());
    }
    show(session, listing);
    session.terminal.err << "running on the agent; to follow: "
                         << (jobs.size() <= kNamed ? command : "isothermctl jobs list") << "\n"
                         << std::flush;
    return ExitCode::Done;
}

ExitCode listBackups(Session& session, const BackupListArguments& arguments)
{
    const Result<BackupFilter> filter = toFilter(arguments, session.clock.wallNow());
    if (!filter.ok()) {
        return reportError(session.terminal, filter.error());
    }
    const Result<std::vector<BackupRecord>> backups = session.agent.backups(filter.value());
    if (!backups.ok()) {
        return reportError(session.terminal, backups.error());
    }
    return show(session, backupTable(backups.value()));
}

ExitCode runBackups(Session& session, const BackupRunArguments& arguments)
{
    const Result<std::vector<JobId>> jobs =
        session.agent.runBackup({.keyspace = arguments.selection.keyspace,
                                 .shards = toShardIds(arguments.selection.shards),
                                 .caller = {},
                                 .full = arguments.full});
    if (!jobs.ok()) {
        return reportError(session.terminal, jobs.error());
    }
    return finishJobs(session, jobs.value(), arguments.follow);
}

ExitCode verifyBackups(Session& session, const VerifyArguments& arguments)
{
    const Result<VerifyLevel> parsed = parseLevel(arguments.level);
    if (!parsed.ok()) {
        return reportError(session.terminal, parsed.error());
    }
    const Result<JobId> job =
        session.agent.verifyBackups({.keyspace = arguments.selection.keyspace,
                                     .shards = toShardIds(arguments.selection.shards),
                                     .level = parsed.value(),
                                     .caller = {},
                                     .again = arguments.again});
    if (!job.ok()) {
        return reportError(session.terminal, job.error());
    }
    return finishJobs(session, {job.value()}, arguments.follow);
}

} // namespace isotherm::ctl
