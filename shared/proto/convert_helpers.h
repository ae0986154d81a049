// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/proto/convert.h"

#include <chrono>
#include <limits>
#include <optional>

/// Small pieces of convert_*.cpp; not for others.
namespace isotherm::proto::detail
{

using std::chrono::milliseconds;

/// An unknown but representable value is kept: a newer peer's state is shown as "unknown", not as
/// something that it is not.
template <class Enum>
[[nodiscard]] Enum takeEnum(int value)
{
    return value >= 0 && value <= std::numeric_limits<std::uint8_t>::max()
               ? static_cast<Enum>(value)
               : static_cast<Enum>(0);
}

template <class Wire, class Enum>
[[nodiscard]] Wire putEnum(Enum value)
{
    return static_cast<Wire>(static_cast<int>(value));
}

template <class Field>
void putStrings(Field* field, const std::vector<std::string>& texts)
{
    for (const std::string& text : texts) {
        field->Add(validUtf8(text));
    }
}

template <class Field>
[[nodiscard]] std::vector<std::string> takeStrings(const Field& field)
{
    return {field.begin(), field.end()};
}

template <class Field, class Id>
void putIds(Field* field, const std::vector<Id>& ids)
{
    field->Reserve(static_cast<int>(ids.size()));
    for (const Id& id : ids) {
        field->Add(id.get());
    }
}

template <class Id, class Field>
[[nodiscard]] std::vector<Id> takeIds(const Field& field)
{
    std::vector<Id> ids;
    ids.reserve(static_cast<std::size_t>(field.size()));
    for (const auto id : field) {
        ids.emplace_back(id);
    }
    return ids;
}

} // namespace isotherm::proto::detail
