// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/rpc_desk.h"
#include "shared/model/recovery_service.h"

#include <isotherm/v1/recovery.grpc.pb.h>

namespace isotherm::api
{

namespace v1 = ::isotherm::v1;

/// Recoveries over gRPC. Thread-safe; service and desk outlive it.
class RecoveryRpc final : public v1::Recovery::CallbackService
{
public:
    RecoveryRpc(RecoveryService& service, RpcDesk& desk) : m_service(service), m_desk(desk) {}

    using Context = RpcDesk::Context;
    using Unary = RpcDesk::Unary;

    Unary* ListCutTransactions(Context* context, const v1::ListCutTransactionsRequest* request,
                               v1::CutList* answer) override;
    Unary* GetDiff(Context* context, const v1::GetDiffRequest* request,
                   v1::RowDiff* answer) override;
    Unary* ListDiffs(Context* context, const v1::ListDiffsRequest* request,
                     v1::ListDiffsResponse* answer) override;
    Unary* ListDiffRows(Context* context, const v1::ListDiffRowsRequest* request,
                        v1::DiffPage* answer) override;
    Unary* GetRecoveryPlan(Context* context, const v1::GetRecoveryPlanRequest* request,
                           v1::RecoveryPlan* answer) override;
    Unary* GetRecoveryReceipt(Context* context, const v1::GetRecoveryReceiptRequest* request,
                              v1::RecoveryReceipt* answer) override;
    Unary* ListRecoveries(Context* context, const v1::ListRecoveriesRequest* request,
                          v1::ListRecoveriesResponse* answer) override;
    Unary* StartDiff(Context* context, const v1::StartDiffRequest* request,
                     v1::RecoveryJob* answer) override;
    Unary* PlanRecovery(Context* context, const v1::RecoveryRequest* request,
                        v1::RecoveryPlan* answer) override;
    Unary* RunRecovery(Context* context, const v1::RunRecoveryRequest* request,
                       v1::RecoveryJob* answer) override;

private:
    RecoveryService& m_service;
    RpcDesk& m_desk;
};

} // namespace isotherm::api
