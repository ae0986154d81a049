// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/predict/mixer.h"
#include "shared/model/forecast_records.h"

#include <cstddef>

namespace isotherm::predict
{

/// How good the forecasts of a range of leads were so far, over all series that have outcomes. Its
/// lead is left to the caller.
[[nodiscard]] HorizonQuality qualityOf(const Mixer& mixer, std::size_t series);

} // namespace isotherm::predict
