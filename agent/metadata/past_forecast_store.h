// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/database.h"
#include "shared/base/clock.h"
#include "shared/base/units.h"

#include <chrono>
#include <string>
#include <vector>

namespace isotherm::metadata
{

/// What was expected of a shard for one hour: rates, NaN where nothing was.
struct PastForecast
{
    ShardId shard;
    float mean = 0;
    float low = 0;
    float high = 0;
};

/// The forecasts of all shards of a keyspace for one hour, made `lead` before its end.
struct PastForecasts
{
    std::string keyspace;
    std::chrono::seconds lead{0};
    WallTime hour{}; ///< begins
    std::vector<PastForecast> shards;
};

/// Forecasts as they were made, to be laid over what happened: one blob a keyspace, lead and hour,
/// 20 bytes a shard. Thread-safe.
class PastForecastStore
{
public:
    explicit PastForecastStore(Database& database) : m_database(database) {}

    /// Adds or replaces all of them, or none.
    [[nodiscard]] Status put(const std::vector<PastForecasts>& forecasts);
    /// Of all keyspaces, for hours that begin in [from, to), by hour. DataLoss for a damaged blob.
    [[nodiscard]] Result<std::vector<PastForecasts>> list(std::chrono::seconds lead, WallTime from,
                                                          WallTime to);
    /// Forgets what is about hours before `before`.
    [[nodiscard]] Status prune(const std::string& keyspace, WallTime before);

private:
    Database& m_database;
};

} // namespace isotherm::metadata
