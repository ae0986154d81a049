// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/part_properties.h"

#include "agent/postgres/completion.h"
#include "agent/postgres/sql_text.h"

namespace isotherm::postgres
{
namespace
{

constexpr const char* kStorageSql =
    "SELECT am.amname, ts.spcname FROM pg_class c LEFT JOIN pg_am am ON am.oid = c.relam"
    " LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace WHERE c.oid = $1::oid";

/// $1 the model, $2 the target's qualified name.
constexpr const char* kPropertiesSql =
    "SELECT s FROM ("
    " SELECT 1 o, a.attnum::int n, format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s', "
    "$2::text,"
    "   attname, attstattarget) s FROM pg_attribute a WHERE attrelid = $1::oid AND attnum > 0"
    "   AND NOT attisdropped AND attstattarget >= 0"
    " UNION ALL SELECT 1, a.attnum, format('ALTER TABLE %s ALTER COLUMN %I SET (%s)', $2::text, "
    "attname,"
    "   array_to_string(attoptions, ', ')) FROM pg_attribute a WHERE attrelid = $1::oid"
    "   AND attnum > 0 AND NOT attisdropped AND attoptions IS NOT NULL"
    " UNION ALL SELECT 2, 0, format('ALTER TABLE %s SET (%s)', $2::text, string_agg(format('%I = "
    "%L',"
    "   option_name, option_value), ', ')) FROM pg_class c, pg_options_to_table(c.reloptions)"
    "   WHERE c.oid = $1::oid HAVING count(*) > 0"
    " UNION ALL SELECT 2, 1, format('ALTER TABLE %s SET (%s)', $2::text, string_agg(format("
    "   'toast.%I = %L', option_name, option_value), ', ')) FROM pg_class c"
    "   JOIN pg_class t ON t.oid = c.reltoastrelid, pg_options_to_table(t.reloptions)"
    "   WHERE c.oid = $1::oid HAVING count(*) > 0"
    " UNION ALL SELECT 3, 0, format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', $2::text) FROM "
    "pg_class"
    "   WHERE oid = $1::oid AND relrowsecurity"
    " UNION ALL SELECT 3, 1, format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', $2::text) FROM "
    "pg_class"
    "   WHERE oid = $1::oid AND relforcerowsecurity"
    " UNION ALL SELECT 4, row_number() OVER (ORDER BY polname)::int,"
    "   format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', polname, $2::text,"
    "   CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,"
    "   CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'"
    "     WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,"
    "   (SELECT string_agg(CASE WHEN r = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END,"
    "     ', ') FROM unnest(polroles) r),"
    "   coalesce(' USING (' || pg_get_expr(polqual, polrelid) || ')', ''),"
    "   coalesce(' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')', ''))"
    "   FROM pg_policy WHERE polrelid = $1::oid"
    " UNION ALL SELECT 5, 0, format('COMMENT ON TABLE %s IS %L', $2::text, d)"
    "   FROM obj_description($1::oid, 'pg_class') d WHERE d IS NOT NULL"
    // What default privileges gave the new table goes; the agent is its owner until the end.
    " UNION ALL SELECT 6, 0, format('REVOKE ALL ON %s FROM %s', $2::text, string_agg(DISTINCT CASE "
    "WHEN"
    "   x.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END, ', '))"
    "   FROM pg_class c, aclexplode(c.relacl) x WHERE c.oid = to_regclass($2::text)"
    "   AND x.grantee <> c.relowner HAVING count(*) > 0"
    " UNION ALL SELECT 7, 0, format('ALTER TABLE %s OWNER TO %I', $2::text, "
    "pg_get_userbyid(relowner))"
    "   FROM pg_class WHERE oid = $1::oid"
    " UNION ALL SELECT 8, 0, format('REVOKE ALL ON %s FROM %I', $2::text, "
    "pg_get_userbyid(relowner))"
    "   FROM pg_class WHERE oid = $1::oid AND relacl IS NOT NULL"
    " UNION ALL SELECT 9, row_number() OVER ()::int, format('GRANT %s ON %s TO %s%s',"
    "   x.privilege_type, $2::text, CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE"
    "   quote_ident(pg_get_userbyid(x.grantee)) END,"
    "   CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)"
    "   FROM pg_class c, aclexplode(c.relacl) x WHERE c.oid = $1::oid"
    " UNION ALL SELECT 9, 1000 + row_number() OVER ()::int, format('GRANT %s (%I) ON %s TO %s%s',"
    "   x.privilege_type, a.attname, $2::text, CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE"
    "   quote_ident(pg_get_userbyid(x.grantee)) END,"
    "   CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)"
    "   FROM pg_attribute a, aclexplode(a.attacl) x WHERE a.attrelid = $1::oid AND a.attnum > 0"
    "   AND NOT a.attisdropped"
    ") x ORDER BY o, n";

/// The same index of the target: what follows the table's name in its definition is the same.
constexpr const char* kMarksSql =
    "WITH d AS (SELECT i.indrelid, i.indexrelid, x.relname, i.indisclustered, i.indisreplident,"
    "   i.indisprimary, i.indisunique, substring(pg_get_indexdef(i.indexrelid) FROM ' USING .*$')"
    "   AS def FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid"
    "   WHERE i.indrelid IN ($1::oid, to_regclass($2::text)))"
    " SELECT DISTINCT ON (s) s FROM ("
    " SELECT format('ALTER TABLE %s CLUSTER ON %I', $2::text, t.relname) s FROM d m JOIN d t"
    "   ON m.indrelid = $1::oid AND t.indrelid = to_regclass($2::text) AND m.def = t.def"
    "   AND m.indisprimary = t.indisprimary AND m.indisunique = t.indisunique"
    "   WHERE m.indisclustered"
    " UNION ALL SELECT format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', $2::text, "
    "t.relname)"
    "   FROM d m JOIN d t ON m.indrelid = $1::oid AND t.indrelid = to_regclass($2::text)"
    "   AND m.def = t.def AND m.indisprimary = t.indisprimary AND m.indisunique = t.indisunique"
    "   JOIN pg_class c ON c.oid = m.indrelid WHERE m.indisreplident AND c.relreplident = 'i'"
    " UNION ALL SELECT format('ALTER TABLE %s REPLICA IDENTITY FULL', $2::text) FROM pg_class"
    "   WHERE oid = $1::oid AND relreplident = 'f') x ORDER BY s";

constexpr const char* kTriggersSql =
    "SELECT pg_get_triggerdef(t.oid), t.tgname, t.tgenabled FROM pg_trigger t"
    " WHERE t.tgrelid = $1::oid AND NOT t.tgisinternal AND t.tgparentid = 0 ORDER BY t.tgname";

constexpr const char* kForeignKeysSql =
    "SELECT pg_get_constraintdef(k.oid), k.conname, k.confrelid, format('%I.%I', n.nspname,"
    " c.relname), k.conparentid <> 0, k.convalidated FROM pg_constraint k"
    " JOIN pg_class c ON c.oid = k.confrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE k.conrelid = $1::oid AND k.contype = 'f' ORDER BY k.conname";

Result<std::vector<std::string>> listOf(Connection& connection, const char* sql,
                                        const LikeTable& table)
{
    ISO_ASSIGN(const QueryRows rows,
               connection.query(sql, {std::to_string(table.model), table.target}));
    std::vector<std::string> statements;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        statements.push_back(rows.text(i, 0));
    }
    return statements;
}

bool startsWith(const std::string& text, std::string_view with)
{
    return text.rfind(with, 0) == 0;
}

} // namespace

Result<std::string> createLikeSql(Connection& connection, const LikeTable& table)
{
    ISO_ASSIGN(const QueryRows rows, connection.query(kStorageSql, {std::to_string(table.model)}));
    if (rows.size() == 0) {
        return makeError(Code::Aborted, table.modelName + " was dropped");
    }
    // Not INCLUDING IDENTITY: a partition takes its values from the partitioned table.
    std::string sql = "CREATE TABLE " + table.target + " (LIKE " + table.modelName +
                      " INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED"
                      " INCLUDING STORAGE INCLUDING COMPRESSION INCLUDING COMMENTS"
                      " INCLUDING STATISTICS)";
    if (!rows.isNull(0, 0)) {
        sql += " USING " + quoteIdentifier(rows.view(0, 0));
    }
    if (!rows.isNull(0, 1)) {
        sql += " TABLESPACE " + quoteIdentifier(rows.view(0, 1));
    }
    return sql;
}

Result<std::vector<std::string>> propertyStatements(Connection& connection, const LikeTable& table)
{
    return listOf(connection, kPropertiesSql, table);
}

Result<std::vector<std::string>> indexStatements(Connection& connection, const LikeTable& table)
{
    ISO_ASSIGN(const std::vector<std::string> all, loadCompletion(connection, table.model));
    std::vector<std::string> wanted;
    for (const std::string& statement : all) {
        const bool copied = startsWith(statement, kAddGenerated) ||
                            startsWith(statement, "ALTER TABLE %TABLE% ADD CONSTRAINT");
        if (!copied) { // CREATE TABLE … LIKE did the others
            wanted.push_back(completionFor(statement, table.target));
        }
    }
    return wanted;
}

Result<std::vector<std::string>> indexMarkStatements(Connection& connection, const LikeTable& table)
{
    return listOf(connection, kMarksSql, table);
}

Result<std::vector<std::string>> triggerStatements(Connection& connection, const LikeTable& table)
{
    ISO_ASSIGN(const QueryRows rows, connection.query(kTriggersSql, {std::to_string(table.model)}));
    std::vector<std::string> statements;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        std::string sql = rows.text(i, 0);
        ISO_ASSIGN(
            const QueryRows shown,
            connection.query("SELECT ' ON ' || n.nspname_q || ' ' FROM (SELECT"
                             " format('%I.%I', n.nspname, c.relname) nspname_q FROM pg_class c"
                             " JOIN pg_namespace n ON n.oid = c.relnamespace"
                             " WHERE c.oid = $1::oid) n",
                             {std::to_string(table.model)}));
        const std::string on = shown.text(0, 0);
        const std::size_t at = sql.find(on);
        if (at == std::string::npos) {
            return makeError(Code::Internal, "trigger " + rows.text(i, 1) + " cannot be read");
        }
        sql.replace(at, on.size(), " ON " + table.target + " ");
        statements.push_back(std::move(sql));
        const std::string_view enabled = rows.view(i, 2);
        if (enabled != "O") {
            statements.push_back("ALTER TABLE " + table.target +
                                 (enabled == "D"   ? " DISABLE TRIGGER "
                                  : enabled == "R" ? " ENABLE REPLICA TRIGGER "
                                                   : " ENABLE ALWAYS TRIGGER ") +
                                 quoteIdentifier(rows.view(i, 1)));
        }
    }
    return statements;
}

Result<std::vector<ModelForeignKey>> foreignKeysOf(Connection& connection, Oid model)
{
    ISO_ASSIGN(const QueryRows rows, connection.query(kForeignKeysSql, {std::to_string(model)}));
    std::vector<ModelForeignKey> keys;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        keys.push_back({rows.text(i, 0), rows.text(i, 1), static_cast<Oid>(rows.integer(i, 2)),
                        rows.text(i, 3), rows.truth(i, 4), rows.truth(i, 5)});
    }
    return keys;
}

std::string quietForeignKeysSql(const std::string& table, bool quiet, bool helper)
{
    if (helper) {
        return "SELECT isotherm.quiet_foreign_keys(" + quoteLiteral(table) + "::regclass, " +
               (quiet ? "true" : "false") + ");";
    }
    return "DO $isotherm$ DECLARE t record; BEGIN FOR t IN SELECT g.tgname,"
           " format('%I.%I', n.nspname, c.relname) AS on_table FROM pg_constraint k"
           " JOIN pg_trigger g ON g.tgconstraint = k.oid AND g.tgrelid = k.confrelid"
           " JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
           " WHERE k.conrelid = " +
           quoteLiteral(table) +
           "::regclass AND k.contype = 'f' AND k.conrelid <> k.confrelid LOOP"
           " EXECUTE format('ALTER TABLE %s " +
           (quiet ? "DISABLE" : "ENABLE") +
           " TRIGGER %I', t.on_table, t.tgname); END LOOP; END $isotherm$;";
}

} // namespace isotherm::postgres
