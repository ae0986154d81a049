// SPDX-License-Identifier: Apache-2.0
#include "agent/config/environment.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <unistd.h>

namespace isotherm::config
{
namespace
{

constexpr std::string_view kPrefix = "ISOTHERM_";

std::vector<std::string> partsOf(std::string_view name)
{
    std::vector<std::string> parts;
    name.remove_prefix(kPrefix.size());
    for (;;) {
        const std::size_t end = name.find("__");
        std::string part(name.substr(0, end));
        std::transform(part.begin(), part.end(), part.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        parts.push_back(std::move(part));
        if (end == std::string_view::npos) {
            return parts;
        }
        name.remove_prefix(end + 2);
    }
}

std::string comparable(std::string_view key)
{
    std::string result(key);
    std::transform(result.begin(), result.end(), result.begin(), [](char c) {
        return c == '-' ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return result;
}

Node& entry(Table& table, const std::string& key, const Origin& origin)
{
    for (auto& [name, node] : table) {
        if (comparable(name) == key) {
            return node;
        }
    }
    table.emplace_back(key, Node{Table(), origin});
    return table.back().second;
}

} // namespace

void applyEnvironment(Table& table, const Environment& environment)
{
    for (const auto& [name, text] : environment) {
        if (!std::string_view(name).starts_with(kPrefix) || name.find("__") == std::string::npos) {
            continue;
        }
        const Origin origin{"environment variable " + name, 0, 0};
        const auto parts = partsOf(name);
        Table* at = &table;
        for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
            Node& node = entry(*at, parts[i], origin);
            if (node.table() == nullptr) {
                node = Node{Table(), origin};
            }
            at = std::get_if<Table>(&node.value);
        }
        Node& node = entry(*at, parts.back(), origin);
        node = parseTomlValue(text, origin);
    }
}

Environment processEnvironment()
{
    Environment environment;
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
        const std::string_view text(*variable);
        const std::size_t equals = text.find('=');
        if (text.starts_with(kPrefix) && equals != std::string_view::npos) {
            environment.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return environment;
}

} // namespace isotherm::config
