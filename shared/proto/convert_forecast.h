// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/forecast_records.h"
#include "shared/proto/convert.h"

#include <isotherm/v1/forecast.pb.h>
#include <vector>

namespace isotherm::proto
{

[[nodiscard]] v1::ListForecastsRequest toProto(const ForecastQuery& query);
[[nodiscard]] ForecastQuery fromProto(const v1::ListForecastsRequest& message);
[[nodiscard]] v1::ListPastForecastsRequest toProto(const PastForecastQuery& query);
[[nodiscard]] PastForecastQuery fromProto(const v1::ListPastForecastsRequest& message);
[[nodiscard]] v1::ListForecastsResponse toProto(const std::vector<ForecastSeries>& series);
/// Internal when the sizes do not agree: the other side is broken.
[[nodiscard]] Result<std::vector<ForecastSeries>>
fromProto(const v1::ListForecastsResponse& message);
[[nodiscard]] v1::ShardExplanation toProto(const ShardExplanation& explanation);
[[nodiscard]] ShardExplanation fromProto(const v1::ShardExplanation& message);
[[nodiscard]] v1::GetForecastQualityResponse toProto(const std::vector<ForecastQuality>& qualities);
[[nodiscard]] std::vector<ForecastQuality> fromProto(const v1::GetForecastQualityResponse& message);

} // namespace isotherm::proto
