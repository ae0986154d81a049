// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/json_lists.h"

#include <nlohmann/json.hpp>

namespace isotherm::metadata
{
namespace
{

using nlohmann::json;

/// Names come from a database and may hold any bytes: what is not UTF-8 is replaced, not thrown.
std::string dump(const json& value)
{
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

Error unreadable()
{
    return makeError(Code::Internal, "the metadata file holds a list that cannot be read");
}

} // namespace

std::string toJson(const std::vector<std::string>& texts)
{
    return dump(json(texts));
}

std::string toJson(const std::vector<std::uint64_t>& numbers)
{
    return dump(json(numbers));
}

std::string toJson(const std::vector<ShardId>& shards)
{
    json list = json::array();
    for (const ShardId shard : shards) {
        list.push_back(shard.get());
    }
    return dump(list);
}

Result<std::vector<std::string>> textsFromJson(std::string_view text)
{
    const json list = json::parse(text, nullptr, false);
    if (!list.is_array()) {
        return unreadable();
    }
    std::vector<std::string> texts;
    for (const json& item : list) {
        if (!item.is_string()) {
            return unreadable();
        }
        texts.push_back(item.get<std::string>());
    }
    return texts;
}

Result<std::vector<std::uint64_t>> numbersFromJson(std::string_view text)
{
    const json list = json::parse(text, nullptr, false);
    if (!list.is_array()) {
        return unreadable();
    }
    std::vector<std::uint64_t> numbers;
    for (const json& item : list) {
        if (!item.is_number_integer()) {
            return unreadable();
        }
        numbers.push_back(item.get<std::uint64_t>());
    }
    return numbers;
}

Result<std::vector<ShardId>> shardsFromJson(std::string_view text)
{
    ISO_ASSIGN(const auto numbers, numbersFromJson(text));
    std::vector<ShardId> shards;
    for (const std::uint64_t number : numbers) {
        shards.emplace_back(number);
    }
    return shards;
}

} // namespace isotherm::metadata
