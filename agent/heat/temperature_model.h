// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/heat/heat_store.h"
#include "shared/base/clock.h"
#include "shared/model/records.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::heat
{

/// Rates expected of a shard over consecutive stretches of time, for decisions: a stretch that is
/// as likely to be hot as a good decision needs has a hot rate (agent/predict/FORECAST.md).
struct RatePath
{
    WallTime start{};
    std::chrono::milliseconds step{0};
    std::vector<double> rowsPerSecond;
};

/// Where forecasts come from, once there are any. Implementations are thread-safe.
class ForecastSource
{
public:
    virtual ~ForecastSource() = default;
    /// nullopt: no forecast, or too old a one.
    [[nodiscard]] virtual std::optional<RatePath> ratePath(ShardId shard) const = 0;
    /// Rows a second expected at the worst within the horizon; nullopt: no forecast.
    [[nodiscard]] virtual std::optional<double>
    predictedRowsPerSecond(ShardId shard, std::chrono::milliseconds horizon) const = 0;
};

/// The temperatures expected over consecutive stretches of time, each in [0, 1].
struct TemperaturePath
{
    WallTime start{};
    std::chrono::milliseconds step{0};
    std::vector<double> ratios;
};

/// Temperature of a rate: 1 is the reference and everything above it.
[[nodiscard]] inline double temperatureOf(double rowsPerSecond, double reference)
{
    return reference > 0 ? std::min(1.0, rowsPerSecond / reference) : 0.0;
}

struct TemperatureOptions
{
    std::map<std::string, double> hotRates; ///< by keyspace: rows a second that are "hot" (1.0)
    std::chrono::seconds recent{60};        ///< what "now" means
    std::chrono::seconds referenceEvery{600};
    double leastReference = 10.0; ///< rows a second: below this nothing is worth calling hot
    const ForecastSource* forecasts = nullptr;
};

/// The rate that is temperature 1.0, and where it comes from, in words.
struct ReferenceRate
{
    double rowsPerSecond = 0;
    std::string why; ///< "99th percentile of 1,344 shard hours"
};

/// Temperature v1: min(1, recent rows a second ÷ reference rate of the keyspace). The reference is
/// the configured hot_rate, else the 99th percentile of the (shard, hour) means of the trailing
/// 168 h; while there are fewer than 24 hours, of the (shard, minute) means of the trailing 24 h;
/// while there are fewer than 3 minutes, of the (shard, 10 s) means. Never below leastReference.
/// Thread-safe.
class TemperatureModel
{
public:
    TemperatureModel(const HeatStore& store, TemperatureOptions options);

    /// Works out the temperatures as of `now`, the end of the newest sample (and the references,
    /// when they are due). Call it after each sample.
    [[nodiscard]] Status update(WallTime now, const std::vector<ShardRecord>& shards);

    /// nullopt: not known (no recent sample, or no reference yet).
    [[nodiscard]] std::optional<double> temperature(ShardId shard) const;
    [[nodiscard]] std::optional<double> rowsPerSecond(ShardId shard) const;
    [[nodiscard]] std::optional<double>
    predictedTemperature(ShardId shard, std::chrono::milliseconds horizon) const;
    /// What the forecast makes of the coming hours; nullopt: no forecast, or no reference yet.
    [[nodiscard]] std::optional<TemperaturePath> comingTemperatures(ShardId shard) const;
    [[nodiscard]] std::optional<ReferenceRate> reference(const std::string& keyspace) const;

    /// Fills temperature and rowsPerSecond, and with a forecast source predictedTemperature over
    /// the horizon that each shard (its temperature filled in) is given.
    using HorizonOf = std::function<std::chrono::milliseconds(const ShardRecord&)>;
    void annotate(std::vector<ShardRecord>& shards, const HorizonOf& horizon) const;

    /// HeatStore::query, and Temperature too: rows ÷ reference, at most 1; missing where there is
    /// no reference.
    [[nodiscard]] Result<HeatMatrix> heat(const HeatQuery& query,
                                          const std::vector<ShardRecord>& shards) const;

private:
    struct ShardHeat
    {
        std::string keyspace;
        std::optional<double> rowsPerSecond;
    };

    struct Learned
    {
        std::optional<ReferenceRate> reference;
        std::chrono::seconds again{0}; ///< when to learn it anew: soon while history is short
    };

    [[nodiscard]] Result<Learned> learnReference(WallTime now,
                                                 const std::vector<ShardId>& shards) const;
    [[nodiscard]] Status refreshReference(const std::string& keyspace, WallTime now,
                                          const std::vector<ShardId>& shards);
    [[nodiscard]] std::optional<double> ratioLocked(const std::string& keyspace,
                                                    std::optional<double> rate) const;

    const HeatStore& m_store;
    const TemperatureOptions m_options;
    mutable std::mutex m_mutex;
    std::map<ShardId, ShardHeat> m_shards;
    std::map<std::string, ReferenceRate> m_references;
    std::map<std::string, WallTime> m_due; ///< when a reference is to be learned again
};

} // namespace isotherm::heat
