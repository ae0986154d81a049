// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/upkeep_core.h"

namespace isotherm::runtime
{

Status UpkeepCore::checkKeyspace(const std::string& keyspace)
{
    if (!keyspace.empty()) {
        ISO_TRY(m_parts.keyspaces.get(keyspace));
    }
    return {};
}

Result<std::vector<ScheduleEntry>> UpkeepCore::scheduleAhead(const RotationQuery& query)
{
    ISO_TRY(checkKeyspace(query.keyspace));
    return m_parts.scheduler.entriesAhead(
        {query.until, query.keyspace, query.fullsOnly, query.limit});
}

Result<PrunePlan> UpkeepCore::planPrune(const PruneRequest& request)
{
    ISO_TRY(checkKeyspace(request.keyspace));
    return m_parts.upkeep.upkeep().plan(request.keyspace);
}

Result<std::vector<DrillReceipt>> UpkeepCore::drills(std::size_t limit)
{
    return m_parts.upkeep.drills().list(limit);
}

Result<JobId> UpkeepCore::runPrune(const PruneRequest& request, const std::string& caller)
{
    ISO_TRY(checkKeyspace(request.keyspace));
    jobs::JobSpec job;
    job.kind = JobKind::Upkeep;
    job.title = request.keyspace.empty() ? "apply retention and collect garbage"
                                         : "apply retention to " + request.keyspace;
    job.requestedBy = caller;
    job.params = backup::upkeepParams(request.keyspace);
    return m_parts.jobs.submit(job);
}

Result<std::vector<ShardId>> UpkeepCore::chooseForDrill(const DrillRequest& request)
{
    ISO_TRY(checkKeyspace(request.keyspace));
    if (!request.shards.empty()) {
        return request.shards;
    }
    std::vector<ShardId> chosen;
    for (const auto& keyspace : m_parts.topology.keyspaces()) {
        if (request.keyspace.empty() || keyspace->stored.record.name == request.keyspace) {
            ISO_ASSIGN(const auto next, m_parts.upkeep.drillChores().nextShard(*keyspace));
            if (next) {
                chosen.push_back(*next);
            }
        }
    }
    if (chosen.empty()) {
        return makeError(Code::FailedPrecondition, "no shard has a backup that could be restored",
                         "isothermctl backups run makes some");
    }
    return chosen;
}

Result<std::vector<JobId>> UpkeepCore::runDrill(const DrillRequest& request,
                                                const std::string& caller)
{
    ISO_ASSIGN(const std::vector<ShardId> shards, chooseForDrill(request));
    std::vector<jobs::JobSpec> specs;
    for (const ShardId shard : shards) {
        ISO_ASSIGN(const topology::ShardPlace place, m_parts.topology.find(shard));
        if (!request.keyspace.empty() && place.record().keyspace != request.keyspace) {
            return makeError(Code::NotFound,
                             "shard " + std::to_string(shard.get()) + " is not of keyspace " +
                                 request.keyspace,
                             "isothermctl shards list names them");
        }
        specs.push_back(drill::DrillChores::jobFor(place.record(), caller));
    }
    std::vector<JobId> jobs;
    for (const jobs::JobSpec& spec : specs) {
        ISO_ASSIGN(const JobId id, m_parts.jobs.submit(spec));
        jobs.push_back(id);
    }
    return jobs;
}

} // namespace isotherm::runtime
