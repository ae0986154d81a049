// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/connection.h"
#include "shared/base/result.h"

namespace isotherm::metadata
{

/// The version of the schema that this program writes.
[[nodiscard]] int schemaVersion();

/// The version of the file; 0 for a new one.
[[nodiscard]] Result<int> storedVersion(Connection& connection);

/// Brings the file's schema forward, one version per transaction. FailedPrecondition, and nothing
/// is touched, when the file was made by a newer program.
[[nodiscard]] Status migrate(Connection& connection);

} // namespace isotherm::metadata
