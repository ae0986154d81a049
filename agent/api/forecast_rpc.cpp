// SPDX-License-Identifier: Apache-2.0
#include "agent/api/forecast_rpc.h"

#include "shared/proto/convert_forecast.h"

namespace isotherm::api
{
namespace
{

constexpr Permission kRead{"forecast.read", Role::Viewer};
constexpr Permission kExplain{"shards.explain", Role::Viewer};

} // namespace

ForecastRpc::Unary* ForecastRpc::ListForecasts(Context* context,
                                               const v1::ListForecastsRequest* request,
                                               v1::ListForecastsResponse* answer)
{
    return m_desk.read(context, kRead, [this, request, answer]() -> Status {
        ISO_ASSIGN(const auto series, m_service.forecasts(proto::fromProto(*request)));
        *answer = proto::toProto(series);
        return {};
    });
}

ForecastRpc::Unary* ForecastRpc::ListPastForecasts(Context* context,
                                                   const v1::ListPastForecastsRequest* request,
                                                   v1::ListForecastsResponse* answer)
{
    return m_desk.read(context, kRead, [this, request, answer]() -> Status {
        const PastForecastQuery query = proto::fromProto(*request);
        ISO_TRY(checkTimes(query.from, query.to));
        ISO_ASSIGN(const auto series, m_service.pastForecasts(query));
        *answer = proto::toProto(series);
        return {};
    });
}

ForecastRpc::Unary* ForecastRpc::ExplainShard(Context* context,
                                              const v1::ExplainShardRequest* request,
                                              v1::ShardExplanation* answer)
{
    return m_desk.read(context, kExplain, [this, request, answer]() -> Status {
        ISO_ASSIGN(const ShardExplanation explanation,
                   m_service.explain(ShardId(request->shard())));
        *answer = proto::toProto(explanation);
        return {};
    });
}

ForecastRpc::Unary*
ForecastRpc::GetForecastQuality(Context* context, const v1::GetForecastQualityRequest* /*request*/,
                                v1::GetForecastQualityResponse* answer)
{
    return m_desk.read(context, kRead, [this, answer]() -> Status {
        ISO_ASSIGN(const auto qualities, m_service.forecastQuality());
        *answer = proto::toProto(qualities);
        return {};
    });
}

} // namespace isotherm::api
