// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/temperature_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace isotherm::heat
{
namespace
{

using namespace std::chrono_literals;

constexpr double kPercentile = 0.99;

/// Where a reference is learned from: long history first.
struct Source
{
    std::chrono::seconds step;
    std::chrono::seconds reach;
    std::size_t leastBuckets;   ///< distinct buckets of time with data
    std::chrono::seconds every; ///< how soon it is learned again
    const char* name;
};

constexpr std::array<Source, 3> kSources = {{
    {3600s, 168h, 24, 600s, "shard hours"},
    {60s, 24h, 3, 30s, "shard minutes"},
    {10s, 2h, 1, 10s, "shard periods of 10 s"},
}};

std::optional<double> meanOfKnown(const std::vector<float>& values)
{
    double sum = 0;
    std::size_t count = 0;
    for (const float value : values) {
        if (!std::isnan(value)) {
            sum += static_cast<double>(value);
            ++count;
        }
    }
    return count == 0 ? std::nullopt : std::optional(sum / static_cast<double>(count));
}

} // namespace

TemperatureModel::TemperatureModel(const HeatStore& store, TemperatureOptions options)
    : m_store(store), m_options(std::move(options))
{
}

Status TemperatureModel::update(WallTime now, const std::vector<ShardRecord>& shards)
{
    std::map<std::string, std::vector<ShardId>> shardsOf;
    std::vector<ShardId> ids;
    std::map<ShardId, ShardHeat> heats;
    for (const ShardRecord& shard : shards) {
        shardsOf[shard.keyspace].push_back(shard.id);
        ids.push_back(shard.id);
    }
    ISO_ASSIGN(const auto recent,
               m_store.series(HeatMetric::Rows, {10s, now - m_options.recent, now}, ids));
    for (std::size_t i = 0; i < shards.size(); ++i) {
        heats[shards[i].id] = {shards[i].keyspace, meanOfKnown(recent[i].mean)};
    }
    {
        const std::lock_guard lock(m_mutex);
        m_shards = std::move(heats);
    }
    for (const auto& [keyspace, keyspaceShards] : shardsOf) {
        ISO_TRY(refreshReference(keyspace, now, keyspaceShards));
    }
    return {};
}

Status TemperatureModel::refreshReference(const std::string& keyspace, WallTime now,
                                          const std::vector<ShardId>& shards)
{
    {
        const std::lock_guard lock(m_mutex);
        const auto due = m_due.find(keyspace);
        // A clock that went back by more than a refresh makes it due as well.
        if (due != m_due.end() && now < due->second &&
            due->second - now <= m_options.referenceEvery) {
            return {};
        }
    }
    Learned learned;
    if (const auto configured = m_options.hotRates.find(keyspace);
        configured != m_options.hotRates.end()) {
        learned = {ReferenceRate{configured->second, "the configured hot_rate"},
                   m_options.referenceEvery};
    } else {
        ISO_ASSIGN(learned, learnReference(now, shards));
    }
    const std::lock_guard lock(m_mutex);
    m_due[keyspace] = now + std::min(learned.again, m_options.referenceEvery);
    if (learned.reference) {
        m_references[keyspace] = *learned.reference;
    }
    return {};
}

Result<TemperatureModel::Learned>
TemperatureModel::learnReference(WallTime now, const std::vector<ShardId>& shards) const
{
    for (const Source& source : kSources) {
        ISO_ASSIGN(const HeatPercentile found,
                   m_store.percentile(HeatMetric::Rows, {source.step, now - source.reach, now},
                                      shards, kPercentile));
        if (found.buckets < source.leastBuckets) {
            continue;
        }
        const std::string why =
            "99th percentile of " + std::to_string(found.values) + " " + source.name;
        const double rate = found.rate;
        const bool low = rate < m_options.leastReference;
        return Learned{ReferenceRate{low ? m_options.leastReference : rate,
                                     low ? "the least reference; the " + why + " is lower" : why},
                       source.every};
    }
    return Learned{std::nullopt, kSources.back().every};
}

std::optional<double> TemperatureModel::ratioLocked(const std::string& keyspace,
                                                    std::optional<double> rate) const
{
    const auto reference = m_references.find(keyspace);
    if (!rate || reference == m_references.end()) {
        return std::nullopt;
    }
    return temperatureOf(*rate, reference->second.rowsPerSecond);
}

std::optional<double> TemperatureModel::temperature(ShardId shard) const
{
    const std::lock_guard lock(m_mutex);
    const auto heat = m_shards.find(shard);
    return heat == m_shards.end() ? std::nullopt
                                  : ratioLocked(heat->second.keyspace, heat->second.rowsPerSecond);
}

std::optional<double> TemperatureModel::rowsPerSecond(ShardId shard) const
{
    const std::lock_guard lock(m_mutex);
    const auto heat = m_shards.find(shard);
    return heat == m_shards.end() ? std::nullopt : heat->second.rowsPerSecond;
}

std::optional<double>
TemperatureModel::predictedTemperature(ShardId shard, std::chrono::milliseconds horizon) const
{
    if (m_options.forecasts == nullptr) {
        return std::nullopt;
    }
    const auto predicted = m_options.forecasts->predictedRowsPerSecond(shard, horizon);
    const std::lock_guard lock(m_mutex);
    const auto heat = m_shards.find(shard);
    return heat == m_shards.end() ? std::nullopt : ratioLocked(heat->second.keyspace, predicted);
}

std::optional<TemperaturePath> TemperatureModel::comingTemperatures(ShardId shard) const
{
    const auto path =
        m_options.forecasts != nullptr ? m_options.forecasts->ratePath(shard) : std::nullopt;
    const std::lock_guard lock(m_mutex);
    const auto heat = m_shards.find(shard);
    if (!path || heat == m_shards.end() || !m_references.contains(heat->second.keyspace)) {
        return std::nullopt;
    }
    const double reference = m_references.at(heat->second.keyspace).rowsPerSecond;
    TemperaturePath temperatures{path->start, path->step, {}};
    for (const double rate : path->rowsPerSecond) {
        temperatures.ratios.push_back(temperatureOf(rate, reference));
    }
    return temperatures;
}

std::optional<ReferenceRate> TemperatureModel::reference(const std::string& keyspace) const
{
    const std::lock_guard lock(m_mutex);
    const auto reference = m_references.find(keyspace);
    return reference == m_references.end() ? std::nullopt : std::optional(reference->second);
}

void TemperatureModel::annotate(std::vector<ShardRecord>& shards, const HorizonOf& horizon) const
{
    for (ShardRecord& shard : shards) {
        shard.temperature = temperature(shard.id);
        shard.rowsPerSecond = rowsPerSecond(shard.id);
        shard.predictedTemperature = predictedTemperature(shard.id, horizon(shard));
    }
}

Result<HeatMatrix> TemperatureModel::heat(const HeatQuery& query,
                                          const std::vector<ShardRecord>& shards) const
{
    if (query.metric != HeatMetric::Temperature) {
        return m_store.query(query, shards);
    }
    HeatQuery rows = query;
    rows.metric = HeatMetric::Rows;
    ISO_ASSIGN(HeatMatrix matrix, m_store.query(rows, shards));
    matrix.metric = HeatMetric::Temperature;
    std::vector<float> factors;
    factors.reserve(matrix.rows.size());
    for (const HeatRow& row : matrix.rows) {
        const auto known = reference(row.keyspace);
        factors.push_back(known ? static_cast<float>(1.0 / known->rowsPerSecond) : kMissingHeat);
    }
    for (auto* values : {&matrix.mean, &matrix.max}) {
        for (std::size_t i = 0; i < values->size(); ++i) {
            const float ratio = (*values)[i] * factors[i % factors.size()];
            (*values)[i] = ratio > 1.0F ? 1.0F : ratio; // NaN stays NaN
        }
    }
    return matrix;
}

} // namespace isotherm::heat
