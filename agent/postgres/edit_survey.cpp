// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/edit_survey.h"

#include "agent/postgres/sql_text.h"

#include <algorithm>

namespace isotherm::postgres
{
namespace
{

constexpr std::string_view kLeafSql =
    "SELECT i.inhparent, quote_ident(pn.nspname) || '.' || quote_ident(p.relname),"
    " c.relkind = 'f', row_security_active(c.oid),"
    " has_database_privilege(current_database(), 'TEMPORARY'),"
    " has_parameter_privilege('session_replication_role', 'SET'),"
    " ARRAY(SELECT r FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) r"
    "   WHERE NOT has_table_privilege(c.oid, r)),"
    " ARRAY(SELECT attname FROM pg_attribute WHERE attrelid = c.oid AND attidentity = 'a'"
    "   AND NOT attisdropped)"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " JOIN pg_inherits i ON i.inhrelid = c.oid AND NOT i.inhdetachpending"
    " JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace"
    " WHERE c.oid = $1::oid AND n.nspname = $2 AND c.relname = $3 AND c.relispartition";

/// The triggers of constraints (foreign keys, deferred uniqueness) are not a user's.
constexpr std::string_view kTriggersSql =
    "SELECT t.tgname FROM pg_trigger t LEFT JOIN pg_constraint c ON c.oid = t.tgconstraint"
    " WHERE t.tgrelid = $1::oid AND t.tgenabled IN ('O', 'A')"
    " AND (c.oid IS NULL OR c.contype NOT IN ('f', 'p', 'u', 'x')) ORDER BY t.tgname";

constexpr std::string_view kNames =
    "ARRAY(SELECT a.attname FROM unnest(k.conkey) WITH ORDINALITY u(n, i) JOIN pg_attribute a"
    "   ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY u.i),"
    " ARRAY(SELECT a.attname FROM unnest(k.confkey) WITH ORDINALITY u(n, i) JOIN pg_attribute a"
    "   ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY u.i)";

Result<std::vector<LeafForeignKey>> loadKeys(Connection& connection, const std::string& condition,
                                             const char* other, std::uint64_t table)
{
    ISO_ASSIGN(const QueryRows rows,
               connection.query("SELECT k.conname, quote_ident(n.nspname) || '.' ||"
                                " quote_ident(c.relname), " +
                                    std::string(kNames) +
                                    " FROM pg_constraint k JOIN pg_class c ON c.oid = k." + other +
                                    " JOIN pg_namespace n ON n.oid = c.relnamespace"
                                    " WHERE k.contype = 'f' AND " +
                                    condition + " ORDER BY 1",
                                {std::to_string(table)}));
    std::vector<LeafForeignKey> keys;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        keys.push_back(
            {rows.text(row, 0), rows.text(row, 1), rows.array(row, 2), rows.array(row, 3)});
    }
    return keys;
}

Error refusal(const engine::EditTarget& target, Code code, const std::string& why, std::string hint)
{
    return makeError(code, target.leaf.schema + "." + target.leaf.name + " " + why,
                     std::move(hint));
}

std::string list(const std::vector<std::string>& names)
{
    std::string text;
    for (const std::string& name : names) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

bool isKeyColumn(const TableSchema& table, const std::string& name)
{
    return std::any_of(table.key.begin(), table.key.end(), [&](const KeyColumn& key) {
        return table.columns[key.column].name == name;
    });
}

void judgeRights(const engine::EditTarget& target, const LeafFacts& facts,
                 engine::EditSurvey& survey)
{
    if (!facts.rights.empty()) {
        survey.refusals.push_back(
            refusal(target, Code::PermissionDenied,
                    "may not be changed by the agent's role, which lacks " + list(facts.rights),
                    "grant it, or print the grants: isotherm-agent init-db --print-sql "
                    "--write-back"));
    }
    if (!facts.temporary) {
        survey.refusals.push_back(
            makeError(Code::PermissionDenied,
                      "the agent's role may not make temporary tables, which it needs",
                      "GRANT TEMPORARY ON DATABASE … TO the agent's role"));
    }
    if (facts.filtered) {
        survey.refusals.push_back(refusal(target, Code::PermissionDenied,
                                          "is filtered by row-level security for the agent's role",
                                          "ALTER ROLE … BYPASSRLS"));
    }
}

void judgeTriggers(const engine::EditTarget& target, const engine::EditRules& rules,
                   const LeafFacts& facts, engine::EditSurvey& survey)
{
    if (facts.triggers.empty()) {
        return;
    }
    if (rules.triggers == engine::UserTriggers::Fire) {
        survey.warnings.push_back("triggers of " + target.leaf.name +
                                  " will fire: " + list(facts.triggers));
        return;
    }
    if (!facts.maySilence) {
        survey.refusals.push_back(refusal(
            target, Code::PermissionDenied,
            "has triggers (" + list(facts.triggers) + ") that the agent's role may not silence",
            "GRANT SET ON PARAMETER session_replication_role TO the agent's role, or let them "
            "fire: --triggers fire"));
    }
    for (const LeafForeignKey& key : facts.referredFrom) {
        const bool byKey =
            std::all_of(key.referenced.begin(), key.referenced.end(),
                        [&](const std::string& name) { return isKeyColumn(target.table, name); });
        if (!byKey) {
            survey.refusals.push_back(refusal(
                target, Code::FailedPrecondition,
                "is referred to by " + key.name + " of " + key.table +
                    " by columns outside of its key, which cannot be guarded while triggers are "
                    "silent",
                "let the triggers fire: --triggers fire"));
        }
    }
}

} // namespace

Result<LeafFacts> loadFacts(Connection& connection, const engine::LeafRef& leaf)
{
    LeafFacts facts;
    const std::string id = std::to_string(leaf.objectId);
    ISO_ASSIGN(const QueryRows rows,
               connection.query(std::string(kLeafSql), {id, leaf.schema, leaf.name}));
    if (rows.size() != 1) {
        return facts;
    }
    facts.there = true;
    facts.parentId = static_cast<std::uint64_t>(rows.integer(0, 0));
    facts.parent = rows.text(0, 1);
    facts.foreign = rows.truth(0, 2);
    facts.filtered = rows.truth(0, 3);
    facts.temporary = rows.truth(0, 4);
    facts.maySilence = rows.truth(0, 5);
    facts.rights = rows.array(0, 6);
    facts.alwaysIdentity = rows.array(0, 7);
    ISO_ASSIGN(const QueryRows triggers, connection.query(std::string(kTriggersSql), {id}));
    for (std::size_t row = 0; row < triggers.size(); ++row) {
        facts.triggers.push_back(triggers.text(row, 0));
    }
    ISO_ASSIGN(facts.refersTo,
               loadKeys(connection, "k.conrelid = $1::oid", "confrelid", leaf.objectId));
    // Of one that refers to the whole table, the copies for its partitions say nothing more.
    ISO_ASSIGN(facts.referredFrom,
               loadKeys(connection, "k.confrelid = $1::oid AND k.conparentid = 0", "conrelid",
                        facts.parentId));
    ISO_ASSIGN(const auto own, loadKeys(connection, "k.confrelid = $1::oid AND k.conparentid = 0",
                                        "conrelid", leaf.objectId));
    facts.referredFrom.insert(facts.referredFrom.end(), own.begin(), own.end());
    ISO_ASSIGN(facts.sequences, loadColumnSequences(connection, leaf.objectId, facts.parentId));
    return facts;
}

engine::EditSurvey judge(const engine::EditTarget& target, const engine::EditRules& rules,
                         const LeafFacts& facts)
{
    engine::EditSurvey survey;
    if (!facts.there) {
        survey.refusals.push_back(refusal(target, Code::Aborted,
                                          "was dropped, renamed, detached or replaced since",
                                          "compare again: isothermctl restore diff"));
        return survey;
    }
    if (facts.foreign) {
        survey.refusals.push_back(refusal(target, Code::FailedPrecondition, "is a foreign table",
                                          "bring its rows back where it lives"));
    }
    if (!target.table.keyIsUnique) {
        survey.refusals.push_back(refusal(target, Code::FailedPrecondition,
                                          "has no primary key to tell its rows by",
                                          "restore into a side table, and copy them by hand"));
    }
    judgeRights(target, facts, survey);
    judgeTriggers(target, rules, facts, survey);
    for (std::string& warning : warningsOf(facts.sequences)) {
        survey.warnings.push_back(std::move(warning));
    }
    return survey;
}

bool silences(const engine::EditRules& rules, const LeafFacts& facts)
{
    return rules.triggers == engine::UserTriggers::Silent && !facts.triggers.empty();
}

} // namespace isotherm::postgres
