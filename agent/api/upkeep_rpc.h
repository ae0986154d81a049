// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/rpc_desk.h"
#include "shared/model/upkeep_service.h"

#include <isotherm/v1/upkeep.grpc.pb.h>

namespace isotherm::api
{

namespace v1 = ::isotherm::v1;

/// Upkeep over gRPC. Thread-safe; service and desk outlive it.
class UpkeepRpc final : public v1::Upkeep::CallbackService
{
public:
    UpkeepRpc(UpkeepService& service, RpcDesk& desk) : m_service(service), m_desk(desk) {}

    using Context = RpcDesk::Context;
    using Unary = RpcDesk::Unary;

    Unary* ListScheduleAhead(Context* context, const v1::ListScheduleAheadRequest* request,
                             v1::ListScheduleAheadResponse* answer) override;
    Unary* PlanPrune(Context* context, const v1::PruneRequest* request,
                     v1::PrunePlan* answer) override;
    Unary* ListDrills(Context* context, const v1::ListDrillsRequest* request,
                      v1::ListDrillsResponse* answer) override;
    Unary* RunPrune(Context* context, const v1::PruneRequest* request,
                    v1::RunPruneResponse* answer) override;
    Unary* RunDrill(Context* context, const v1::RunDrillRequest* request,
                    v1::RunDrillResponse* answer) override;

private:
    UpkeepService& m_service;
    RpcDesk& m_desk;
};

} // namespace isotherm::api
