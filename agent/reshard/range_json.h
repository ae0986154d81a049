// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/byte_io.h"
#include "shared/base/result.h"
#include "shared/model/key.h"

#include <nlohmann/json.hpp>
#include <utility>

/// Ranges in params and checkpoints, keys in hexadecimal. May throw what the JSON library throws.
namespace isotherm::reshard
{

[[nodiscard]] inline nlohmann::json rangeToJson(const KeyRange& range)
{
    nlohmann::json value = {{"begin", toHex(range.begin.encoded())}};
    if (range.end) {
        value["end"] = toHex(range.end->encoded());
    }
    return value;
}

/// Never guesses: an empty key instead of a damaged one would widen the range.
[[nodiscard]] inline Result<Key> keyFromJson(const nlohmann::json& value)
{
    const auto encoded = fromHex(value.get<std::string>());
    if (!encoded) {
        return makeError(Code::InvalidArgument, "a key is not hexadecimal");
    }
    return Key(*encoded);
}

[[nodiscard]] inline Result<KeyRange> rangeFromJson(const nlohmann::json& value)
{
    KeyRange range;
    ISO_ASSIGN(range.begin, keyFromJson(value.at("begin")));
    if (value.contains("end")) {
        ISO_ASSIGN(Key end, keyFromJson(value.at("end")));
        range.end = std::move(end);
    }
    return range;
}

} // namespace isotherm::reshard
