// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/agent_core.h"

#include "agent/backup/verify_handler.h"
#include "agent/restore/restore_handler.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace isotherm::runtime
{

AgentCore::AgentCore(Parts parts, AgentFacts facts) : m_parts(parts), m_facts(std::move(facts)) {}

Result<ClusterStatus> AgentCore::status()
{
    ClusterStatus status;
    status.cluster = m_facts.cluster;
    status.environment = m_facts.environment;
    status.engine = m_facts.engine;
    status.agentVersion = m_facts.version;
    status.agentStarted = m_facts.started;
    status.now = m_parts.clock.wallNow();
    status.serverVersion = serverVersion();
    status.lastSample = m_parts.collector.lastSample();
    status.hotAbove = m_facts.hotAbove;
    status.warmAbove = m_facts.warmAbove;
    status.diagnostics = m_parts.health.all();
    status.databaseReachable =
        std::none_of(status.diagnostics.begin(), status.diagnostics.end(),
                     [](const Diagnostic& d) { return d.code == "database.unreachable"; });
    ISO_ASSIGN(const auto active, m_parts.jobs.jobs({/*activeOnly=*/true, /*limit=*/100'000}));
    status.jobsRunning = static_cast<std::uint32_t>(active.size());
    ISO_ASSIGN(const metadata::BackupTotals totals, m_parts.backups.totals());
    status.backups = totals.backups;
    status.repositoryBytes = totals.storedBytes;
    return countShards(std::move(status));
}

Result<ClusterStatus> AgentCore::countShards(ClusterStatus status)
{
    ISO_ASSIGN(const std::vector<ShardRecord> shards, m_parts.shards.list({}));
    for (const ShardRecord& shard : shards) {
        ++status.shards;
        status.shardsWithoutBackup += shard.lastBackup ? 0 : 1;
        const bool breached =
            shard.rpoObjective &&
            (!shard.lastBackup || status.now - *shard.lastBackup > *shard.rpoObjective);
        status.rpoBreached += breached ? 1 : 0;
    }
    return status;
}

std::string AgentCore::serverVersion()
{
    {
        const std::lock_guard lock(m_mutex);
        if (!m_serverVersion.empty()) {
            return m_serverVersion;
        }
    }
    const auto identity = m_parts.engine.identify();
    const std::lock_guard lock(m_mutex);
    if (identity.ok()) {
        m_serverVersion = identity->serverVersion;
    }
    return m_serverVersion;
}

Result<std::vector<KeyspaceRecord>> AgentCore::keyspaces()
{
    ISO_ASSIGN(const std::vector<metadata::StoredKeyspace> stored, m_parts.keyspaces.list());
    std::vector<KeyspaceRecord> records;
    records.reserve(stored.size());
    for (const metadata::StoredKeyspace& keyspace : stored) {
        records.push_back(keyspace.record);
    }
    return records;
}

Result<std::vector<ShardRecord>> AgentCore::shards(const ShardFilter& filter)
{
    ISO_ASSIGN(std::vector<ShardRecord> shards, m_parts.shards.list(filter));
    const backup::SchedulePolicy policy = m_parts.scheduler.policy();
    m_parts.temperatures.annotate(shards, [&policy](const ShardRecord& shard) {
        return backup::horizonOf(backup::intervalAt(shard.temperature, policy), shard.size).length;
    });
    return shards;
}

Result<HeatMatrix> AgentCore::heat(const HeatQuery& query)
{
    ISO_ASSIGN(const std::vector<ShardRecord> shards, m_parts.shards.list({query.keyspace}));
    return m_parts.heat.heat(query, shards, m_parts.clock.wallNow());
}

Result<std::vector<BackupRecord>> AgentCore::backups(const BackupFilter& filter)
{
    return m_parts.backups.list(filter);
}

Result<std::vector<ScheduleEntry>> AgentCore::schedule()
{
    return m_parts.scheduler.entries();
}

Result<std::vector<JobRecord>> AgentCore::jobs(const JobFilter& filter)
{
    return m_parts.jobs.jobs(filter);
}

Result<JobRecord> AgentCore::job(JobId id)
{
    return m_parts.jobs.job(id);
}

Result<RestorePlan> AgentCore::planRestore(const RestoreRequest& request)
{
    return m_parts.planner.plan(request);
}

Result<std::vector<RestorableRange>> AgentCore::restorableRanges(const ShardFilter& filter)
{
    return m_parts.planner.ranges(filter);
}

Result<std::vector<TransactionSummary>> AgentCore::transactions(const TransactionQuery& query)
{
    return m_parts.planner.transactions(query);
}

Result<RestoreReceipt> AgentCore::receipt(JobId job)
{
    ISO_ASSIGN(const JobRecord record, m_parts.jobs.job(job));
    if (!isFinished(record.state)) {
        return makeError(Code::FailedPrecondition,
                         "job " + std::to_string(job.get()) + " has not finished yet",
                         "isothermctl jobs wait " + std::to_string(job.get()));
    }
    return m_parts.restores.receipt(job);
}

Result<std::vector<ShardRecord>> AgentCore::choose(const std::string& keyspace,
                                                   const std::vector<ShardId>& shards)
{
    if (!keyspace.empty()) {
        ISO_TRY(m_parts.keyspaces.get(keyspace));
    }
    ISO_ASSIGN(const std::vector<ShardRecord> all, m_parts.shards.list({keyspace}));
    if (shards.empty()) {
        if (all.empty()) {
            return makeError(Code::NotFound, "there are no shards yet",
                             "adopt a keyspace: isothermctl keyspace adopt");
        }
        return all;
    }
    std::vector<ShardRecord> chosen;
    for (const ShardId wanted : shards) {
        const auto found = std::find_if(all.begin(), all.end(), [wanted](const ShardRecord& shard) {
            return shard.id == wanted;
        });
        if (found == all.end()) {
            return makeError(Code::NotFound,
                             "there is no active shard " + std::to_string(wanted.get()) +
                                 (keyspace.empty() ? "" : " in keyspace " + keyspace),
                             "isothermctl shards list names them");
        }
        chosen.push_back(*found);
    }
    return chosen;
}

Result<std::vector<JobId>> AgentCore::runBackup(const BackupRequest& request)
{
    ISO_ASSIGN(const std::vector<ShardRecord> shards, choose(request.keyspace, request.shards));
    ISO_ASSIGN(const auto newest, m_parts.backups.newestPerShard());
    std::vector<JobId> submitted;
    for (const ShardRecord& shard : shards) {
        if (m_parts.jobs.hasActive(JobKind::Backup, shard.id)) {
            continue; // one is under way already
        }
        jobs::JobSpec job;
        job.kind = JobKind::Backup;
        job.title = "back up " + shard.keyspace + " " + shard.rangeText;
        job.shards = {shard.id};
        job.requestedBy = request.caller.name;
        job.params = backup::backupParams(
            request.full ? BackupKind::Full : BackupKind::Incremental, backup::Reach::Now);
        job.turn = newest.contains(shard.id) ? jobs::Turn::InOrder : jobs::Turn::First;
        ISO_ASSIGN(const JobId id, m_parts.jobs.submit(job));
        submitted.push_back(id);
    }
    if (submitted.empty()) {
        return makeError(Code::FailedPrecondition, "these shards are being backed up already",
                         "isothermctl jobs list shows how far they are");
    }
    return submitted;
}

Result<JobId> AgentCore::verifyBackups(const VerifyRequest& request)
{
    if (request.level == VerifyLevel::None || request.level > VerifyLevel::Compared) {
        return makeError(Code::InvalidArgument,
                         "cannot verify to the level \"" +
                             std::string(verifyLevelName(request.level)) + "\"",
                         "use present, decodes, checksums, loaded or compared");
    }
    ISO_ASSIGN(const std::vector<ShardRecord> shards, choose(request.keyspace, request.shards));
    std::vector<ShardId> ids;
    ids.reserve(shards.size());
    for (const ShardRecord& shard : shards) {
        ids.push_back(shard.id);
    }
    jobs::JobSpec job;
    job.kind = JobKind::Verify;
    job.title = "verify backups of " + std::to_string(ids.size()) +
                (ids.size() == 1 ? " shard" : " shards");
    job.requestedBy = request.caller.name;
    job.params = backup::verifyParams(
        request.level, ids, request.again ? backup::ProofUse::ReadAll : backup::ProofUse::Remember);
    return m_parts.jobs.submit(job);
}

Result<JobId> AgentCore::runRestore(const RestoreRun& run)
{
    ISO_ASSIGN(const metadata::StoredPlan stored, m_parts.restores.plan(run.planId));
    const RestoreRequest& request = stored.plan.request;
    jobs::JobSpec job;
    job.kind = JobKind::Restore;
    job.title = "restore " + request.keyspace +
                (request.predicate.empty() ? "" : " where " + request.predicate);
    // No shards: a restore only reads backups, and must not wait behind one that is being made.
    job.requestedBy = run.caller.name;
    job.params = restore::restoreParams(run.planId);
    return m_parts.jobs.submit(job);
}

Status AgentCore::cancelJob(JobId id)
{
    return m_parts.jobs.cancel(id);
}

Result<KeyspaceRecord> AgentCore::adoptKeyspace(const AdoptRequest& request)
{
    if (request.name.empty() || request.tables.empty()) {
        return makeError(Code::InvalidArgument, "a keyspace needs a name and at least one table");
    }
    metadata::StoredKeyspace keyspace;
    keyspace.spec = {request.name, request.tables, request.keyColumns};
    keyspace.record.name = request.name;
    keyspace.record.rpo = request.rpo;
    return m_parts.topology.adopt(keyspace);
}

} // namespace isotherm::runtime
