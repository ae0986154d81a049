// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/postgres/reshard_switch.h"

namespace isotherm::postgres
{

/// The switch of an adoption: the ordinary table and the partitioned one exchange their names, and
/// sequences and foreign keys go with the name.
[[nodiscard]] Result<SwitchScript> adoptionScript(const ReshardScene& scene, bool toNew);

} // namespace isotherm::postgres
