// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/postgres/connection.h"
#include "agent/postgres/type_policy.h"
#include "shared/base/result.h"

#include <string>
#include <vector>

namespace isotherm::postgres
{

/// How the statement that adds the generated columns begins; it may run again without harm.
inline constexpr std::string_view kAddGenerated = "ALTER TABLE %TABLE% ADD COLUMN IF NOT EXISTS ";

/// The statements for TableSchema::completion: generated columns, primary key, checks (not
/// validated: the rows passed them once), unique and exclusion constraints, the other indexes.
/// Names of indexes are left to the server, as the old ones are taken. Foreign keys, triggers,
/// policies and defaults are not among them: a side table stands for itself.
[[nodiscard]] Result<std::vector<std::string>> loadCompletion(Connection& connection, Oid table);

/// `statement` for the table `qualified`. Only the first %TABLE% is ours: a later one is somebody's
/// LIKE pattern.
[[nodiscard]] std::string completionFor(const std::string& statement, const std::string& qualified);

} // namespace isotherm::postgres
