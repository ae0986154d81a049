// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/units.h"
#include "shared/model/records.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What is expected to come, and how good that turned out to be. Rates are rows a second, read and
/// written: what temperature is made of. A value that is not known is NaN.
namespace isotherm
{

/// Expected rates of one shard over consecutive stretches of time.
struct ForecastSeries
{
    ShardId shard;
    std::string keyspace;
    std::string rangeText;
    WallTime made{};  ///< from what was measured before this moment; the newest, if there are many
    WallTime start{}; ///< of the first stretch
    std::chrono::milliseconds step{0};
    double reference = 0; ///< rows a second that are temperature 1; 0: not known
    std::vector<float> mean;
    std::vector<float> low;  ///< one in ten is lower
    std::vector<float> high; ///< one in ten is higher
};

/// What is expected of which shards: the next 24 hours, hour by hour.
struct ForecastQuery
{
    std::string keyspace;        ///< empty: all
    std::vector<ShardId> shards; ///< empty: all
};

/// Forecasts as they were made: for each hour of [from, to) the one made `lead` before it began.
struct PastForecastQuery
{
    std::vector<ShardId> shards; ///< empty: all
    WallTime from{};
    WallTime to{};
    std::chrono::milliseconds lead = std::chrono::hours(1); ///< 1 h, 6 h or 24 h are kept
};

/// The rate of one step, so far ahead.
struct ForecastPoint
{
    std::chrono::milliseconds lead{0}; ///< from now to the end of the step
    double mean = 0;
    double low = 0;
    double high = 0;

    friend bool operator==(const ForecastPoint&, const ForecastPoint&) = default;
};

/// One of the methods whose forecasts are combined.
struct ModelShare
{
    std::string model; ///< "holt-winters"
    double weight = 0; ///< all of them add up to 1
    double error = 0;  ///< root mean square on the log scale: 0.1 is about 10 %; NaN: not known yet
    bool left =
        false; ///< it loses to seasonal naive, and is left out of the mean until it does not

    friend bool operator==(const ModelShare&, const ModelShare&) = default;
};

/// Why a shard's temperature is what it is, and what comes of it.
struct ShardExplanation
{
    ShardId shard;
    std::string keyspace;
    std::string rangeText;
    std::optional<double> rowsPerSecond; ///< now
    std::optional<double> temperature;   ///< now
    std::optional<double> reference;     ///< rows a second that are temperature 1
    std::string referenceWhy;
    std::chrono::milliseconds horizon{0};
    std::string horizonWhy;
    std::optional<double>
        decisionRate; ///< of the horizon's peak: what the temperature is made from
    std::optional<double> predictedTemperature;
    std::string forecastState; ///< "live", or why there is none; never empty
    std::optional<WallTime> forecastMade;
    bool acted = true; ///< the schedule follows the forecast; false: forecast only
    std::vector<ForecastPoint> points;
    std::vector<ModelShare> models;   ///< for the next hour
    std::optional<WallTime> crossing; ///< when the forecast next crosses into a hotter class
    std::string crossingWhat;         ///< "hot (0.93 > 0.80)"
    std::optional<ScheduleEntry> next;
};

/// How good the forecasts so far ahead were, over all shards, discounted with 10 days.
struct HorizonQuality
{
    std::chrono::milliseconds lead{0};
    double error = 0;      ///< root mean square on the log scale; NaN: not known yet
    double naiveError = 0; ///< of seasonal naive: the better of yesterday and last week
    double aboveHigh = 0;  ///< share of the outcomes above the 90 % quantile
    std::uint64_t outcomes = 0;
    std::vector<ModelShare> models; ///< mean over the shards

    friend bool operator==(const HorizonQuality&, const HorizonQuality&) = default;
};

/// The state of a keyspace's forecasts.
struct ForecastQuality
{
    std::string keyspace;
    std::string state;               ///< "live", "catching up (40 %)", …
    std::optional<WallTime> made;    ///< when the newest was made
    std::optional<WallTime> learned; ///< where the history that it learned from begins
    std::uint64_t series = 0;
    std::uint64_t drifting = 0; ///< series whose errors are far above what is usual for them
    bool acted = true;          ///< the schedule follows the forecasts; false: forecast only
    std::vector<HorizonQuality> horizons;

    friend bool operator==(const ForecastQuality&, const ForecastQuality&) = default;
};

} // namespace isotherm
