// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/postgres/connection.h"
#include "shared/base/result.h"
#include "shared/model/table_schema.h"

#include <cstdint>
#include <string>

namespace isotherm::postgres
{

/// How a leaf is best read, found out inside the snapshot.
struct LeafShape
{
    std::uint64_t pages = 0;
    bool physicalOrderIsKeyOrder = false;
    std::string order; ///< ORDER BY expressions that give exactly the order of encoded keys
};

/// Looks at a sample of the leaf's own pages: statistics may be old or missing, and a table that
/// was just loaded has none.
[[nodiscard]] Result<LeafShape> loadShape(Connection& connection, const engine::LeafRef& leaf,
                                          const TableSchema& schema);

/// The statement for one request.
[[nodiscard]] std::string readSql(const engine::LeafRef& leaf, const TableSchema& schema,
                                  const LeafShape& shape, const engine::ReadRequest& request);

} // namespace isotherm::postgres
