// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/init_sql.h"

#include "agent/postgres/capture_sql.h"
#include "agent/postgres/reshard_sql.h"
#include "agent/postgres/sql_text.h"

namespace isotherm::postgres
{
namespace
{

/// Roles have no CREATE … IF NOT EXISTS.
std::string createRole(const std::string& role)
{
    return "DO $isotherm$\n"
           "BEGIN\n"
           "    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = " +
           quoteLiteral(role) +
           ") THEN\n"
           "        CREATE ROLE " +
           quoteIdentifier(role) +
           " LOGIN;\n"
           "    END IF;\n"
           "END\n"
           "$isotherm$;\n";
}

/// Named when it is known; else the one that the statements are run in.
std::string grantConnect(const std::string& database, const std::string& role)
{
    if (!database.empty()) {
        return "GRANT CONNECT ON DATABASE " + quoteIdentifier(database) + " TO " +
               quoteIdentifier(role) + ";\n";
    }
    return "DO $isotherm$\n"
           "BEGIN\n"
           "    EXECUTE pg_catalog.format('GRANT CONNECT ON DATABASE %I TO %I',\n"
           "        pg_catalog.current_database(), " +
           quoteLiteral(role) +
           ");\n"
           "END\n"
           "$isotherm$;\n";
}

std::string schemaGrants(const std::string& schema, const std::string& role)
{
    const std::string quotedSchema = quoteIdentifier(schema);
    const std::string quotedRole = quoteIdentifier(role);
    return "GRANT USAGE ON SCHEMA " + quotedSchema + " TO " + quotedRole +
           ";\n"
           "GRANT SELECT ON ALL TABLES IN SCHEMA " +
           quotedSchema + " TO " + quotedRole +
           ";\n"
           "-- Where sequences stand is kept with backups.\n"
           "GRANT SELECT ON ALL SEQUENCES IN SCHEMA " +
           quotedSchema + " TO " + quotedRole +
           ";\n"
           "-- Run this as every role that creates tables there, or new partitions stay unread.\n"
           "ALTER DEFAULT PRIVILEGES IN SCHEMA " +
           quotedSchema + " GRANT SELECT ON TABLES TO " + quotedRole + ";\n" +
           "ALTER DEFAULT PRIVILEGES IN SCHEMA " + quotedSchema + " GRANT SELECT ON SEQUENCES TO " +
           quotedRole + ";\n";
}

/// Only asked for: without these the agent cannot change a row, whoever commands it.
std::string writeBackGrants(const std::string& schema, const std::string& role)
{
    const std::string quotedSchema = quoteIdentifier(schema);
    const std::string quotedRole = quoteIdentifier(role);
    return "GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA " + quotedSchema + " TO " +
           quotedRole +
           ";\n"
           "ALTER DEFAULT PRIVILEGES IN SCHEMA " +
           quotedSchema + " GRANT INSERT, UPDATE, DELETE ON TABLES TO " + quotedRole +
           ";\n"
           "-- Sequences must not give out the numbers of rows that came back.\n"
           "GRANT UPDATE ON ALL SEQUENCES IN SCHEMA " +
           quotedSchema + " TO " + quotedRole +
           ";\n"
           "ALTER DEFAULT PRIVILEGES IN SCHEMA " +
           quotedSchema + " GRANT UPDATE ON SEQUENCES TO " + quotedRole +
           ";\n"
           "GRANT CREATE ON SCHEMA " +
           quotedSchema + " TO " + quotedRole +
           ";\n"
           "-- Replacing a partition takes its owner.\n"
           "DO $isotherm$\n"
           "DECLARE owner text;\n"
           "BEGIN\n"
           "    FOR owner IN SELECT DISTINCT r.rolname FROM pg_catalog.pg_class c\n"
           "        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\n"
           "        JOIN pg_catalog.pg_roles r ON r.oid = c.relowner\n"
           "        WHERE n.nspname = " +
           quoteLiteral(schema) +
           " AND c.relkind IN ('r', 'p') AND NOT r.rolsuper AND r.rolname <> " +
           quoteLiteral(role) +
           "\n"
           "    LOOP\n"
           "        EXECUTE pg_catalog.format('GRANT %I TO %I', owner, " +
           quoteLiteral(role) +
           ");\n"
           "    END LOOP;\n"
           "END\n"
           "$isotherm$;\n";
}

} // namespace

std::string initSql(const InitSqlOptions& options)
{
    const std::string role = quoteIdentifier(options.role);
    std::string sql =
        "-- Isotherm: the rights of the agent's role. Run as a superuser in the managed database;\n"
        "-- running it again changes nothing. Then set a password: \\password " +
        options.role +
        "\n"
        "BEGIN;\n" +
        createRole(options.role) +
        "-- Reads counters, sizes and settings of the whole server, never rows.\n"
        "GRANT pg_monitor TO " +
        role +
        ";\n"
        "-- Backups read whole tables: without this they would count as load and heat the map.\n"
        "GRANT SET ON PARAMETER track_counts TO " +
        role +
        ";\n"
        "-- A backup that row-level security filters would be silently partial.\n"
        "ALTER ROLE " +
        role + " BYPASSRLS;\n" + grantConnect(options.database, options.role);
    for (const std::string& schema : options.schemas) {
        sql += schemaGrants(schema, options.role);
    }
    if (options.rights == TableRights::WriteBack) {
        sql += "-- To write rows back: copies are made beside the tables, and their triggers are "
               "silent.\n"
               "GRANT SET ON PARAMETER session_replication_role TO " +
               role + ";\n";
        for (const std::string& schema : options.schemas) {
            sql += writeBackGrants(schema, options.role);
        }
    }
    if (!options.publication.empty()) {
        sql += captureSql(options.role, options.publication);
    }
    if (options.reshard) {
        sql += reshardSql(options.role, options.schemas);
    }
    if (options.readLog) {
        sql += "-- Reads the server's log, for the keys of sampled statements.\n"
               "GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_binary_file(text, bigint, bigint, "
               "boolean) TO " +
               role + ";\n";
    } else {
        sql +=
            "-- Reads by key need the server's log (log_min_duration_sample = 0,\n"
            "-- log_statement_sample_rate = 0.01, log_destination = 'jsonlog'); to let the agent "
            "read it\n-- through the database, add --read-log.\n";
    }
    sql += "-- Where restores put their tables.\n"
           "CREATE SCHEMA IF NOT EXISTS " +
           quoteIdentifier(options.stagingSchema) + " AUTHORIZATION " + role +
           ";\n"
           "COMMIT;\n";
    return sql;
}

} // namespace isotherm::postgres
