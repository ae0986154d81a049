// SPDX-License-Identifier: Apache-2.0
#include "shared/client/forecast_client.h"

#include "shared/client/unary_call.h"
#include "shared/proto/convert_forecast.h"

namespace isotherm::client
{

namespace v1 = isotherm::v1;

ForecastClient::ForecastClient(std::shared_ptr<const Connection> connection)
    : m_connection(std::move(connection)), m_stub(v1::Forecast::NewStub(m_connection->channel))
{
}

Result<std::vector<ForecastSeries>> ForecastClient::forecasts(const ForecastQuery& query)
{
    ISO_ASSIGN(const auto answer, unaryCall<v1::ListForecastsResponse>(
                                      *m_connection, *m_stub, &v1::Forecast::Stub::ListForecasts,
                                      proto::toProto(query)));
    return proto::fromProto(answer);
}

Result<std::vector<ForecastSeries>> ForecastClient::pastForecasts(const PastForecastQuery& query)
{
    ISO_ASSIGN(const auto answer,
               unaryCall<v1::ListForecastsResponse>(*m_connection, *m_stub,
                                                    &v1::Forecast::Stub::ListPastForecasts,
                                                    proto::toProto(query)));
    return proto::fromProto(answer);
}

Result<ShardExplanation> ForecastClient::explain(ShardId shard)
{
    v1::ExplainShardRequest request;
    request.set_shard(shard.get());
    ISO_ASSIGN(const auto answer,
               unaryCall<v1::ShardExplanation>(*m_connection, *m_stub,
                                               &v1::Forecast::Stub::ExplainShard, request));
    return proto::fromProto(answer);
}

Result<std::vector<ForecastQuality>> ForecastClient::forecastQuality()
{
    ISO_ASSIGN(const auto answer,
               unaryCall<v1::GetForecastQualityResponse>(*m_connection, *m_stub,
                                                         &v1::Forecast::Stub::GetForecastQuality,
                                                         v1::GetForecastQualityRequest()));
    return proto::fromProto(answer);
}

} // namespace isotherm::client
