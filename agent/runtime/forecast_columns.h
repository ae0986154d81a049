// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/heat/temperature_model.h"
#include "agent/predict/forecast_board.h"
#include "shared/model/heat_matrix.h"
#include "shared/model/records.h"

#include <vector>

namespace isotherm::runtime
{

/// Heat up to now as TemperatureModel::heat has it, and behind `now` what is forecast: those
/// columns are from `forecastFrom` on, their max equals their mean, and where nothing is forecast
/// they are missing. Only rows and temperature are forecast; for other metrics, and for a span that
/// ends by now, it is the measured heat alone.
class ForecastColumns
{
public:
    ForecastColumns(const heat::TemperatureModel& temperatures, const predict::ForecastBoard& board)
        : m_temperatures(temperatures), m_board(board)
    {
    }

    [[nodiscard]] Result<HeatMatrix>
    heat(const HeatQuery& query, const std::vector<ShardRecord>& shards, WallTime now) const;

private:
    void append(HeatMatrix& matrix, WallTime to) const;
    [[nodiscard]] std::vector<float> column(const HeatMatrix& matrix, WallTime middle) const;

    const heat::TemperatureModel& m_temperatures;
    const predict::ForecastBoard& m_board;
};

} // namespace isotherm::runtime
