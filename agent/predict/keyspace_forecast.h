// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/predict/mixer.h"
#include "shared/base/clock.h"
#include "shared/base/units.h"
#include "shared/model/forecast_records.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::predict
{

/// What is expected of one shard, in rows a second; NaN where nothing is known.
struct ShardForecast
{
    static constexpr std::size_t kHours = 24;

    std::array<float, kHours> mean{};
    std::array<float, kHours> low{};
    std::array<float, kHours> high{};
    std::array<float, kHours> decision{};  ///< to be compared with a threshold
    ExpertValues weights{};                ///< of the models, for the next hour
    ExpertValues losses{};                 ///< their mean squared errors; NaN: none yet
    std::array<bool, kExpertCount> left{}; ///< loses to seasonal naive
    std::vector<ForecastPoint> points;
};

/// Everything that a keyspace's forecaster has to say at a moment: a value, made once and shared.
struct KeyspaceForecast
{
    std::string keyspace;
    WallTime made{};  ///< from what was measured before this moment
    WallTime start{}; ///< of the first of the 24 hours; at most an hour before `made`
    std::optional<WallTime> learnedFrom;
    std::size_t series = 0;
    std::size_t drifting = 0;
    std::vector<HorizonQuality> horizons;
    std::map<ShardId, ShardForecast> shards;
};

} // namespace isotherm::predict
