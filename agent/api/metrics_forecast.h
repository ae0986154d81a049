// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/metrics_source.h"
#include "shared/model/forecast_service.h"

#include <cstddef>
#include <vector>

namespace isotherm::api
{

/// Adds the families that tell of forecasts: the hottest expected hour of each shard within 1 h and
/// within 24 h, as mean and 10 % and 90 % quantile (left out when there are more than `shardLimit`
/// shards), and the errors of past forecasts by keyspace and horizon.
void addForecasts(std::vector<MetricFamily>& families, ForecastService& service,
                  std::size_t shardLimit);

} // namespace isotherm::api
