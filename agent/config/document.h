// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace isotherm::config
{

/// Where something was written: "agent.toml:7:3", or an environment variable's name.
struct Origin
{
    std::string source;
    std::uint32_t line = 0; ///< 0: no line
    std::uint32_t column = 0;

    [[nodiscard]] std::string text() const;
};

struct Node;

/// A table's entries in the order in which they were first written.
using Table = std::vector<std::pair<std::string, Node>>;
using List = std::vector<Node>;

/// A value of a configuration file, with its origin.
struct Node
{
    std::variant<std::string, std::int64_t, double, bool, List, Table> value;
    Origin origin; ///< of the key

    [[nodiscard]] const Table* table() const { return std::get_if<Table>(&value); }
};

[[nodiscard]] Node* find(Table& table, std::string_view key);
[[nodiscard]] const Node* find(const Table& table, std::string_view key);

/// Reads one TOML file into a tree. InvalidArgument with file:line:column when it is no TOML;
/// NotFound.
[[nodiscard]] Result<Table> readToml(const std::filesystem::path& file);

/// A single TOML value ("\"6h\"", "true", "[1, 2]"); text that is none is a string.
[[nodiscard]] Node parseTomlValue(const std::string& text, const Origin& origin);

/// Puts `from` over `into`: tables are merged, everything else is replaced.
void merge(Table& into, Table from);

} // namespace isotherm::config
