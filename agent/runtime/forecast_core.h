// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/scheduler.h"
#include "agent/metadata/past_forecast_store.h"
#include "agent/metadata/shard_store.h"
#include "agent/predict/forecast_board.h"
#include "shared/model/forecast_service.h"

#include <functional>
#include <string>

namespace isotherm::runtime
{

/// Forecasts as the agent's users see them: what hangs on the board, what was said before, and what
/// temperature and schedule make of it. Thread-safe; the referenced objects outlive it.
class ForecastCore final : public ForecastService
{
public:
    struct Parts
    {
        metadata::ShardStore& shards;
        metadata::PastForecastStore& past;
        const predict::ForecastBoard& board;
        const heat::TemperatureModel& temperatures;
        const backup::Scheduler& scheduler;
        const Clock& clock;
        /// A keyspace's state in words ("live", "catching up (40 %)").
        std::function<std::string(const std::string& keyspace)> state;
    };

    explicit ForecastCore(Parts parts) : m_parts(std::move(parts)) {}

    [[nodiscard]] Result<std::vector<ForecastSeries>>
    forecasts(const ForecastQuery& query) override;
    [[nodiscard]] Result<std::vector<ForecastSeries>>
    pastForecasts(const PastForecastQuery& query) override;
    [[nodiscard]] Result<ShardExplanation> explain(ShardId shard) override;
    [[nodiscard]] Result<std::vector<ForecastQuality>> forecastQuality() override;

private:
    void explainSchedule(ShardExplanation& explanation, const ShardRecord& shard) const;
    void explainForecast(ShardExplanation& explanation) const;

    const Parts m_parts;
};

} // namespace isotherm::runtime
