// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/forecast_core.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

namespace isotherm::runtime
{
namespace
{

using namespace std::chrono_literals;

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

ForecastSeries emptySeries(const ShardRecord& shard)
{
    ForecastSeries series;
    series.shard = shard.id;
    series.keyspace = shard.keyspace;
    series.rangeText = shard.rangeText;
    series.step = 1h;
    return series;
}

bool wants(const std::vector<ShardId>& shards, ShardId shard)
{
    return shards.empty() || std::find(shards.begin(), shards.end(), shard) != shards.end();
}

std::vector<ModelShare> sharesOf(const predict::ShardForecast& shard)
{
    std::vector<ModelShare> shares;
    for (std::size_t e = 0; e < predict::kExpertCount; ++e) {
        shares.push_back({predict::expertName(e), static_cast<double>(shard.weights[e]),
                          std::sqrt(static_cast<double>(shard.losses[e])), shard.left[e]});
    }
    return shares;
}

} // namespace

Result<std::vector<ForecastSeries>> ForecastCore::forecasts(const ForecastQuery& query)
{
    ISO_ASSIGN(const std::vector<ShardRecord> shards, m_parts.shards.list({query.keyspace}));
    if (shards.empty() && !query.keyspace.empty()) {
        return makeError(Code::NotFound, "there is no keyspace " + query.keyspace,
                         "isothermctl keyspace list names them");
    }
    std::vector<ForecastSeries> all;
    for (const ShardRecord& shard : shards) {
        const auto made = wants(query.shards, shard.id) ? m_parts.board.of(shard.id) : nullptr;
        if (!made) {
            continue;
        }
        const predict::ShardForecast& forecast = made->shards.at(shard.id);
        ForecastSeries series = emptySeries(shard);
        series.made = made->made;
        if (const auto reference = m_parts.temperatures.reference(shard.keyspace)) {
            series.reference = reference->rowsPerSecond;
        }
        series.start = made->start;
        series.mean.assign(forecast.mean.begin(), forecast.mean.end());
        series.low.assign(forecast.low.begin(), forecast.low.end());
        series.high.assign(forecast.high.begin(), forecast.high.end());
        all.push_back(std::move(series));
    }
    return all;
}

Result<std::vector<ForecastSeries>> ForecastCore::pastForecasts(const PastForecastQuery& query)
{
    constexpr std::size_t kMostHours = 366 * 24;
    if (query.lead != 1h && query.lead != 6h && query.lead != 24h) {
        return makeError(Code::InvalidArgument, "forecasts are not kept for this lead",
                         "one of 1h, 6h, 24h");
    }
    const WallTime from = std::chrono::floor<std::chrono::hours>(query.from);
    if (query.to <= query.from || (query.to - from) / 1h >= static_cast<int>(kMostHours)) {
        return makeError(Code::InvalidArgument, "an empty or endless span of time was asked for",
                         "give a beginning before the end, at most a year");
    }
    const auto hours = static_cast<std::size_t>((query.to - from + 1h - 1us) / 1h);
    ISO_ASSIGN(const std::vector<ShardRecord> shards,
               m_parts.shards.list({{}, /*includeRetired=*/true}));
    ISO_ASSIGN(
        const auto kept,
        m_parts.past.list(std::chrono::floor<std::chrono::seconds>(query.lead), from, query.to));
    std::map<ShardId, ForecastSeries> found;
    for (const metadata::PastForecasts& made : kept) {
        for (const metadata::PastForecast& value : made.shards) {
            if (!wants(query.shards, value.shard)) {
                continue;
            }
            ForecastSeries& series = found[value.shard];
            if (series.mean.empty()) {
                series.mean.assign(hours, kUnknown);
                series.low = series.high = series.mean;
            }
            const auto at = static_cast<std::size_t>((made.hour - from) / 1h);
            series.mean[at] = value.mean;
            series.low[at] = value.low;
            series.high[at] = value.high;
            series.made = made.hour + 1h - query.lead;
        }
    }
    std::vector<ForecastSeries> all;
    for (const ShardRecord& shard : shards) {
        if (const auto series = found.find(shard.id); series != found.end()) {
            ForecastSeries named = emptySeries(shard);
            named.made = series->second.made;
            named.start = from;
            named.mean = std::move(series->second.mean);
            named.low = std::move(series->second.low);
            named.high = std::move(series->second.high);
            all.push_back(std::move(named));
        }
    }
    return all;
}

Result<ShardExplanation> ForecastCore::explain(ShardId shard)
{
    ISO_ASSIGN(const ShardRecord record, m_parts.shards.get(shard));
    ShardExplanation explanation;
    explanation.shard = shard;
    explanation.keyspace = record.keyspace;
    explanation.rangeText = record.rangeText;
    explanation.rowsPerSecond = m_parts.temperatures.rowsPerSecond(shard);
    explanation.temperature = m_parts.temperatures.temperature(shard);
    if (const auto reference = m_parts.temperatures.reference(record.keyspace)) {
        explanation.reference = reference->rowsPerSecond;
        explanation.referenceWhy = reference->why;
    }
    explanation.acted = m_parts.scheduler.policy().followForecasts;
    explainSchedule(explanation, record);
    explainForecast(explanation);
    return explanation;
}

void ForecastCore::explainSchedule(ShardExplanation& explanation, const ShardRecord& shard) const
{
    const auto entries = m_parts.scheduler.entries();
    if (entries.ok()) {
        const auto next = std::find_if(entries->begin(), entries->end(),
                                       [&](const auto& entry) { return entry.shard == shard.id; });
        if (next != entries->end()) {
            explanation.next = *next;
        }
    }
    const backup::SchedulePolicy policy = m_parts.scheduler.policy();
    const backup::Horizon horizon =
        backup::horizonOf(explanation.next ? explanation.next->interval : policy.hot, shard.size);
    explanation.horizon = horizon.length;
    explanation.horizonWhy = horizon.why;
    backup::ShardFacts facts;
    facts.shard = shard.id;
    facts.temperature = explanation.temperature;
    facts.coming = backup::comingHeatOf(m_parts.temperatures, shard.id);
    if (const auto crossing = backup::nextCrossing(facts, policy, m_parts.clock.wallNow())) {
        explanation.crossing = crossing->at;
        explanation.crossingWhat = crossing->what;
    }
}

void ForecastCore::explainForecast(ShardExplanation& explanation) const
{
    explanation.forecastState = m_parts.state(explanation.keyspace);
    explanation.decisionRate =
        m_parts.board.predictedRowsPerSecond(explanation.shard, explanation.horizon);
    explanation.predictedTemperature =
        m_parts.temperatures.predictedTemperature(explanation.shard, explanation.horizon);
    if (const auto made = m_parts.board.of(explanation.shard)) {
        const predict::ShardForecast& forecast = made->shards.at(explanation.shard);
        explanation.forecastMade = made->made;
        explanation.points = forecast.points;
        explanation.models = sharesOf(forecast);
    }
}

Result<std::vector<ForecastQuality>> ForecastCore::forecastQuality()
{
    ISO_ASSIGN(const std::vector<ShardRecord> shards, m_parts.shards.list({}));
    std::set<std::string> keyspaces;
    for (const ShardRecord& shard : shards) {
        keyspaces.insert(shard.keyspace);
    }
    std::map<std::string, std::shared_ptr<const predict::KeyspaceForecast>> made;
    for (const auto& forecast : m_parts.board.all()) {
        made[forecast->keyspace] = forecast;
    }
    std::vector<ForecastQuality> qualities;
    for (const std::string& keyspace : keyspaces) {
        ForecastQuality quality;
        quality.keyspace = keyspace;
        quality.state = m_parts.state(keyspace);
        quality.acted = m_parts.scheduler.policy().followForecasts;
        if (const auto forecast = made.find(keyspace); forecast != made.end()) {
            quality.made = forecast->second->made;
            quality.learned = forecast->second->learnedFrom;
            quality.series = forecast->second->series;
            quality.drifting = forecast->second->drifting;
            quality.horizons = forecast->second->horizons;
        }
        qualities.push_back(std::move(quality));
    }
    return qualities;
}

} // namespace isotherm::runtime
