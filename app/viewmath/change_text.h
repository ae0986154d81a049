// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/model/changes_records.h"

#include <QString>
#include <QStringList>
#include <optional>

/// Splits and merges in people's words.
namespace isotherm::text
{

/// "Split accounts [100, 200) into 2"; "Merge 3 shards of accounts [1, 400)".
[[nodiscard]] QString changeTitle(const ChangeRecord& change);
[[nodiscard]] QString changeState(ChangeState state);
[[nodiscard]] QString findingLevel(FindingLevel level);

/// A load, relative to the limit: "92 %"; a dash when not known.
[[nodiscard]] QString load(std::optional<double> value);
/// A share in [0, 1]: "8.3 %".
[[nodiscard]] QString share(double value);

/// The evidence in numbers: "112 % of the limit now", "131 % forecast peak", …: what is known.
[[nodiscard]] QStringList evidenceFacts(const ChangeEvidence& evidence);
/// What it costs: bytes, rows, time, and how long writers wait.
[[nodiscard]] QStringList costFacts(const ChangeRecord& change);
/// "ana said yes: before the sale"
[[nodiscard]] QStringList voices(const ChangeRecord& change);

} // namespace isotherm::text
