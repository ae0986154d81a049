// SPDX-License-Identifier: Apache-2.0
// What is asked of the executor beyond splits and merges: of running changes, and of ordinary
// tables.
#include "agent/runtime/changes_core.h"
#include "agent/sharding/draft.h"

#include <utility>

namespace isotherm::runtime
{
namespace
{

/// The shards that people's cuts make, in place of the recommended ones.
Status cutByHand(KeyspacePlan& plan, const std::vector<std::string>& texts)
{
    std::vector<Key> cuts;
    for (const std::string& text : texts) {
        ISO_ASSIGN(Key cut, sharding::keyFromText(text, plan.keyTypes));
        if (!cuts.empty() && !(cut > cuts.back())) {
            return makeError(Code::InvalidArgument,
                             "cut " + text + " is not above the one before it");
        }
        cuts.push_back(std::move(cut));
    }
    plan.shards.clear();
    for (const KeyRange& range : reshard::targetsOf({}, cuts)) {
        PlannedShard shard;
        shard.range = range;
        shard.rangeText = formatRange(range, plan.keyTypes);
        plan.shards.push_back(std::move(shard));
    }
    plan.reasons = {"these cuts were asked for"};
    return {};
}

reshard::ReshardRequest requestOf(const AdoptTablesRequest& wanted, const KeyspacePlan& plan,
                                  std::chrono::milliseconds grace)
{
    reshard::ReshardRequest request;
    request.keyspace = wanted.keyspace;
    request.grace = grace;
    request.adoptTables = plan.tables;
    request.adoptKey = plan.keyColumns.front();
    request.adoptRpo = wanted.rpo;
    for (const PlannedShard& shard : plan.shards) {
        request.targets.push_back(shard.range);
    }
    return request;
}

} // namespace

Result<std::string> ChangesCore::steer(const ChangeSteering& steering)
{
    JobId job = steering.job;
    if (steering.change != ChangeId()) {
        ISO_ASSIGN(const ChangeRecord change, m_parts.book.get(steering.change));
        job = change.job;
    }
    if (job == JobId() || m_parts.control == nullptr) {
        return makeError(Code::FailedPrecondition, "it does not run",
                         "isothermctl change list says what became of it");
    }
    ISO_ASSIGN(const JobRecord record, m_parts.jobs.job(job));
    const std::string name = "job " + std::to_string(job.get());
    if (record.kind != JobKind::Reshard || isFinished(record.state)) {
        return makeError(Code::FailedPrecondition,
                         name + (isFinished(record.state) ? " has ended" : " changes no shards"),
                         "isothermctl change list says what became of it");
    }
    switch (steering.step) {
    case ChangeStep::Pause:
        ISO_TRY(m_parts.control->pause(job));
        return name + " is paused: it follows, but copies and switches nothing";
    case ChangeStep::Resume:
        ISO_TRY(m_parts.control->resume(job));
        return name + " goes on";
    case ChangeStep::Finish:
        ISO_TRY(m_parts.control->finish(job));
        return name + " ends its grace period as soon as the new shards are backed up";
    case ChangeStep::RollBack:
        ISO_TRY(m_parts.jobs.cancel(job));
        return name + " is being rolled back: what served before serves again";
    }
    return makeError(Code::InvalidArgument, "there is no such step of a change");
}

Result<TableAdoption> ChangesCore::adoptTables(const AdoptTablesRequest& request)
{
    if (request.keyspace.empty() || request.tables.empty()) {
        return makeError(Code::InvalidArgument, "a keyspace needs a name and at least one table");
    }
    if (!m_parts.dryRun) {
        return makeError(Code::Unimplemented, "this engine's tables stay as they are");
    }
    KeyspacePlanRequest survey;
    survey.tables = request.tables;
    if (!request.keyColumn.empty()) {
        survey.keyColumns = {request.keyColumn};
    }
    survey.shards = request.shards;
    TableAdoption adoption;
    ISO_ASSIGN(adoption.plan, planKeyspace(survey));
    if (adoption.plan.keyColumns.size() != 1) {
        return makeError(Code::InvalidArgument, "tables are divided by one column",
                         "name it: --key COLUMN");
    }
    if (!request.cuts.empty()) {
        ISO_TRY(cutByHand(adoption.plan, request.cuts));
    }
    const reshard::ReshardRequest wanted = requestOf(request, adoption.plan, m_parts.grace);
    ISO_ASSIGN(const engine::PreflightReport report, m_parts.dryRun(wanted));
    adoption.preflight = findingsOf(report);
    adoption.expectedPause = report.expectedPause;
    if (request.checkOnly) {
        return adoption;
    }
    ISO_TRY(report.verdict());
    jobs::JobSpec job;
    job.kind = JobKind::Reshard;
    job.title = "divide tables into keyspace " + request.keyspace;
    job.requestedBy = request.caller.name;
    job.params = reshard::toParams(wanted);
    ISO_ASSIGN(adoption.job, m_parts.jobs.submit(job));
    return adoption;
}

} // namespace isotherm::runtime
