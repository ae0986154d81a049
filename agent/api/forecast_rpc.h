// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/rpc_desk.h"
#include "shared/model/forecast_service.h"

#include <isotherm/v1/forecast.grpc.pb.h>

namespace isotherm::api
{

namespace v1 = ::isotherm::v1;

/// Forecasts over gRPC. Thread-safe; service and desk outlive it.
class ForecastRpc final : public v1::Forecast::CallbackService
{
public:
    ForecastRpc(ForecastService& service, RpcDesk& desk) : m_service(service), m_desk(desk) {}

    using Context = RpcDesk::Context;
    using Unary = RpcDesk::Unary;

    Unary* ListForecasts(Context* context, const v1::ListForecastsRequest* request,
                         v1::ListForecastsResponse* answer) override;
    Unary* ListPastForecasts(Context* context, const v1::ListPastForecastsRequest* request,
                             v1::ListForecastsResponse* answer) override;
    Unary* ExplainShard(Context* context, const v1::ExplainShardRequest* request,
                        v1::ShardExplanation* answer) override;
    Unary* GetForecastQuality(Context* context, const v1::GetForecastQualityRequest* request,
                              v1::GetForecastQualityResponse* answer) override;

private:
    ForecastService& m_service;
    RpcDesk& m_desk;
};

} // namespace isotherm::api
