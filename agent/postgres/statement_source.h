// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/statement_source.h"
#include "agent/postgres/postgres_engine.h"

#include <memory>

namespace isotherm::postgres
{

/// The server's log (read through SQL, so that it may be on another machine) and
/// pg_stat_statements. Connects when asked; what the role may not do is said, not failed at.
[[nodiscard]] std::unique_ptr<engine::StatementSource> makeStatementSource(PostgresOptions options);

} // namespace isotherm::postgres
