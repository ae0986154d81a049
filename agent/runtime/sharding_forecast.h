// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/predict/forecast_board.h"
#include "agent/sharding/state.h"
#include "shared/base/clock.h"

#include <vector>

namespace isotherm::runtime
{

/// What the board says of a shard's coming 24 hours, hour by hour, in rows a second; empty when
/// there is no forecast, or it is too old to act on.
[[nodiscard]] std::vector<sharding::ForecastStep>
forecastStepsOf(const predict::ForecastBoard& board, ShardId shard, WallTime now);

} // namespace isotherm::runtime
