// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/rules.h"

#include <sstream>

namespace isotherm::tidy
{

bool Rules::allows(const std::string& room, const std::string& included) const
{
    const auto& allowed = rooms.at(room);
    const std::string whole = included.substr(0, included.find('/')) + "/*";
    return included == room || included == "shared/base" || allowed.contains(included) ||
           allowed.contains(whole);
}

const std::set<std::string>* Rules::ownersOf(std::string_view header) const
{
    for (const auto& [prefix, owners] : libraries) {
        // Qt's headers are a capital Q and another capital or "t": not every word with Q.
        if (header.starts_with(prefix) &&
            (prefix != "Q" || (header.size() > 1 && (header[1] == 't' || header[1] < 'a')))) {
            return &owners;
        }
    }
    return nullptr;
}

Result<Rules> parseRules(std::string_view text)
{
    Rules rules;
    std::istringstream lines{std::string(text)};
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        std::istringstream words(line.substr(0, line.find('#')));
        std::string kind;
        std::string name;
        if (!(words >> kind)) {
            continue;
        }
        std::set<std::string>* into = nullptr;
        if (kind == "top") {
            into = &rules.topFolders;
        } else if (words >> name && kind == "room") {
            into = &rules.rooms[name];
        } else if (!name.empty() && kind == "library") {
            into = &rules.libraries[name];
        } else {
            return makeError(Code::InvalidArgument,
                             "line " + std::to_string(number) + ": cannot read \"" + line + "\"",
                             "room NAME ALLOWED…, library PREFIX OWNER…, or top NAME…");
        }
        for (std::string word; words >> word;) {
            into->insert(word);
        }
    }
    return rules;
}

} // namespace isotherm::tidy
