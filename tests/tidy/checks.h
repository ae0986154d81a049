// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/tidy/rules.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::tidy
{

inline constexpr std::size_t kMaxFileLines = 700;
inline constexpr std::size_t kMaxFunctionLines = 70;

/// Checks one file's content. `path` is relative to the project, with slashes. Each problem is
/// "path:line: what; hint: …".
[[nodiscard]] std::vector<std::string> checkFile(const std::string& path, std::string_view content,
                                                 const Rules& rules);

/// Checks every source file below `root`, and the folders at its top.
[[nodiscard]] Result<std::vector<std::string>> checkProject(const std::filesystem::path& root,
                                                            const Rules& rules);

} // namespace isotherm::tidy
