// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <chrono>
#include <string>
#include <string_view>

namespace isotherm
{

/// RFC 3339 in UTC with microseconds only where there are any: "2026-03-01T12:00:05.25Z".
[[nodiscard]] std::string formatUtc(WallTime time);

/// Parses an unambiguous instant: RFC 3339 with "Z" or a numeric offset ("2026-03-01
/// 12:00:05+02:00", blank or T), or relative to `now` ("-40m", "-2h", "-3d", "+10s", "now").
/// InvalidArgument for anything else; input without an offset is refused with the candidate
/// instants in the hint.
[[nodiscard]] Result<WallTime> parseInstant(std::string_view text, WallTime now);

/// "90s", "5m", "6h", "7d", "250ms"; a plain sequence of such parts adds up ("1h30m").
/// InvalidArgument otherwise.
[[nodiscard]] Result<std::chrono::milliseconds> parseDuration(std::string_view text);

/// The shortest exact form that parseDuration reads back: "1h30m", "250ms", "0s".
[[nodiscard]] std::string formatDuration(std::chrono::milliseconds duration);

} // namespace isotherm
