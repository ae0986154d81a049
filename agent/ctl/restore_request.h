// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/ctl/commands.h"

namespace isotherm::ctl
{

/// Has the agent plan what was typed. OutOfRange when no backup holds it.
[[nodiscard]] Result<RestorePlan> makePlan(Session& session, const RestoreArguments& arguments);

} // namespace isotherm::ctl
