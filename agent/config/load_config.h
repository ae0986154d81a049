// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/config/agent_config.h"
#include "shared/base/result.h"

#include <filesystem>
#include <map>
#include <string>

namespace isotherm::config
{

/// Environment variables by name.
using Environment = std::map<std::string, std::string>;

/// This process's variables named ISOTHERM_*.
[[nodiscard]] Environment processEnvironment();

/// Reads `file`, then conf.d/*.toml beside it in the order of their names, then the variables
/// ISOTHERM_SECTION__KEY; later ones win, tables are merged. InvalidArgument with every mistake
/// that was found, one "file:line:column: what; hint: …" a line; NotFound if there is no such file.
[[nodiscard]] Result<AgentConfig> loadConfig(const std::filesystem::path& file,
                                             const Environment& environment);

} // namespace isotherm::config
