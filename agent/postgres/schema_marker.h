// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/change_stream.h"

#include <optional>
#include <string_view>

namespace isotherm::postgres
{

/// Reads what the event triggers of init_sql wrote into the stream: a JSON object. Anybody may
/// write such messages, so nothing about it is trusted; nullopt when it is none of ours.
[[nodiscard]] std::optional<engine::SchemaMarker> parseSchemaMarker(std::string_view json);

} // namespace isotherm::postgres
