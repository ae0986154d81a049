// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <cstddef>
#include <filesystem>

namespace isotherm::demo
{

/// What the demo's shards did in the days before it began. Made up, since there was no server
/// then; an operator would have it from a monitoring system (`isotherm-agent import-heat`).
struct RecordedPast
{
    int shards = 0;
    int busyShard = 0; ///< 0 is the first: every day it is busy for two hours from `busyFrom` on
    WallTime busyFrom{};
    double busyRate = 0;  ///< its rows a second then
    double quietRate = 0; ///< everybody's at all other times, by the time of day
    int days = 5;         ///< the agent has to catch up with them in seconds
};

/// The next full hour, so that the peak is still to come.
[[nodiscard]] WallTime nextHour(WallTime now);

/// Writes it as a trace, an hour a row, until the full hour before `now`; the same every time.
[[nodiscard]] Status writeRecordedPast(const RecordedPast& past, WallTime now,
                                       const std::filesystem::path& file);

} // namespace isotherm::demo
