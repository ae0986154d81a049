// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/postgres/connection_pool.h"

#include <memory>

namespace isotherm::postgres
{

/// engine::RestoreTarget in the pool's database.
///
/// Rows are loaded by binary COPY. A text-encoded column (reg*, oid, an extension's type) has no
/// portable binary form, so it is loaded into a column of type text and gets its real type in
/// completeTable, with one rewrite of the table. Generated columns are added while the table is
/// empty, so that loading computes them, unless a text-encoded column makes that impossible.
[[nodiscard]] std::unique_ptr<engine::RestoreTarget>
makeRestoreTarget(std::shared_ptr<ConnectionPool> pool);

} // namespace isotherm::postgres
