// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/model/recovery_records.h"

#include <QString>

/// Copy back, replace, elsewhere and undo in people's words.
namespace isotherm::text
{

/// What one step does: "128 inserted, 3 updated in public.orders_7".
[[nodiscard]] QString recoveryStep(const RecoveryStep& step);
/// What was done to one table: as above, with what was skipped.
[[nodiscard]] QString recoveredTable(const RecoveredTable& table);
/// "Copied back", "Replaced", …: the headline of a receipt.
[[nodiscard]] QString recoveryDone(RecoveryMode mode);

} // namespace isotherm::text
