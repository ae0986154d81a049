// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace isotherm::fuzz
{

/// The first byte: format and chunk length; the rest is a log, whose statements are attributed.
void readAnyLog(std::string_view bytes);

/// A sketch of keys: what can be read can be used, written and read again.
void readAnySketch(std::string_view bytes);

} // namespace isotherm::fuzz
