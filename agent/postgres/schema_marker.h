// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/change_stream.h"
#include "agent/postgres/type_policy.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::postgres
{

/// What old rows have in an added column, in the two forms that it may be kept in.
struct MissingValue
{
    std::string text;
    std::optional<std::string> binary; ///< nullopt: the type has no binary form
    std::string unknown;               ///< why the server could not tell; empty: it could
};

struct ParsedMarker
{
    engine::SchemaMarker marker; ///< its definition, if any, without encodings and missing values
    std::vector<Oid> types;      ///< of the definition's columns
    std::vector<std::optional<MissingValue>> missing; ///< of the definition's columns
};

/// Reads what the event triggers of init_sql wrote into the stream: a JSON object. Anybody may
/// write such messages, so nothing about it is trusted; nullopt when it is none of ours.
[[nodiscard]] std::optional<ParsedMarker> parseSchemaMarker(std::string_view json);

/// Completes the definition: how the values of its columns are kept. A type that the catalog does
/// not know any more makes it unknown.
[[nodiscard]] engine::SchemaMarker resolveMarker(ParsedMarker parsed, const TypePolicy& types);

} // namespace isotherm::postgres
