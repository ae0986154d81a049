// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/reshard_marker.h"

#include "agent/postgres/sql_text.h"

namespace isotherm::postgres
{
namespace
{

using engine::ReshardSide;

constexpr const char* kSchemaSql =
    "CREATE SCHEMA IF NOT EXISTS isotherm_reshard;"
    "CREATE TABLE IF NOT EXISTS isotherm_reshard.change (token text PRIMARY KEY,"
    "  side int NOT NULL, made timestamptz NOT NULL DEFAULT now(),"
    "  switched_at pg_lsn NOT NULL DEFAULT '0/0');"
    "CREATE TABLE IF NOT EXISTS isotherm_reshard.progress (token text PRIMARY KEY,"
    "  applied pg_lsn NOT NULL) WITH (fillfactor = 50);"
    "CREATE TABLE IF NOT EXISTS isotherm_reshard.part (relid oid PRIMARY KEY, token text NOT NULL,"
    "  side text NOT NULL, tbl int NOT NULL, part int NOT NULL, name text NOT NULL);"
    // Foreign keys to the tables that the switch took off and put back, to be validated again.
    "CREATE TABLE IF NOT EXISTS isotherm_reshard.foreign_key (token text NOT NULL,"
    "  relid oid NOT NULL, name text NOT NULL)";

} // namespace

std::string lsnLiteral(Lsn lsn)
{
    return "('0/0'::pg_lsn + " + std::to_string(lsn.get()) + ")";
}

Status ensureReshardSchema(Connection& connection)
{
    ISO_ASSIGN(const QueryRows there,
               connection.query("SELECT to_regclass('isotherm_reshard.foreign_key') IS NOT NULL"));
    return there.truth(0, 0) ? Status() : connection.run(kSchemaSql);
}

Result<ReshardMarker> loadReshardMarker(Connection& connection, const std::string& token)
{
    ISO_ASSIGN(const QueryRows there,
               connection.query("SELECT to_regclass('isotherm_reshard.foreign_key') IS NOT NULL"));
    ReshardMarker marker;
    if (!there.truth(0, 0)) {
        return marker;
    }
    ISO_ASSIGN(const QueryRows rows,
               connection.query("SELECT c.side, c.switched_at - '0/0'::pg_lsn,"
                                " coalesce(p.applied, '0/0') - '0/0'::pg_lsn"
                                " FROM isotherm_reshard.change c"
                                " LEFT JOIN isotherm_reshard.progress p USING (token)"
                                " WHERE c.token = $1",
                                {token}));
    if (rows.size() == 1) {
        marker.side = static_cast<ReshardSide>(rows.integer(0, 0));
        marker.switchedAt = Lsn(static_cast<std::uint64_t>(rows.integer(0, 1)));
        marker.applied = Lsn(static_cast<std::uint64_t>(rows.integer(0, 2)));
    }
    return marker;
}

Result<std::vector<std::string>> reshardTokens(Connection& connection)
{
    ISO_ASSIGN(const QueryRows there,
               connection.query("SELECT to_regclass('isotherm_reshard.foreign_key') IS NOT NULL"));
    const std::string rowsSql =
        there.truth(0, 0) ? "SELECT token FROM isotherm_reshard.change UNION " : "";
    ISO_ASSIGN(const QueryRows rows,
               connection.query(rowsSql + "SELECT substr(slot_name, 12) FROM pg_replication_slots"
                                          " WHERE starts_with(slot_name, 'isotherm_r_')"
                                          " AND database = current_database()"
                                          " UNION SELECT substr(pubname, 12) FROM pg_publication"
                                          " WHERE starts_with(pubname, 'isotherm_r_') ORDER BY 1"));
    std::vector<std::string> tokens;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        tokens.push_back(rows.text(i, 0));
    }
    return tokens;
}

std::string reshardSideSql(const std::string& token, ReshardSide side)
{
    return "UPDATE isotherm_reshard.change SET side = " + std::to_string(static_cast<int>(side)) +
           " WHERE token = " + quoteLiteral(token) + ";";
}

std::string reshardAppliedSql(const std::string& token, Lsn applied)
{
    return "UPDATE isotherm_reshard.progress SET applied = " + lsnLiteral(applied) +
           " WHERE token = " + quoteLiteral(token) + ";";
}

std::string reshardSwitchedSql(const std::string& token, Lsn at)
{
    return "UPDATE isotherm_reshard.change SET switched_at = " + lsnLiteral(at) +
           " WHERE token = " + quoteLiteral(token) + ";";
}

} // namespace isotherm::postgres
