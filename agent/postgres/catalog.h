// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/postgres/connection.h"
#include "agent/postgres/type_policy.h"
#include "shared/base/result.h"

#include <string>
#include <vector>

namespace isotherm::postgres
{

/// A partition root as the catalog has it.
struct TableEntry
{
    Oid oid = 0;
    TableSchema schema;
    std::vector<std::string> keyColumns; ///< of the partition key, in order
    std::vector<KeyType> keyTypes;
    std::vector<Oid> keyTypeOids;
    std::vector<std::string> notCovered; ///< true for each of its shards
};

/// A leaf partition with its bounds.
struct LeafEntry
{
    engine::LeafRef ref;
    KeyRange range;
    bool isDefault = false;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    std::vector<std::string> notCovered;
};

/// Finds "orders" or "sales.orders" (also quoted as in SQL) among the partitioned tables.
/// NotFound when there is none, FailedPrecondition when an unqualified name is ambiguous.
[[nodiscard]] Result<Oid> findTable(Connection& connection, const std::string& name);

/// FailedPrecondition with a reason and a hint when the table cannot be managed: not partitioned by
/// range, expressions in the key, or a key whose order cannot be encoded.
[[nodiscard]] Result<TableEntry> loadTable(Connection& connection, Oid table);

/// Its partitions in key order, the default last. FailedPrecondition when one is partitioned
/// itself.
[[nodiscard]] Result<std::vector<LeafEntry>> loadLeaves(Connection& connection,
                                                        const TableEntry& table);

} // namespace isotherm::postgres
