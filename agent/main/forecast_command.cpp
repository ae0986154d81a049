// SPDX-License-Identifier: Apache-2.0
#include "agent/main/commands.h"
#include "agent/predict/replay.h"

namespace isotherm
{

int forecastTrace(const ForecastChoice& choice)
{
    predict::ReplayOptions options;
    options.input = choice.input;
    options.dataset = choice.dataset;
    options.origins = choice.origins;
    options.horizons = choice.horizons;
    options.stepMinutes = choice.stepMinutes;
    options.output = choice.output;
    const Status written = predict::replayTrace(options);
    if (written.ok()) {
        return 0;
    }
    printError(written.error());
    return written.error().code == Code::InvalidArgument ? 2 : 1;
}

} // namespace isotherm
