// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <string_view>

struct sqlite3;

namespace isotherm::metadata
{

/// The one place where SQLite's errors become ours. `code` is an (extended) result code, `handle`
/// gives the message and may be null.
[[nodiscard]] Error sqliteError(int code, sqlite3* handle, std::string_view what);

} // namespace isotherm::metadata
