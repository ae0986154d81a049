// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/reshard_blockers.h"

#include "agent/postgres/sql_text.h"

namespace isotherm::postgres
{
namespace
{

using engine::Blocker;

/// One line for people of alias a, pg_stat_activity.
constexpr const char* kWho =
    "'process ' || a.pid || ' (' || coalesce(nullif(a.application_name, ''), a.backend_type) ||"
    " ' of ' || coalesce(a.usename, '?') || ', ' || coalesce(a.state, a.backend_type) ||"
    " CASE WHEN a.xact_start IS NULL THEN '' ELSE ', in a transaction for '"
    "   || greatest(0, round(extract(epoch FROM clock_timestamp() - a.xact_start)))::int8 || ' s'"
    " END || ')'";

Result<std::vector<Blocker>> listOf(Connection& connection, const std::string& sql,
                                    const std::vector<std::string>& parameters = {})
{
    ISO_ASSIGN(const QueryRows rows, connection.query(sql, parameters));
    std::vector<Blocker> blockers;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        blockers.push_back({rows.integer(i, 0), rows.text(i, 1)});
    }
    return blockers;
}

} // namespace

Result<std::vector<Blocker>> oldSnapshots(Connection& connection, std::uint64_t horizon)
{
    return listOf(
        connection,
        "WITH n AS (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::int8 - $1::int8 AS age)"
        "SELECT a.pid, " +
            std::string(kWho) +
            " FROM pg_stat_activity a, n WHERE a.pid <> pg_backend_pid()"
            " AND a.backend_xmin IS NOT NULL AND age(a.backend_xmin) >= n.age"
            " AND (a.datname = current_database() OR a.backend_type = 'walsender')"
            " AND a.backend_type NOT LIKE 'autovacuum%'"
            " UNION ALL SELECT 0, 'prepared transaction ' || p.gid || ' of ' || p.owner"
            " FROM pg_prepared_xacts p, n WHERE p.database = current_database()"
            " AND age(p.transaction) >= n.age LIMIT 10",
        {std::to_string(horizon)});
}

Status prepareIdleSnapshots(Connection& connection)
{
    return connection.run("PREPARE isotherm_idle AS SELECT a.pid, " + std::string(kWho) +
                          " FROM pg_stat_activity a WHERE a.datname = current_database()"
                          " AND a.backend_xmin IS NOT NULL"
                          " AND a.state LIKE 'idle in transaction%'"
                          " AND a.pid <> pg_backend_pid() LIMIT 10");
}

Result<std::vector<Blocker>> idleSnapshots(Connection& connection)
{
    return listOf(connection, "EXECUTE isotherm_idle");
}

Result<std::vector<Blocker>> lockHolders(Connection& connection, const std::vector<Oid>& relations)
{
    std::vector<std::string> oids;
    for (const Oid oid : relations) {
        oids.push_back(std::to_string(oid));
    }
    // Those who have it for some moments only are the application at work.
    return listOf(
        connection,
        "SELECT a.pid, " + std::string(kWho) +
            " FROM pg_stat_activity a WHERE a.pid <> pg_backend_pid()"
            " AND a.xact_start < clock_timestamp() - interval '30 ms'"
            " AND EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.granted"
            "   AND l.locktype = 'relation' AND l.relation = ANY($1::oid[])"
            "   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
            " UNION ALL SELECT 0, 'prepared transaction ' || p.gid || ' of ' || p.owner"
            " FROM pg_prepared_xacts p WHERE EXISTS (SELECT FROM pg_locks l WHERE l.granted"
            "   AND l.virtualtransaction = '-1/' || p.transaction AND l.locktype = 'relation'"
            "   AND l.relation = ANY($1::oid[])) LIMIT 10",
        {arrayLiteral(oids)});
}

} // namespace isotherm::postgres
