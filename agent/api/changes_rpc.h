// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/rpc_desk.h"
#include "shared/model/changes_service.h"

#include <isotherm/v1/changes.grpc.pb.h>

namespace isotherm::api
{

namespace v1 = ::isotherm::v1;

/// Splits and merges over gRPC. Thread-safe; service and desk outlive it.
class ChangesRpc final : public v1::Changes::CallbackService
{
public:
    ChangesRpc(ChangesService& service, RpcDesk& desk) : m_service(service), m_desk(desk) {}

    using Context = RpcDesk::Context;
    using Unary = RpcDesk::Unary;

    Unary* ListChanges(Context* context, const v1::ListChangesRequest* request,
                       v1::ListChangesResponse* answer) override;
    Unary* GetChange(Context* context, const v1::GetChangeRequest* request,
                     v1::Change* answer) override;
    Unary* ListRefusals(Context* context, const v1::ListRefusalsRequest* request,
                        v1::ListRefusalsResponse* answer) override;
    Unary* PlanKeyspace(Context* context, const v1::PlanKeyspaceRequest* request,
                        v1::KeyspacePlan* answer) override;
    Unary* CheckChange(Context* context, const v1::ProposeChangeRequest* request,
                       v1::Change* answer) override;
    Unary* ProposeChange(Context* context, const v1::ProposeChangeRequest* request,
                         v1::Change* answer) override;
    Unary* ApproveChange(Context* context, const v1::DecideChangeRequest* request,
                         v1::Change* answer) override;
    Unary* RejectChange(Context* context, const v1::DecideChangeRequest* request,
                        v1::Change* answer) override;
    Unary* SteerChange(Context* context, const v1::SteerChangeRequest* request,
                       v1::SteerChangeResponse* answer) override;
    Unary* CheckAdoption(Context* context, const v1::AdoptTablesRequest* request,
                         v1::TableAdoption* answer) override;
    Unary* AdoptTables(Context* context, const v1::AdoptTablesRequest* request,
                       v1::TableAdoption* answer) override;

private:
    ChangesService& m_service;
    RpcDesk& m_desk;
};

} // namespace isotherm::api
