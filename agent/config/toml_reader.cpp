// SPDX-License-Identifier: Apache-2.0
// The only file that includes toml++: it costs a second of compile time.
#include "agent/config/document.h"
#include "shared/base/file.h"

#include <algorithm>
#include <exception>
#include <sstream>
#include <toml++/toml.h>

namespace isotherm::config
{
namespace
{

constexpr std::size_t kFileLimit = std::size_t{4} << 20U;

Origin originOf(const toml::source_region& region, const std::string& source)
{
    return {source, region.begin.line, region.begin.column};
}

Table convertTable(const toml::table& table, const std::string& source);

std::string textOf(const toml::node& node)
{
    std::ostringstream text;
    if (const auto* time = node.as_date_time()) {
        text << **time;
    } else if (const auto* date = node.as_date()) {
        text << **date;
    } else if (const auto* clock = node.as_time()) {
        text << **clock;
    }
    return text.str();
}

Node convert(const toml::node& node, const Origin& origin)
{
    if (const auto* text = node.as_string()) {
        return {**text, origin};
    }
    if (const auto* integer = node.as_integer()) {
        return {std::int64_t{**integer}, origin};
    }
    if (const auto* real = node.as_floating_point()) {
        return {**real, origin};
    }
    if (const auto* boolean = node.as_boolean()) {
        return {**boolean, origin};
    }
    if (const auto* table = node.as_table()) {
        return {convertTable(*table, origin.source), origin};
    }
    if (const auto* array = node.as_array()) {
        List list;
        for (const toml::node& item : *array) {
            list.push_back(convert(item, originOf(item.source(), origin.source)));
        }
        return {std::move(list), origin};
    }
    return {textOf(node), origin}; // a date or a time: nothing asks for one
}

/// In the order of the file: toml++ keeps its tables sorted by name.
Table convertTable(const toml::table& table, const std::string& source)
{
    Table result;
    for (const auto& [key, node] : table) {
        result.emplace_back(std::string(key.str()), convert(node, originOf(key.source(), source)));
    }
    std::stable_sort(result.begin(), result.end(), [](const auto& a, const auto& b) {
        return std::pair(a.second.origin.line, a.second.origin.column) <
               std::pair(b.second.origin.line, b.second.origin.column);
    });
    return result;
}

} // namespace

Result<Table> readToml(const std::filesystem::path& file)
{
    ISO_ASSIGN(const std::string content, readFile(file, kFileLimit));
    try {
        return convertTable(toml::parse(content, file.string()), file.string());
    } catch (const toml::parse_error& problem) {
        return makeError(Code::InvalidArgument, originOf(problem.source(), file.string()).text() +
                                                    ": " + std::string(problem.description()));
    } catch (const std::exception& problem) {
        return makeError(Code::InvalidArgument, file.string() + ": " + problem.what());
    }
}

Node parseTomlValue(const std::string& text, const Origin& origin)
{
    try {
        const toml::table table = toml::parse("value = " + text);
        if (table.size() == 1 && table.contains("value")) {
            Node node = convert(*table.get("value"), origin);
            if (!std::holds_alternative<Table>(node.value)) {
                return node;
            }
        }
    } catch (const std::exception&) { // not TOML: the text itself is meant
    }
    return {text, origin};
}

} // namespace isotherm::config
