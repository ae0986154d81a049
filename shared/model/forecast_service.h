// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/model/forecast_records.h"

#include <string>
#include <vector>

namespace isotherm
{

/// What the agent expects to come. All calls: role viewer. Thread-safe.
class ForecastService
{
public:
    virtual ~ForecastService() = default;

    /// By keyspace and key order. Shards without a forecast are left out; NotFound for an unknown
    /// keyspace.
    [[nodiscard]] virtual Result<std::vector<ForecastSeries>>
    forecasts(const ForecastQuery& query) = 0;
    /// InvalidArgument for a lead that is not kept or an empty span.
    [[nodiscard]] virtual Result<std::vector<ForecastSeries>>
    pastForecasts(const PastForecastQuery& query) = 0;
    /// NotFound for a shard that is not there.
    [[nodiscard]] virtual Result<ShardExplanation> explain(ShardId shard) = 0;
    /// One a keyspace.
    [[nodiscard]] virtual Result<std::vector<ForecastQuality>> forecastQuality() = 0;
};

} // namespace isotherm
