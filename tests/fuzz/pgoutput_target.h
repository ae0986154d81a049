// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace isotherm::fuzz
{

/// A sequence of messages, each behind a varint length, through one decoder: whatever the bytes
/// are, it returns, and no view leaves the message that it came from.
void decodeAnyPgoutput(std::string_view bytes);

} // namespace isotherm::fuzz
