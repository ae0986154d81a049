// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/config/agent_config.h"
#include "agent/config/document.h"
#include "agent/config/section_reader.h"

namespace isotherm::config
{

/// The typed values of a merged document; every mistake in it goes to `problems`.
[[nodiscard]] AgentConfig readSections(const Table& document, Problems& problems);

} // namespace isotherm::config
