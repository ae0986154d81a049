// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/config/agent_config.h"
#include "shared/base/result.h"

#include <filesystem>

namespace isotherm
{

/// The configuration, checked for what this version can do: one cluster, one tier, all roles in one
/// process. InvalidArgument with file:line for mistakes.
[[nodiscard]] Result<config::AgentConfig> loadSingleCluster(const std::filesystem::path& file);

} // namespace isotherm
