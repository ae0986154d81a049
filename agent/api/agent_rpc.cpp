// SPDX-License-Identifier: Apache-2.0
#include "agent/api/agent_rpc.h"

#include "agent/api/rpc_context.h"
#include "agent/api/watch_reactor.h"
#include "shared/proto/convert.h"

#include <algorithm>

namespace isotherm::api
{
namespace
{

// Reading needs a viewer.
constexpr Permission kStatus{"status.read", Role::Viewer};
constexpr Permission kKeyspaces{"keyspaces.read", Role::Viewer};
constexpr Permission kShards{"shards.read", Role::Viewer};
constexpr Permission kHeat{"heat.read", Role::Viewer};
constexpr Permission kBackups{"backups.read", Role::Viewer};
constexpr Permission kSchedule{"schedule.read", Role::Viewer};
constexpr Permission kJobs{"jobs.read", Role::Viewer};
constexpr Permission kPlanRestore{"restore.plan", Role::Viewer};
constexpr Permission kReceipt{"receipt.read", Role::Viewer};
constexpr Permission kRanges{"restore.ranges", Role::Viewer};
constexpr Permission kTransactions{"transactions.list", Role::Viewer};
constexpr Permission kWatch{"live.watch", Role::Viewer};
// Changing needs more, and leaves a trace.
constexpr Permission kRunBackup{"backup.run", Role::Operator};
constexpr Permission kVerifyBackups{"backup.verify", Role::Operator};
constexpr Permission kRunRestore{"restore.run", Role::Operator};
constexpr Permission kCancelJob{"job.cancel", Role::Operator};
constexpr Permission kAdoptKeyspace{"keyspace.adopt", Role::Admin};

constexpr std::size_t kMostColumns = 8'192;
constexpr std::size_t kMostHeatBytes = std::size_t{96} << 20U;

std::string describeShards(const std::string& keyspace, const std::vector<ShardId>& shards)
{
    std::string text = keyspace.empty() ? "all keyspaces" : "keyspace " + keyspace;
    if (!shards.empty()) {
        text += shards.size() == 1 ? " shard" : " shards";
        for (const ShardId shard : shards) {
            text += " " + std::to_string(shard.get());
        }
    }
    return text;
}

std::string describeJobs(const std::vector<JobId>& jobs)
{
    std::string text = jobs.size() == 1 ? "job" : "jobs";
    for (const JobId job : jobs) {
        text += " " + std::to_string(job.get());
    }
    return text;
}

} // namespace

AgentRpc::Unary* AgentRpc::GetStatus(Context* context, const v1::GetStatusRequest* /*request*/,
                                     v1::ClusterStatus* answer)
{
    return m_parts.desk.read(context, kStatus, [this, answer]() -> Status {
        ISO_ASSIGN(const ClusterStatus status, m_parts.service.status());
        *answer = proto::toProto(status);
        return {};
    });
}

AgentRpc::Unary* AgentRpc::ListKeyspaces(Context* context,
                                         const v1::ListKeyspacesRequest* /*request*/,
                                         v1::ListKeyspacesResponse* answer)
{
    return m_parts.desk.read(context, kKeyspaces, [this, answer]() -> Status {
        ISO_ASSIGN(const std::vector<KeyspaceRecord> records, m_parts.service.keyspaces());
        proto::addAll(answer->mutable_keyspaces(), records);
        return {};
    });
}

AgentRpc::Unary* AgentRpc::ListShards(Context* context, const v1::ListShardsRequest* request,
                                      v1::ListShardsResponse* answer)
{
    return m_parts.desk.read(context, kShards, [this, request, answer]() -> Status {
        ISO_ASSIGN(const std::vector<ShardRecord> records,
                   m_parts.service.shards(proto::fromProto(*request)));
        proto::addAll(answer->mutable_shards(), records);
        return {};
    });
}

AgentRpc::Unary* AgentRpc::GetHeat(Context* context, const v1::GetHeatRequest* request,
                                   v1::HeatMatrix* answer)
{
    return m_parts.desk.read(context, kHeat, [this, request, answer]() -> Status {
        HeatQuery query = proto::fromProto(*request);
        ISO_TRY(checkTimes(query.from, query.to));
        query.columnLimit = std::min(query.columnLimit, kMostColumns);
        ISO_ASSIGN(const HeatMatrix matrix, m_parts.service.heat(query));
        if ((matrix.mean.size() + matrix.max.size()) * sizeof(float) > kMostHeatBytes) {
            return makeError(
                Code::ResourceExhausted,
                "the heat map asked for is too large: " + std::to_string(matrix.rows.size()) +
                    " rows, " + std::to_string(matrix.columns) + " columns",
                "ask for fewer columns, one keyspace, or some shards");
        }
        *answer = proto::toProto(matrix);
        return {};
    });
}

AgentRpc::Unary* AgentRpc::ListBackups(Context* context, const v1::ListBackupsRequest* request,
                                       v1::ListBackupsResponse* answer)
{
    return m_parts.desk.read(context, kBackups, [this, request, answer]() -> Status {
        BackupFilter filter = proto::fromProto(*request);
        ISO_TRY(checkTimes(filter.from.value_or(WallTime{}), filter.to.value_or(WallTime{})));
        filter.limit = std::min(filter.limit, kMostRecords);
        ISO_ASSIGN(const std::vector<BackupRecord> records, m_parts.service.backups(filter));
        proto::addAll(answer->mutable_backups(), records);
        return {};
    });
}

AgentRpc::Unary* AgentRpc::ListSchedule(Context* context,
                                        const v1::ListScheduleRequest* /*request*/,
                                        v1::ListScheduleResponse* answer)
{
    return m_parts.desk.read(context, kSchedule, [this, answer]() -> Status {
        ISO_ASSIGN(const std::vector<ScheduleEntry> entries, m_parts.service.schedule());
        proto::addAll(answer->mutable_entries(), entries);
        return {};
    });
}

AgentRpc::Unary* AgentRpc::ListJobs(Context* context, const v1::ListJobsRequest* request,
                                    v1::ListJobsResponse* answer)
{
    return m_parts.desk.read(context, kJobs, [this, request, answer]() -> Status {
        JobFilter filter = proto::fromProto(*request);
        filter.limit = std::min(filter.limit, kMostRecords);
        ISO_ASSIGN(const std::vector<JobRecord> records, m_parts.service.jobs(filter));
        proto::addAll(answer->mutable_jobs(), records);
        return {};
    });
}

AgentRpc::Unary* AgentRpc::GetJob(Context* context, const v1::GetJobRequest* request,
                                  v1::Job* answer)
{
    return m_parts.desk.read(context, kJobs, [this, request, answer]() -> Status {
        ISO_ASSIGN(const JobRecord record, m_parts.service.job(JobId(request->id())));
        *answer = proto::toProto(record);
        return {};
    });
}

AgentRpc::Unary* AgentRpc::PlanRestore(Context* context, const v1::RestoreRequest* request,
                                       v1::RestorePlan* answer)
{
    return m_parts.desk.read(context, kPlanRestore, [this, request, answer]() -> Status {
        const RestoreRequest wanted = proto::fromProto(*request);
        ISO_TRY(checkTimes(wanted.at.value_or(WallTime{}), WallTime{}));
        ISO_ASSIGN(const RestorePlan plan, m_parts.service.planRestore(wanted));
        *answer = proto::toProto(plan);
        return {};
    });
}

AgentRpc::Unary* AgentRpc::GetReceipt(Context* context, const v1::GetReceiptRequest* request,
                                      v1::RestoreReceipt* answer)
{
    return m_parts.desk.read(context, kReceipt, [this, request, answer]() -> Status {
        ISO_ASSIGN(const RestoreReceipt receipt, m_parts.service.receipt(JobId(request->job())));
        *answer = proto::toProto(receipt);
        return {};
    });
}

AgentRpc::Unary* AgentRpc::ListRestorableRanges(Context* context,
                                                const v1::ListRestorableRangesRequest* request,
                                                v1::ListRestorableRangesResponse* answer)
{
    return m_parts.desk.read(context, kRanges, [this, request, answer]() -> Status {
        ISO_ASSIGN(
            const std::vector<RestorableRange> ranges,
            m_parts.service.restorableRanges({request->keyspace(), request->include_retired()}));
        proto::addAll(answer->mutable_ranges(), ranges);
        return {};
    });
}

AgentRpc::Unary* AgentRpc::ListTransactions(Context* context,
                                            const v1::ListTransactionsRequest* request,
                                            v1::ListTransactionsResponse* answer)
{
    return m_parts.desk.read(context, kTransactions, [this, request, answer]() -> Status {
        TransactionQuery query = proto::fromProto(*request);
        query.limit = std::min(query.limit, kMostRecords);
        ISO_ASSIGN(const std::vector<TransactionSummary> transactions,
                   m_parts.service.transactions(query));
        proto::addAll(answer->mutable_transactions(), transactions);
        return {};
    });
}

AgentRpc::Unary* AgentRpc::RunBackup(Context* context, const v1::RunBackupRequest* request,
                                     v1::RunBackupResponse* answer)
{
    BackupRequest wanted = proto::fromProto(*request);
    return m_parts.desk.change(
        context, kRunBackup, describeShards(wanted.keyspace, wanted.shards),
        [this, wanted, answer](const Visitor& visitor) -> Result<std::string> {
            BackupRequest named = wanted;
            named.caller.name = visitor.name;
            ISO_ASSIGN(const std::vector<JobId> jobs, m_parts.service.runBackup(named));
            for (const JobId job : jobs) {
                answer->add_jobs(job.get());
            }
            return describeJobs(jobs);
        });
}

AgentRpc::Unary* AgentRpc::VerifyBackups(Context* context, const v1::VerifyBackupsRequest* request,
                                         v1::VerifyBackupsResponse* answer)
{
    VerifyRequest wanted = proto::fromProto(*request);
    return m_parts.desk.change(
        context, kVerifyBackups,
        describeShards(wanted.keyspace, wanted.shards) + ", level " +
            std::string(verifyLevelName(wanted.level)),
        [this, wanted, answer](const Visitor& visitor) -> Result<std::string> {
            VerifyRequest named = wanted;
            named.caller.name = visitor.name;
            ISO_ASSIGN(const JobId job, m_parts.service.verifyBackups(named));
            answer->set_job(job.get());
            return describeJobs({job});
        });
}

AgentRpc::Unary* AgentRpc::RunRestore(Context* context, const v1::RunRestoreRequest* request,
                                      v1::RunRestoreResponse* answer)
{
    return m_parts.desk.change(
        context, kRunRestore, "plan " + request->plan_id(),
        [this, request, answer](const Visitor& visitor) -> Result<std::string> {
            ISO_ASSIGN(const JobId job, m_parts.service.runRestore({.planId = request->plan_id(),
                                                                    .caller = {visitor.name}}));
            answer->set_job(job.get());
            return describeJobs({job});
        });
}

AgentRpc::Unary* AgentRpc::CancelJob(Context* context, const v1::CancelJobRequest* request,
                                     v1::CancelJobResponse* /*answer*/)
{
    return m_parts.desk.change(context, kCancelJob, "job " + std::to_string(request->id()),
                               [this, request](const Visitor&) -> Result<std::string> {
                                   ISO_TRY(m_parts.service.cancelJob(JobId(request->id())));
                                   return std::string();
                               });
}

AgentRpc::Unary* AgentRpc::AdoptKeyspace(Context* context, const v1::AdoptKeyspaceRequest* request,
                                         v1::Keyspace* answer)
{
    return m_parts.desk.change(
        context, kAdoptKeyspace, "keyspace " + request->name(),
        [this, request, answer](const Visitor& visitor) -> Result<std::string> {
            AdoptRequest wanted = proto::fromProto(*request);
            wanted.caller.name = visitor.name;
            ISO_ASSIGN(const KeyspaceRecord record, m_parts.service.adoptKeyspace(wanted));
            *answer = proto::toProto(record);
            return std::to_string(record.shardCount) + " shards";
        });
}

grpc::ServerWriteReactor<v1::LiveUpdate>* AgentRpc::Watch(Context* context,
                                                          const v1::WatchRequest* request)
{
    auto* reactor = new WatchReactor(*context); // deletes itself when gRPC is done with it
    const v1::WatchRequest wanted = *request;
    const auto open = [this, context, wanted]() -> Result<std::shared_ptr<LiveOutbox>> {
        ISO_ASSIGN(const Visitor visitor,
                   m_parts.desk.gatekeeper().admit(evidenceOf(*context), kWatch));
        LiveFollower follower;
        follower.heat = followOf(wanted);
        follower.wantSecondSampling = wanted.want_second_sampling();
        follower.stillAllowed = [this, visitor] {
            return m_parts.desk.gatekeeper().recheck(visitor, kWatch);
        };
        return m_parts.desk.hub().follow(std::move(follower));
    };
    if (!m_parts.desk.workers().submit([reactor, open] { reactor->start(open()); })) {
        reactor->start(makeError(Code::ResourceExhausted, "the agent has too many calls waiting",
                                 "try again in a moment"));
    }
    return reactor;
}

} // namespace isotherm::api
