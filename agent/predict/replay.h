// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace isotherm::predict
{

/// A recorded trace, and what is to be forecast from it.
struct ReplayOptions
{
    std::filesystem::path input;        ///< CSV, plain or gzip-compressed
    std::string dataset;                ///< the name in the first column of the output
    std::filesystem::path origins;      ///< full hours in UTC, one a line
    std::vector<std::int64_t> horizons; ///< in steps
    int stepMinutes = 10;
    std::filesystem::path output;
};

/// Shows the trace to a Forecaster row by row and writes, at each origin, what it expects:
/// FORECAST.md has the file's format. Nothing behind an origin is read before its forecasts are
/// written. Origins behind the trace's end are left out. InvalidArgument for options and files that
/// make no sense.
[[nodiscard]] Status replayTrace(const ReplayOptions& options);

} // namespace isotherm::predict
