// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <string>
#include <string_view>
#include <vector>

/// Completion scripts for shells, from the tree of commands. Pure.
namespace isotherm::ctl
{

struct CommandNode
{
    std::string name;
    std::string description;
    std::vector<std::string> options; ///< "--keyspace", "-o", …
    std::vector<CommandNode> commands;
};

/// InvalidArgument for a shell other than bash, zsh, fish.
[[nodiscard]] Result<std::string> completionScript(const CommandNode& root, std::string_view shell);

} // namespace isotherm::ctl
