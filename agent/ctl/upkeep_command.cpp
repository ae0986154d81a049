// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/commands.h"
#include "shared/base/time_text.h"

namespace isotherm::ctl
{
namespace
{

using Align = Column::Align;

Listing pruneTable(const PrunePlan& plan)
{
    Listing listing{"prune",
                    {{"decision", "DECISION"},
                     {"id", "BACKUP"},
                     {"shard", "SHARD", Align::Right},
                     {"keyspace", "KEYSPACE"},
                     {"backup_kind", "KIND"},
                     {"as_of", "SHOWS"},
                     {"reason", "WHY"}},
                    {}};
    for (const PruneEntry& entry : plan.entries) {
        listing.rows.push_back({std::string(entry.keep ? "keep" : "remove"), entry.backup.id,
                                entry.backup.shard.get(), entry.backup.keyspace,
                                std::string(backupKindName(entry.backup.kind)), entry.backup.asOf,
                                entry.reason});
    }
    return listing;
}

} // namespace

ExitCode pruneBackups(Session& session, const std::string& keyspace, DryRun dryRun, Follow follow)
{
    if (dryRun == DryRun::No) {
        const Result<JobId> job = session.agent.upkeep().runPrune({keyspace}, "");
        return job.ok() ? finishJobs(session, {job.value()}, follow)
                        : reportError(session.terminal, job.error());
    }
    const Result<PrunePlan> plan = session.agent.upkeep().planPrune({keyspace});
    if (!plan.ok()) {
        return reportError(session.terminal, plan.error());
    }
    const ExitCode shown = show(session, pruneTable(plan.value()));
    session.terminal.err << plan->removed << " of " << plan->removed + plan->kept
                         << " backups would be removed, which frees at most "
                         << formatBytes(plan->freed) << " once the grace is over\n"
                         << std::flush;
    return shown;
}

ExitCode runDrills(Session& session, const Selection& selection, Follow follow)
{
    DrillRequest request;
    request.keyspace = selection.keyspace;
    for (const std::uint64_t shard : selection.shards) {
        request.shards.emplace_back(shard);
    }
    const Result<std::vector<JobId>> jobs = session.agent.upkeep().runDrill(request, "");
    return jobs.ok() ? finishJobs(session, jobs.value(), follow)
                     : reportError(session.terminal, jobs.error());
}

ExitCode listDrills(Session& session, std::size_t limit)
{
    const Result<std::vector<DrillReceipt>> drills = session.agent.upkeep().drills(limit);
    if (!drills.ok()) {
        return reportError(session.terminal, drills.error());
    }
    Listing listing{"drills",
                    {{"job", "JOB", Align::Right},
                     {"finished", "FINISHED"},
                     {"shard", "SHARD", Align::Right},
                     {"keyspace", "KEYSPACE"},
                     {"backup", ""},
                     {"level", "PROVEN"},
                     {"passed", "PASSED"},
                     {"as_of", "AS OF"},
                     {"restore_seconds", "RESTORE TOOK", Align::Right},
                     {"rows", "ROWS", Align::Right},
                     {"bytes_read", "READ", Align::Right},
                     {"outcome", "OUTCOME"}},
                    {}};
    for (const DrillReceipt& drill : drills.value()) {
        listing.rows.push_back(
            {drill.job.get(), drill.finished, drill.shard.get(), drill.keyspace, drill.backup,
             std::string(verifyLevelName(drill.level)), std::string(drill.passed ? "yes" : "NO"),
             drill.asOf, std::chrono::duration_cast<std::chrono::milliseconds>(drill.restoreTook),
             drill.rows, drill.bytes, drill.outcome});
    }
    return show(session, listing);
}

} // namespace isotherm::ctl
