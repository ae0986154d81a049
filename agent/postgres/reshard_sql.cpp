// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/reshard_sql.h"

#include "agent/postgres/sql_text.h"

namespace isotherm::postgres
{
namespace
{

/// Whoever replaces a partition has to be able to do what its owner can. Superusers' tables are
/// left out: membership in such a role would be more than is needed.
std::string ownersSql(const std::string& role, const std::string& schema)
{
    return "DO $isotherm$\n"
           "DECLARE\n"
           "    owner text;\n"
           "BEGIN\n"
           "    FOR owner IN SELECT DISTINCT r.rolname FROM pg_catalog.pg_class c\n"
           "        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\n"
           "        JOIN pg_catalog.pg_roles r ON r.oid = c.relowner\n"
           "        WHERE n.nspname = " +
           quoteLiteral(schema) +
           " AND c.relkind IN ('r', 'p')\n"
           "        AND NOT r.rolsuper AND r.rolname <> " +
           quoteLiteral(role) +
           "\n"
           "    LOOP\n"
           "        EXECUTE pg_catalog.format('GRANT %I TO %I', owner, " +
           quoteLiteral(role) +
           ");\n"
           "        EXECUTE pg_catalog.format('GRANT CREATE ON SCHEMA %I TO %I', " +
           quoteLiteral(schema) +
           ", owner);\n"
           "    END LOOP;\n"
           "END\n"
           "$isotherm$;\n"
           "GRANT CREATE ON SCHEMA " +
           quoteIdentifier(schema) + " TO " + quoteIdentifier(role) + ";\n";
}

/// Only of tables that a change has registered, and only what their foreign keys do elsewhere.
constexpr const char* kQuietFunction =
    R"sql(-- The copy of a partition lags behind: its foreign keys must not act on what they refer to.
CREATE SCHEMA IF NOT EXISTS isotherm;
CREATE OR REPLACE FUNCTION isotherm.quiet_foreign_keys(part regclass, quiet boolean)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $isotherm$
DECLARE
    t record;
BEGIN
    IF NOT EXISTS (SELECT FROM isotherm_reshard.part p JOIN pg_class c ON c.oid = p.relid
            WHERE p.relid = part::oid AND pg_has_role(session_user, c.relowner, 'USAGE')) THEN
        RAISE EXCEPTION '% is not part of a change of shards', part;
    END IF;
    FOR t IN SELECT g.tgname, format('%I.%I', n.nspname, c.relname) AS on_table
        FROM pg_constraint k JOIN pg_trigger g ON g.tgconstraint = k.oid AND g.tgrelid = k.confrelid
        JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE k.conrelid = part AND k.contype = 'f' AND k.conrelid <> k.confrelid
    LOOP
        EXECUTE format('ALTER TABLE %s %s TRIGGER %I', t.on_table,
            CASE WHEN quiet THEN 'DISABLE' ELSE 'ENABLE' END, t.tgname);
    END LOOP;
END
$isotherm$;
REVOKE ALL ON FUNCTION isotherm.quiet_foreign_keys(regclass, boolean) FROM PUBLIC;
)sql";

} // namespace

std::string reshardSql(const std::string& role, const std::vector<std::string>& schemas)
{
    const std::string quoted = quoteIdentifier(role);
    std::string sql =
        "-- Splitting and merging shards: the agent makes partitions, and puts them in "
        "place of others.\n"
        "ALTER ROLE " +
        quoted +
        " REPLICATION;\n"
        "DO $isotherm$\n"
        "BEGIN\n"
        "    EXECUTE pg_catalog.format('GRANT CREATE ON DATABASE %I TO %I',\n"
        "        pg_catalog.current_database(), " +
        quoteLiteral(role) +
        ");\n"
        "END\n"
        "$isotherm$;\n"
        "-- Rows that are copied must not fire triggers; an idle autovacuum must not "
        "hold a switch up.\n"
        "GRANT SET ON PARAMETER session_replication_role, deadlock_timeout TO " +
        quoted + ";\n";
    for (const std::string& schema : schemas) {
        sql += ownersSql(role, schema);
    }
    return sql + kQuietFunction + "GRANT USAGE ON SCHEMA isotherm TO " + quoted +
           ";\n"
           "GRANT EXECUTE ON FUNCTION isotherm.quiet_foreign_keys(regclass, boolean) TO " +
           quoted + ";\n";
}

} // namespace isotherm::postgres
