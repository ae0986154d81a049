// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/leaf_likeness.h"

#include "agent/postgres/catalog.h"
#include "agent/postgres/completion.h"
#include "agent/postgres/edit_survey.h"
#include "agent/postgres/sql_text.h"

namespace isotherm::postgres
{
namespace
{

// Each gives statements; format() makes one % of two.

constexpr std::string_view kForeignKeysSql =
    "SELECT format('ALTER TABLE %%TABLE%% ADD CONSTRAINT %I %s NOT VALID', conname,"
    "   regexp_replace(pg_get_constraintdef(oid), ' NOT VALID$', '')),"
    " CASE WHEN convalidated THEN format('ALTER TABLE %%TABLE%% VALIDATE CONSTRAINT %I', conname)"
    " END FROM pg_constraint WHERE conrelid = $1::oid AND contype = 'f' ORDER BY conname";

constexpr std::string_view kOptionsSql =
    "SELECT format('ALTER TABLE %%TABLE%% SET (%s)', string_agg(prefix ||"
    "   quote_ident(split_part(o, '=', 1)) || '=' || quote_literal(substr(o, strpos(o, '=') + 1)),"
    "   ', ')) FROM ("
    " SELECT '' AS prefix, unnest(reloptions) AS o FROM pg_class WHERE oid = $1::oid UNION ALL"
    " SELECT 'toast.', unnest(t.reloptions) FROM pg_class c JOIN pg_class t"
    "   ON t.oid = c.reltoastrelid WHERE c.oid = $1::oid) options HAVING count(*) > 0";

constexpr std::string_view kStatisticsSql =
    "SELECT format('ALTER TABLE %%TABLE%% ALTER COLUMN %I SET STATISTICS %s', attname,"
    "   attstattarget) FROM pg_attribute WHERE attrelid = $1::oid AND attnum > 0"
    " AND NOT attisdropped AND attstattarget >= 0 ORDER BY attnum";

constexpr std::string_view kRowSecuritySql =
    "SELECT unnest(ARRAY["
    " CASE WHEN relrowsecurity THEN 'ALTER TABLE %TABLE% ENABLE ROW LEVEL SECURITY' END,"
    " CASE WHEN relforcerowsecurity THEN 'ALTER TABLE %TABLE% FORCE ROW LEVEL SECURITY' END,"
    " CASE relreplident WHEN 'f' THEN 'ALTER TABLE %TABLE% REPLICA IDENTITY FULL'"
    "   WHEN 'n' THEN 'ALTER TABLE %TABLE% REPLICA IDENTITY NOTHING' END])"
    " FROM pg_class WHERE oid = $1::oid";

constexpr std::string_view kPoliciesSql =
    "SELECT format('CREATE POLICY %I ON %%TABLE%% AS %s FOR %s TO %s', polname,"
    "   CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,"
    "   CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'"
    "     WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,"
    "   CASE WHEN polroles = '{0}' THEN 'PUBLIC' ELSE (SELECT string_agg(quote_ident(rolname), ', "
    "')"
    "     FROM pg_roles WHERE oid = ANY (polroles)) END)"
    " || coalesce(' USING (' || pg_get_expr(polqual, polrelid) || ')', '')"
    " || coalesce(' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')', '')"
    " FROM pg_policy WHERE polrelid = $1::oid ORDER BY polname";

constexpr std::string_view kGrantsSql =
    "SELECT format('GRANT %s%s ON TABLE %%TABLE%% TO %s%s', g.privilege_type, g.columns,"
    "   CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END,"
    "   CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) FROM ("
    " SELECT a.grantee, a.privilege_type, a.is_grantable, '' AS columns, c.relowner"
    "   FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = $1::oid UNION ALL"
    " SELECT a.grantee, a.privilege_type, a.is_grantable, format(' (%I)', t.attname), c.relowner"
    "   FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid AND NOT t.attisdropped,"
    "   aclexplode(t.attacl) a WHERE c.oid = $1::oid) g"
    " LEFT JOIN pg_roles r ON r.oid = g.grantee WHERE g.grantee <> g.relowner ORDER BY 1";

constexpr std::string_view kOwnerSql =
    "SELECT format('ALTER TABLE %%TABLE%% OWNER TO %s', relowner::regrole) FROM pg_class"
    " WHERE oid = $1::oid";

/// Facts that decide whether a swap is possible.
constexpr std::string_view kFactsSql =
    "SELECT c.relpersistence, ts.spcname, pg_has_role(c.relowner, 'USAGE'),"
    " pg_has_role(p.relowner, 'USAGE'), has_schema_privilege(c.relnamespace, 'CREATE'),"
    " ARRAY(SELECT pb.pubname FROM pg_publication_rel r JOIN pg_publication pb"
    "   ON pb.oid = r.prpubid WHERE r.prrelid = c.oid),"
    " ARRAY(SELECT rulename FROM pg_rewrite WHERE ev_class = c.oid),"
    " ARRAY(SELECT DISTINCT v.oid::regclass::text FROM pg_depend d JOIN pg_rewrite w"
    "   ON w.oid = d.objid AND d.classid = 'pg_rewrite'::regclass JOIN pg_class v"
    "   ON v.oid = w.ev_class WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid"
    "   AND v.oid <> c.oid),"
    " (SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indrelid = c.oid"
    "   AND i.indisreplident AND c.relreplident = 'i')"
    " FROM pg_class c JOIN pg_inherits h ON h.inhrelid = c.oid JOIN pg_class p ON p.oid = "
    "h.inhparent"
    " LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace WHERE c.oid = $1::oid";

std::string list(const std::vector<std::string>& names)
{
    std::string text;
    for (const std::string& name : names) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

/// Adds the first column's texts, NULLs left out.
Status add(Connection& connection, std::string_view sql, const std::string& leaf,
           std::vector<std::string>& statements)
{
    ISO_ASSIGN(const QueryRows rows, connection.query(std::string(sql), {leaf}));
    for (std::size_t row = 0; row < rows.size(); ++row) {
        if (!rows.isNull(row, 0)) {
            statements.push_back(rows.text(row, 0));
        }
    }
    return {};
}

/// A foreign key is added unproven, which locks the other table for a moment only, then proven.
Status addForeignKeys(Connection& connection, const std::string& leaf,
                      std::vector<std::string>& statements)
{
    ISO_ASSIGN(const QueryRows rows, connection.query(std::string(kForeignKeysSql), {leaf}));
    for (std::size_t row = 0; row < rows.size(); ++row) {
        statements.push_back(rows.text(row, 0));
        if (!rows.isNull(row, 1)) {
            statements.push_back(rows.text(row, 1));
        }
    }
    return {};
}

/// Rows of some columns come as text: such a column is text until all are there.
Status addTextColumns(Connection& connection, std::uint64_t table, const std::string& leaf,
                      Likeness& likeness)
{
    ISO_ASSIGN(const TableEntry entry, loadTable(connection, static_cast<Oid>(table)));
    for (const ColumnSchema& column : entry.schema.columns) {
        if (column.encoding != ValueEncoding::Text) {
            continue;
        }
        const std::string alter =
            "ALTER TABLE %TABLE% ALTER COLUMN " + quoteIdentifier(column.name);
        likeness.beforeLoad.push_back(alter + " DROP DEFAULT");
        likeness.beforeLoad.push_back(alter + " TYPE text");
        likeness.statements.push_back(
            alter + " TYPE " + column.typeName +
            (column.collation.empty() ? "" : " COLLATE " + column.collation) + " USING " +
            quoteIdentifier(column.name) + "::" + column.typeName);
        ISO_ASSIGN(const QueryRows value,
                   connection.query("SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d"
                                    " JOIN pg_attribute a ON a.attrelid = d.adrelid"
                                    " AND a.attnum = d.adnum WHERE d.adrelid = $1::oid"
                                    " AND a.attname = $2",
                                    {leaf, column.name}));
        if (value.size() > 0) {
            likeness.statements.push_back(alter + " SET DEFAULT " + value.text(0, 0));
        }
    }
    return {};
}

/// LIKE copies checks and generated columns: what is left are keys and indexes.
bool isLeftByLike(const std::string& statement)
{
    return statement.rfind(kAddGenerated, 0) != 0 &&
           statement.rfind("ALTER TABLE %TABLE% ADD CONSTRAINT ", 0) != 0;
}

void judge(Likeness& likeness, const std::string& shown, const QueryRows& facts,
           const LeafFacts& leaf)
{
    const auto refuse = [&](Code code, const std::string& why, const std::string& hint) {
        likeness.refusals.push_back(makeError(code, shown + " " + why, hint));
    };
    if (!facts.truth(0, 2) || !facts.truth(0, 3) || !facts.truth(0, 4)) {
        refuse(Code::PermissionDenied,
               "cannot be swapped by the agent's role: it must be a member of the owner of the "
               "table and of its partitions, and may create tables in their schema",
               "GRANT the owner's role TO the agent's role; or copy rows back instead");
    }
    if (!leaf.referredFrom.empty()) {
        std::vector<std::string> keys;
        for (const LeafForeignKey& key : leaf.referredFrom) {
            keys.push_back(key.name + " of " + key.table);
        }
        refuse(Code::FailedPrecondition,
               "is referred to by foreign keys (" + list(keys) +
                   "): its rows cannot be taken away at once",
               "copy rows back instead: isothermctl restore copy-back; or drop the foreign keys "
               "for the time being");
    }
    if (const auto publications = facts.array(0, 5); !publications.empty()) {
        refuse(Code::FailedPrecondition,
               "is published by itself, not as a part of its table: " + list(publications),
               "publish the table instead of the partition");
    }
    if (const auto rules = facts.array(0, 6); !rules.empty()) {
        refuse(Code::FailedPrecondition, "has rules: " + list(rules),
               "copy rows back instead: isothermctl restore copy-back");
    }
    if (const auto views = facts.array(0, 7); !views.empty()) {
        likeness.warnings.push_back("views that name " + shown +
                                    " itself will go on to show the old rows: " + list(views));
    }
}

} // namespace

Result<std::string> loadBoundCheck(Connection& connection, const engine::LeafRef& leaf)
{
    ISO_ASSIGN(const QueryRows rows,
               connection.query("SELECT pg_get_partition_constraintdef($1::oid)",
                                {std::to_string(leaf.objectId)}));
    if (rows.size() != 1 || rows.isNull(0, 0)) {
        return makeError(Code::Aborted, leaf.schema + "." + leaf.name + " is no partition any more",
                         "compare again: isothermctl restore diff");
    }
    return "CHECK (" + rows.text(0, 0) + ")";
}

Result<Likeness> loadLikeness(Connection& connection, const engine::LeafRef& leaf)
{
    Likeness likeness;
    const std::string id = std::to_string(leaf.objectId);
    ISO_ASSIGN(const LeafFacts facts, loadFacts(connection, leaf));
    if (!facts.there) {
        return makeError(Code::Aborted,
                         leaf.schema + "." + leaf.name +
                             " was dropped, renamed, detached or replaced since",
                         "compare again: isothermctl restore diff");
    }
    ISO_ASSIGN(const QueryRows rows, connection.query(std::string(kFactsSql), {id}));
    judge(likeness, leaf.schema + "." + leaf.name, rows, facts);
    likeness.create = std::string("CREATE ") + (rows.view(0, 0) == "u" ? "UNLOGGED " : "") +
                      "TABLE %TABLE% (LIKE " + quoteQualified(leaf.schema, leaf.name) +
                      " INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY)" +
                      (rows.isNull(0, 1) ? "" : " TABLESPACE " + quoteIdentifier(rows.text(0, 1)));
    ISO_ASSIGN(likeness.boundCheck, loadBoundCheck(connection, leaf));
    likeness.replicaIndex = rows.text(0, 8);
    ISO_TRY(addTextColumns(connection, facts.parentId, id, likeness));
    ISO_ASSIGN(const std::vector<std::string> completion,
               loadCompletion(connection, static_cast<Oid>(leaf.objectId)));
    for (const std::string& statement : completion) {
        if (isLeftByLike(statement)) {
            likeness.statements.push_back(statement);
        }
    }
    ISO_TRY(add(connection, kOptionsSql, id, likeness.statements));
    ISO_TRY(add(connection, kStatisticsSql, id, likeness.statements));
    ISO_TRY(addForeignKeys(connection, id, likeness.statements));
    ISO_TRY(add(connection, kRowSecuritySql, id, likeness.statements));
    ISO_TRY(add(connection, kPoliciesSql, id, likeness.statements));
    // The owner first: a new one would take over what was granted to us.
    ISO_TRY(add(connection, kOwnerSql, id, likeness.statements));
    ISO_TRY(add(connection, kGrantsSql, id, likeness.statements));
    return likeness;
}

} // namespace isotherm::postgres
