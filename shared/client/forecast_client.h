// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/client/connection.h"
#include "shared/model/forecast_service.h"

#include <isotherm/v1/forecast.grpc.pb.h>
#include <memory>

namespace isotherm::client
{

/// The agent's forecasts across the network. Thread-safe.
class ForecastClient final : public ForecastService
{
public:
    explicit ForecastClient(std::shared_ptr<const Connection> connection);

    [[nodiscard]] Result<std::vector<ForecastSeries>>
    forecasts(const ForecastQuery& query) override;
    [[nodiscard]] Result<std::vector<ForecastSeries>>
    pastForecasts(const PastForecastQuery& query) override;
    [[nodiscard]] Result<ShardExplanation> explain(ShardId shard) override;
    [[nodiscard]] Result<std::vector<ForecastQuality>> forecastQuality() override;

private:
    const std::shared_ptr<const Connection> m_connection;
    const std::unique_ptr<isotherm::v1::Forecast::Stub> m_stub;
};

} // namespace isotherm::client
