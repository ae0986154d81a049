// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/base/result.h"
#include "shared/base/units.h"
#include "shared/model/heat_matrix.h"
#include "shared/model/records.h"

#include <QCoreApplication>
#include <QString>
#include <chrono>
#include <optional>
#include <string_view>

/// Numbers and words as people read them: every number with its unit, unknown as a dash.
namespace isotherm::text
{

[[nodiscard]] QString fromUtf8(std::string_view utf8);

/// "–": not known.
[[nodiscard]] QString unknown();

/// "12.3 k/s", "0.82", "4.1 MB/s"; a dash for NaN.
[[nodiscard]] QString heatValue(HeatMetric metric, double value);
/// The same without the unit's context, for scale ticks: "10 k".
[[nodiscard]] QString compactNumber(double value);
/// "rows per second".
[[nodiscard]] QString metricTitle(HeatMetric metric);
/// "rows/s"
[[nodiscard]] QString metricUnit(HeatMetric metric);

/// "3 s", "4 min", "2 h 10 min", "6 d": the two largest parts.
[[nodiscard]] QString duration(std::chrono::milliseconds length);
/// As duration(); a dash when not known.
[[nodiscard]] QString maybeDuration(std::optional<std::chrono::milliseconds> length);

[[nodiscard]] QString bytes(ByteCount count);
[[nodiscard]] QString count(std::uint64_t number);
/// "0.82"; a dash when not known.
[[nodiscard]] QString temperature(std::optional<double> value);

[[nodiscard]] QString jobState(JobState state);
[[nodiscard]] QString jobKind(JobKind kind);
[[nodiscard]] QString backupKind(BackupKind kind);
[[nodiscard]] QString verifyLevel(VerifyLevel level);
[[nodiscard]] QString role(Role role);

/// The error for people: message, then hint on its own line.
[[nodiscard]] QString error(const Error& error);

} // namespace isotherm::text
