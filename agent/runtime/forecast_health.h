// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/predict/keyspace_forecast.h"
#include "shared/model/records.h"

#include <vector>

namespace isotherm::runtime
{

/// What an operator should know of a keyspace's forecasts: that the load departs from what is usual
/// (forecast.drift), that a model was left out (forecast.model_left), that the forecasts are no
/// better than last week's values (forecast.poor). The codes end in the keyspace's name. Pure.
[[nodiscard]] std::vector<Diagnostic> forecastDiagnostics(const predict::KeyspaceForecast& made);

/// Every code that forecastDiagnostics can give for a keyspace.
[[nodiscard]] std::vector<std::string> forecastDiagnosticCodes(const std::string& keyspace);

} // namespace isotherm::runtime
