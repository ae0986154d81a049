// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <filesystem>
#include <string>

namespace isotherm::ctl
{

/// The file's first line.
[[nodiscard]] Result<std::string> readPassphraseFile(const std::filesystem::path& file);

/// Asks on the terminal, without echo. Precondition: standard input is a terminal.
[[nodiscard]] Result<std::string> askPassphrase(const std::string& question);

} // namespace isotherm::ctl
