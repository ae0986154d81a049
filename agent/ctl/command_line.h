// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/ctl/session.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::ctl
{

/// What was typed, understood.
struct Invocation
{
    std::string profile; ///< empty: the default path
    std::string passphraseFile;
    std::string confirm;
    Format format = Format::Table;
    bool assumeYes = false;
    bool noInput = false;
    std::function<ExitCode(Session&)> run;
};

/// Either something to run, or text to show and an exit code (help, version, completion, usage
/// errors).
struct CommandLine
{
    std::optional<Invocation> invocation;
    ExitCode exitCode = ExitCode::Done;
    std::string out;
    std::string err;
};

/// `arguments` without the program's name.
[[nodiscard]] CommandLine parseCommandLine(std::vector<std::string> arguments);

} // namespace isotherm::ctl
