// SPDX-License-Identifier: Apache-2.0
#include "shared/client/agent_client.h"

#include "shared/client/audit_client.h"
#include "shared/client/changes_client.h"
#include "shared/client/connection.h"
#include "shared/client/forecast_client.h"
#include "shared/client/hotkeys_client.h"
#include "shared/client/private_key.h"
#include "shared/client/recovery_client.h"
#include "shared/client/unary_call.h"
#include "shared/client/upkeep_client.h"
#include "shared/proto/convert.h"

#include <algorithm>
#include <cstdlib>
#include <grpc/support/log.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

namespace isotherm::client
{
namespace
{

namespace v1 = isotherm::v1;
using proto::takeAll;
using proto::toProto;

/// Beyond the largest answer of an agent (a heat map of 10,000 rows and 1,024 columns).
constexpr int kLargestAnswer = 128 << 20;

/// gRPC writes its own lines on standard error, in no format of ours, for what we report as errors
/// anyway. Whoever sets GRPC_VERBOSITY wants them.
void quietGrpc()
{
    if (std::getenv("GRPC_VERBOSITY") == nullptr) {
        gpr_set_log_verbosity(static_cast<gpr_log_severity>(GPR_LOG_SEVERITY_ERROR + 1));
    }
}

std::shared_ptr<grpc::Channel> openChannel(const Profile& profile, const ClientOptions& options)
{
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = profile.caPem;
    tls.pem_cert_chain = profile.certificatePem;
    tls.pem_private_key = profile.privateKeyPem;
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(kLargestAnswer);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 10'000);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000);
    // On a stream we only listen to, two pings would be all that is allowed, and gRPC's own
    // measuring of the line uses them up: a host that froze later would never be noticed.
    arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    // Back-off is ours to do; the channel's own must never be the longer one.
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5'000);
    arguments.SetInt(
        GRPC_ARG_MAX_RECONNECT_BACKOFF_MS,
        static_cast<int>(std::clamp<std::int64_t>(options.firstRetry.count(), 100, 1'000)));
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    return grpc::CreateCustomChannel(profile.address, grpc::SslCredentials(tls), arguments);
}

class GrpcAgentClient final : public AgentClient
{
public:
    explicit GrpcAgentClient(std::shared_ptr<const Connection> connection)
        : m_connection(std::move(connection)), m_audit(m_connection), m_changes(m_connection),
          m_recovery(m_connection), m_hotKeys(m_connection), m_upkeep(m_connection),
          m_forecast(m_connection)
    {
    }

    std::unique_ptr<LiveSubscription> watch(const LiveRequest& request,
                                            LiveObserver observer) override
    {
        return startLiveStream(m_connection, request, std::move(observer));
    }

    Result<ClusterStatus> status() override
    {
        return record<v1::ClusterStatus>(&v1::Agent::Stub::GetStatus, v1::GetStatusRequest());
    }

    Result<std::vector<KeyspaceRecord>> keyspaces() override
    {
        ISO_ASSIGN(const auto answer,
                   call<v1::ListKeyspacesResponse>(&v1::Agent::Stub::ListKeyspaces,
                                                   v1::ListKeyspacesRequest()));
        return takeAll<KeyspaceRecord>(answer.keyspaces());
    }

    Result<std::vector<ShardRecord>> shards(const ShardFilter& filter) override
    {
        ISO_ASSIGN(const auto answer,
                   call<v1::ListShardsResponse>(&v1::Agent::Stub::ListShards, toProto(filter)));
        return takeAll<ShardRecord>(answer.shards());
    }

    Result<HeatMatrix> heat(const HeatQuery& query) override
    {
        ISO_ASSIGN(const auto answer,
                   call<v1::HeatMatrix>(&v1::Agent::Stub::GetHeat, toProto(query)));
        return proto::fromProto(answer);
    }

    Result<std::vector<BackupRecord>> backups(const BackupFilter& filter) override
    {
        ISO_ASSIGN(const auto answer,
                   call<v1::ListBackupsResponse>(&v1::Agent::Stub::ListBackups, toProto(filter)));
        return takeAll<BackupRecord>(answer.backups());
    }

    Result<std::vector<ScheduleEntry>> schedule() override
    {
        ISO_ASSIGN(const auto answer, call<v1::ListScheduleResponse>(&v1::Agent::Stub::ListSchedule,
                                                                     v1::ListScheduleRequest()));
        return takeAll<ScheduleEntry>(answer.entries());
    }

    Result<std::vector<JobRecord>> jobs(const JobFilter& filter) override
    {
        ISO_ASSIGN(const auto answer,
                   call<v1::ListJobsResponse>(&v1::Agent::Stub::ListJobs, toProto(filter)));
        return takeAll<JobRecord>(answer.jobs());
    }

    Result<JobRecord> job(JobId id) override
    {
        v1::GetJobRequest request;
        request.set_id(id.get());
        return record<v1::Job>(&v1::Agent::Stub::GetJob, request);
    }

    Result<RestorePlan> planRestore(const RestoreRequest& request) override
    {
        return record<v1::RestorePlan>(&v1::Agent::Stub::PlanRestore, toProto(request));
    }

    Result<RestoreReceipt> receipt(JobId job) override
    {
        v1::GetReceiptRequest request;
        request.set_job(job.get());
        return record<v1::RestoreReceipt>(&v1::Agent::Stub::GetReceipt, request);
    }

    Result<std::vector<RestorableRange>> restorableRanges(const ShardFilter& filter) override
    {
        v1::ListRestorableRangesRequest request;
        request.set_keyspace(filter.keyspace);
        request.set_include_retired(filter.includeRetired);
        ISO_ASSIGN(const auto answer, call<v1::ListRestorableRangesResponse>(
                                          &v1::Agent::Stub::ListRestorableRanges, request));
        return takeAll<RestorableRange>(answer.ranges());
    }

    Result<std::vector<TransactionSummary>> transactions(const TransactionQuery& query) override
    {
        ISO_ASSIGN(const auto answer, call<v1::ListTransactionsResponse>(
                                          &v1::Agent::Stub::ListTransactions, toProto(query)));
        return takeAll<TransactionSummary>(answer.transactions());
    }

    AuditService& auditTrail() override { return m_audit; }
    ChangesService& changes() override { return m_changes; }
    RecoveryService& recovery() override { return m_recovery; }
    HotKeysService& hotKeys() override { return m_hotKeys; }
    UpkeepService& upkeep() override { return m_upkeep; }
    ForecastService& forecast() override { return m_forecast; }

    Result<std::vector<JobId>> runBackup(const BackupRequest& request) override
    {
        ISO_ASSIGN(const auto answer,
                   call<v1::RunBackupResponse>(&v1::Agent::Stub::RunBackup, toProto(request)));
        std::vector<JobId> ids;
        for (const std::uint64_t id : answer.jobs()) {
            ids.emplace_back(id);
        }
        return ids;
    }

    Result<JobId> verifyBackups(const VerifyRequest& request) override
    {
        ISO_ASSIGN(const auto answer, call<v1::VerifyBackupsResponse>(
                                          &v1::Agent::Stub::VerifyBackups, toProto(request)));
        return JobId(answer.job());
    }

    Result<JobId> runRestore(const RestoreRun& run) override
    {
        v1::RunRestoreRequest request;
        request.set_plan_id(proto::validUtf8(run.planId));
        ISO_ASSIGN(const auto answer,
                   call<v1::RunRestoreResponse>(&v1::Agent::Stub::RunRestore, request));
        return JobId(answer.job());
    }

    Status cancelJob(JobId id) override
    {
        v1::CancelJobRequest request;
        request.set_id(id.get());
        ISO_TRY(call<v1::CancelJobResponse>(&v1::Agent::Stub::CancelJob, request));
        return {};
    }

    Result<KeyspaceRecord> adoptKeyspace(const AdoptRequest& request) override
    {
        return record<v1::Keyspace>(&v1::Agent::Stub::AdoptKeyspace, toProto(request));
    }

private:
    template <class Answer, class Method, class Request>
    Result<Answer> call(Method method, const Request& request) const
    {
        return unaryCall<Answer>(*m_connection, *m_connection->stub, method, request);
    }

    /// A call whose answer is one record.
    template <class Answer, class Method, class Request>
    auto record(Method method, const Request& request) const
        -> Result<decltype(proto::fromProto(std::declval<const Answer&>()))>
    {
        ISO_ASSIGN(const Answer answer, call<Answer>(method, request));
        return proto::fromProto(answer);
    }

    const std::shared_ptr<const Connection> m_connection;
    AuditClient m_audit;
    ChangesClient m_changes;
    RecoveryClient m_recovery;
    HotKeysClient m_hotKeys;
    UpkeepClient m_upkeep;
    ForecastClient m_forecast;
};

} // namespace

Result<std::unique_ptr<AgentClient>> connectAgent(const Profile& profile,
                                                  const ClientOptions& options)
{
    ISO_TRY(decryptPrivateKey(profile.privateKeyPem, ""));
    if (profile.address.empty() || profile.address.find(':') == std::string::npos) {
        return makeError(Code::InvalidArgument,
                         "the profile's address \"" + profile.address + "\" is not host:port",
                         "correct it, for example 127.0.0.1:7443");
    }
    quietGrpc();
    auto connection = std::make_shared<Connection>();
    connection->target = {profile.address, options.deadline};
    connection->options = options;
    connection->channel = openChannel(profile, options);
    connection->stub = v1::Agent::NewStub(connection->channel);
    return std::unique_ptr<AgentClient>(std::make_unique<GrpcAgentClient>(std::move(connection)));
}

} // namespace isotherm::client
