// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/ctl/recovery_arguments.h"

#include <CLI/CLI.hpp>
#include <functional>

namespace isotherm::ctl
{

/// How a command becomes one of the group's, and runs.
using AddCommand =
    std::function<CLI::App*(CLI::App& group, const char* name, const char* description,
                            std::function<ExitCode(Session&)> run)>;

/// What is typed for them; outlives the parsing.
struct RecoveryTyped
{
    DiffArguments diff;
    RecoveryArguments recovery;
    std::string sqlPlan;
    std::size_t limit = 50;
    bool detach = false;
};

/// `restore diff`, `copy-back`, `undo`, …: added to the group `restore`. `addRequest` adds the
/// options that say what to plan.
void addRecovery(CLI::App& restore, RecoveryTyped& typed, const AddCommand& add,
                 const std::function<void(CLI::App&, RestoreArguments&)>& addRequest);

} // namespace isotherm::ctl
