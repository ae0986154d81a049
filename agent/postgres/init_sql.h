// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace isotherm::postgres
{

/// What the role may do to the managed tables.
enum class TableRights
{
    Read,     ///< back up, and restore beside them
    WriteBack ///< also copy rows back into them, and replace them
};

struct InitSqlOptions
{
    std::string role = "isotherm";
    std::string database;             ///< the managed database; empty: where the statements are run
    std::vector<std::string> schemas; ///< that hold the keyspaces' tables
    /// The schema that restores go to; made here, owned by the role.
    std::string stagingSchema = "isotherm_restore";
    /// What continuous capture reads; empty: none, the shards get full backups only.
    std::string publication = "isotherm";
    bool reshard = false; ///< also the rights for splitting and merging shards
    TableRights rights = TableRights::Read;
    /// Let it read the server's log, for reads by key: everything that is logged there.
    bool readLog = false;
};

/// The statements that an administrator runs once, as a superuser in the managed database, so that
/// the agent needs no more rights than these. Running them again changes nothing. The role gets no
/// password here: psql's \password sets it without leaving it in a log.
[[nodiscard]] std::string initSql(const InitSqlOptions& options);

} // namespace isotherm::postgres
