// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/model/forecast_service.h"
#include "tests/gui/call_log.h"
#include "tests/gui/demo_world.h"

namespace isotherm::test
{

/// Expects of a DemoWorld what it will do, give or take a quarter, in steps of five minutes.
/// Thread-safe.
class DemoForecast : public ForecastService
{
public:
    DemoForecast(const DemoWorld& world, CallLog log) : m_world(world), m_log(std::move(log)) {}

    static constexpr double kReference = 9'000.0;

    [[nodiscard]] Result<std::vector<ForecastSeries>>
    forecasts(const ForecastQuery& query) override;
    [[nodiscard]] Result<std::vector<ForecastSeries>>
    pastForecasts(const PastForecastQuery& query) override;
    [[nodiscard]] Result<ShardExplanation> explain(ShardId shard) override;
    [[nodiscard]] Result<std::vector<ForecastQuality>> forecastQuality() override;

private:
    [[nodiscard]] std::vector<ForecastSeries> series(WallTime from, WallTime to) const;

    const DemoWorld& m_world;
    const CallLog m_log;
};

} // namespace isotherm::test
