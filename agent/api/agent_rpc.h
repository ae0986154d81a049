// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/rpc_desk.h"
#include "shared/model/agent_service.h"

#include <isotherm/v1/agent.grpc.pb.h>

namespace isotherm::api
{

/// The methods of isotherm.v1.Agent. A reaction only enqueues; the worker admits the caller, calls
/// the service and answers. Thread-safe.
class AgentRpc final : public v1::Agent::CallbackService
{
public:
    struct Parts
    {
        AgentService& service;
        RpcDesk& desk;
    };

    explicit AgentRpc(Parts parts) : m_parts(parts) {}

    using Context = RpcDesk::Context;
    using Unary = RpcDesk::Unary;

    Unary* GetStatus(Context* context, const v1::GetStatusRequest* request,
                     v1::ClusterStatus* answer) override;
    Unary* ListKeyspaces(Context* context, const v1::ListKeyspacesRequest* request,
                         v1::ListKeyspacesResponse* answer) override;
    Unary* ListShards(Context* context, const v1::ListShardsRequest* request,
                      v1::ListShardsResponse* answer) override;
    Unary* GetHeat(Context* context, const v1::GetHeatRequest* request,
                   v1::HeatMatrix* answer) override;
    Unary* ListBackups(Context* context, const v1::ListBackupsRequest* request,
                       v1::ListBackupsResponse* answer) override;
    Unary* ListSchedule(Context* context, const v1::ListScheduleRequest* request,
                        v1::ListScheduleResponse* answer) override;
    Unary* ListJobs(Context* context, const v1::ListJobsRequest* request,
                    v1::ListJobsResponse* answer) override;
    Unary* GetJob(Context* context, const v1::GetJobRequest* request, v1::Job* answer) override;
    Unary* PlanRestore(Context* context, const v1::RestoreRequest* request,
                       v1::RestorePlan* answer) override;
    Unary* GetReceipt(Context* context, const v1::GetReceiptRequest* request,
                      v1::RestoreReceipt* answer) override;
    Unary* ListRestorableRanges(Context* context, const v1::ListRestorableRangesRequest* request,
                                v1::ListRestorableRangesResponse* answer) override;
    Unary* ListTransactions(Context* context, const v1::ListTransactionsRequest* request,
                            v1::ListTransactionsResponse* answer) override;
    Unary* RunBackup(Context* context, const v1::RunBackupRequest* request,
                     v1::RunBackupResponse* answer) override;
    Unary* VerifyBackups(Context* context, const v1::VerifyBackupsRequest* request,
                         v1::VerifyBackupsResponse* answer) override;
    Unary* RunRestore(Context* context, const v1::RunRestoreRequest* request,
                      v1::RunRestoreResponse* answer) override;
    Unary* CancelJob(Context* context, const v1::CancelJobRequest* request,
                     v1::CancelJobResponse* answer) override;
    Unary* AdoptKeyspace(Context* context, const v1::AdoptKeyspaceRequest* request,
                         v1::Keyspace* answer) override;
    grpc::ServerWriteReactor<v1::LiveUpdate>* Watch(Context* context,
                                                    const v1::WatchRequest* request) override;

private:
    const Parts m_parts;
};

} // namespace isotherm::api
