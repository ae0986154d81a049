// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/config/document.h"
#include "agent/config/load_config.h"

namespace isotherm::config
{

/// Puts ISOTHERM_SECTION__KEY variables over `table`. A name part matches a key without regard to
/// case, "_" also "-"; names with no "__" are something else's.
void applyEnvironment(Table& table, const Environment& environment);

} // namespace isotherm::config
