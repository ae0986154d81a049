// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/postgres/catalog.h"
#include "agent/postgres/connection.h"
#include "shared/base/result.h"

#include <string>
#include <vector>

/// What CREATE TABLE … LIKE does not carry over from one table to another like it.
namespace isotherm::postgres
{

/// A new table in place of `model`.
struct LikeTable
{
    Oid model = 0;
    std::string modelName;  ///< qualified, quoted
    std::string target;     ///< qualified, quoted
    std::string targetName; ///< bare
};

/// "CREATE TABLE target (LIKE model …)" with its storage, without indexes and keys.
[[nodiscard]] Result<std::string> createLikeSql(Connection& connection, const LikeTable& table);

/// Options, statistics targets, row security and policies, comment, grants, owner; in an order that
/// works. To be run while the table is still the agent's own.
[[nodiscard]] Result<std::vector<std::string>> propertyStatements(Connection& connection,
                                                                  const LikeTable& table);

/// Primary key, unique constraints, exclusions, then indexes.
[[nodiscard]] Result<std::vector<std::string>> indexStatements(Connection& connection,
                                                               const LikeTable& table);

/// CLUSTER mark and replica identity: they name indexes, so these come after.
[[nodiscard]] Result<std::vector<std::string>> indexMarkStatements(Connection& connection,
                                                                   const LikeTable& table);

/// The model's own triggers (not those that it has from its partitioned table).
[[nodiscard]] Result<std::vector<std::string>> triggerStatements(Connection& connection,
                                                                 const LikeTable& table);

/// One foreign key of the model.
struct ModelForeignKey
{
    std::string definition; ///< "FOREIGN KEY (a) REFERENCES …"
    std::string name;
    Oid referenced = 0;
    std::string referencedName; ///< as it stands in the definition
    bool inherited = false;     ///< from the partitioned table: ATTACH merges them
    bool valid = true;
};

[[nodiscard]] Result<std::vector<ModelForeignKey>> foreignKeysOf(Connection& connection, Oid model);

/// A statement that makes the actions of a table's foreign keys on the referenced tables quiet, or
/// wakes them: while rows of the table lag behind, they must not keep anybody from deleting what
/// these refer to. `helper`: by the administrator's function, else by a superuser's rights.
[[nodiscard]] std::string quietForeignKeysSql(const std::string& table, bool quiet, bool helper);

/// The name of that function with its types.
inline constexpr const char* kQuietForeignKeys = "isotherm.quiet_foreign_keys(regclass,boolean)";

} // namespace isotherm::postgres
