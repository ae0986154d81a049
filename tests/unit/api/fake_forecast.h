// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/forecast_service.h"

#include <mutex>
#include <vector>

namespace isotherm::test
{

/// Forecasts that a test sets. Thread-safe through edit().
class FakeForecast final : public ForecastService
{
public:
    struct State
    {
        std::vector<ForecastSeries> series;
        std::vector<ForecastSeries> past;
        std::vector<ShardExplanation> explanations;
        std::vector<ForecastQuality> quality;
        std::vector<PastForecastQuery> asked; ///< of pastForecasts, in order
    };

    template <class Change>
    void edit(Change change)
    {
        const std::lock_guard lock(m_mutex);
        change(m_state);
    }

    [[nodiscard]] Result<std::vector<ForecastSeries>> forecasts(const ForecastQuery& query) override
    {
        const std::lock_guard lock(m_mutex);
        std::vector<ForecastSeries> found;
        for (const ForecastSeries& series : m_state.series) {
            if ((query.keyspace.empty() || query.keyspace == series.keyspace) &&
                wanted(query.shards, series.shard)) {
                found.push_back(series);
            }
        }
        return found;
    }
    [[nodiscard]] Result<std::vector<ForecastSeries>>
    pastForecasts(const PastForecastQuery& query) override
    {
        const std::lock_guard lock(m_mutex);
        m_state.asked.push_back(query);
        std::vector<ForecastSeries> found;
        for (const ForecastSeries& series : m_state.past) {
            if (wanted(query.shards, series.shard)) {
                found.push_back(series);
            }
        }
        return found;
    }
    [[nodiscard]] Result<ShardExplanation> explain(ShardId shard) override
    {
        const std::lock_guard lock(m_mutex);
        for (const ShardExplanation& explanation : m_state.explanations) {
            if (explanation.shard == shard) {
                return explanation;
            }
        }
        return makeError(Code::NotFound, "no shard " + std::to_string(shard.get()));
    }
    [[nodiscard]] Result<std::vector<ForecastQuality>> forecastQuality() override
    {
        const std::lock_guard lock(m_mutex);
        return m_state.quality;
    }

private:
    static bool wanted(const std::vector<ShardId>& shards, ShardId shard)
    {
        for (const ShardId one : shards) {
            if (one == shard) {
                return true;
            }
        }
        return shards.empty();
    }

    std::mutex m_mutex;
    State m_state;
};

} // namespace isotherm::test
