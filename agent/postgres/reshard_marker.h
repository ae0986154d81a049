// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/reshard_port.h"
#include "agent/postgres/connection.h"
#include "agent/postgres/reshard_book.h"
#include "shared/base/result.h"

#include <cstdint>
#include <optional>
#include <string>

/// The rows by which the database itself says how far a change of parts is (RESHARD.md).
namespace isotherm::postgres
{

struct ReshardMarker
{
    engine::ReshardSide side = engine::ReshardSide::Absent;
    Lsn applied;    ///< everything up to here is in the side that follows
    Lsn switchedAt; ///< end of the switch's commit; 0: not seen yet
};

/// Makes schema and tables where they are missing.
[[nodiscard]] Status ensureReshardSchema(Connection& connection);

/// Absent when there is no row.
[[nodiscard]] Result<ReshardMarker> loadReshardMarker(Connection& connection,
                                                      const std::string& token);

/// Tokens of all rows, and of slots and publications without one.
[[nodiscard]] Result<std::vector<std::string>> reshardTokens(Connection& connection);

/// Statements for the transaction that is to count.
[[nodiscard]] std::string reshardSideSql(const std::string& token, engine::ReshardSide side);
[[nodiscard]] std::string reshardAppliedSql(const std::string& token, Lsn applied);
[[nodiscard]] std::string reshardSwitchedSql(const std::string& token, Lsn at);

/// "0/1A2B" as a literal of SQL.
[[nodiscard]] std::string lsnLiteral(Lsn lsn);

} // namespace isotherm::postgres
