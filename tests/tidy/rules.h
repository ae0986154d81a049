// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::tidy
{

/// What allowed_includes.txt says.
struct Rules
{
    std::map<std::string, std::set<std::string>> rooms;     ///< may include these
    std::map<std::string, std::set<std::string>> libraries; ///< prefix: owners
    std::set<std::string> topFolders;

    [[nodiscard]] bool knows(const std::string& room) const { return rooms.contains(room); }
    [[nodiscard]] bool allows(const std::string& room, const std::string& included) const;
    /// The owners of the library that `header` belongs to; nullptr: nobody's.
    [[nodiscard]] const std::set<std::string>* ownersOf(std::string_view header) const;
};

/// InvalidArgument with the line of the first mistake.
[[nodiscard]] Result<Rules> parseRules(std::string_view text);

} // namespace isotherm::tidy
