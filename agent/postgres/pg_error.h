// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <libpq-fe.h>
#include <string_view>

/// The edge where libpq's and the server's errors become ours. A server's DETAIL and CONTEXT are
/// left out: they quote rows.
namespace isotherm::postgres
{

/// Our code for a server's SQLSTATE. `message` tells a statement timeout from a cancel.
[[nodiscard]] Code codeForSqlState(std::string_view sqlState, std::string_view message);

/// The error of a failed statement. Unavailable when the connection broke.
[[nodiscard]] Error resultError(const PGresult* result, const PGconn* connection);

/// The error of a connection that broke or was never made.
[[nodiscard]] Error connectionError(const PGconn* connection);

} // namespace isotherm::postgres
