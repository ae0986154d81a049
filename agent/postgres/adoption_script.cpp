// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/adoption_script.h"

#include "agent/postgres/part_properties.h"
#include "agent/postgres/reshard_marker.h"
#include "agent/postgres/sql_text.h"

#include <algorithm>
#include <map>

namespace isotherm::postgres
{
namespace
{

/// $1 the table that has the name, $2 tables of the same adoption: their keys go pair by pair.
constexpr const char* kIncomingSql =
    "SELECT format('%I.%I', n.nspname, c.relname), c.oid, quote_ident(k.conname),"
    " pg_get_constraintdef(k.oid), k.convalidated FROM pg_constraint k"
    " JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE k.contype = 'f' AND k.confrelid = $1::oid AND k.conparentid = 0"
    " AND NOT k.conrelid = ANY($2::oid[])";

/// Sequences that belong to columns: of serials they change their owner, of identities both tables
/// have one, which goes on where the other stands.
constexpr const char* kSequencesSql =
    "SELECT format('%I.%I', n.nspname, s.relname), a.attname, d.deptype FROM pg_depend d"
    " JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'"
    " JOIN pg_namespace n ON n.oid = s.relnamespace"
    " JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid"
    " WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass"
    " AND d.refobjid = $1::oid AND d.deptype IN ('a', 'i')";

/// The indexes of two tables that are alike, pair by pair: $1 leaves, $2 comes.
constexpr const char* kIndexPairsSql =
    "WITH d AS (SELECT i.indrelid, x.relname, substring(pg_get_indexdef(i.indexrelid) FROM"
    "   ' USING .*$') || i.indisprimary || i.indisunique || EXISTS (SELECT FROM pg_constraint k"
    "   WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid) AS like_it, i.indexrelid"
    "   FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid"
    "   WHERE i.indrelid IN ($1::oid, $2::oid)),"
    " n AS (SELECT *, row_number() OVER (PARTITION BY indrelid, like_it ORDER BY indexrelid) AS no"
    "   FROM d)"
    " SELECT l.relname, c.relname FROM n l JOIN n c USING (like_it, no)"
    " WHERE l.indrelid = $1::oid AND c.indrelid = $2::oid ORDER BY l.relname";

class AdoptionWriter
{
public:
    AdoptionWriter(const ReshardScene& scene, bool toNew) : m_scene(scene), m_toNew(toNew)
    {
        for (const ReshardTable& table : scene.book.tables) {
            m_own.push_back(std::to_string(table.olds.front().oid));
            m_own.push_back(std::to_string(table.stage->oid));
            for (const ReshardPart& part : table.news) {
                m_own.push_back(std::to_string(part.oid));
            }
        }
    }

    Result<SwitchScript> write()
    {
        for (const ReshardTable& table : m_scene.book.tables) {
            ISO_TRY(take(table));
        }
        SwitchScript script;
        for (const auto* group : {&m_outer, &m_tables}) {
            for (const auto& [oid, statement] : *group) {
                script.locks.push_back(statement);
                script.locked.push_back(oid);
            }
        }
        script.statements =
            m_before + m_names + m_after + "ALTER PUBLICATION " +
            quoteIdentifier(reshardFeedName(m_scene.plan.token)) + " SET TABLE " + m_published +
            ";" +
            reshardSideSql(m_scene.plan.token, m_toNew ? engine::ReshardSide::Switched
                                                       : engine::ReshardSide::Returned) +
            "SELECT pg_logical_emit_message(true, 'isotherm.reshard', " +
            quoteLiteral("switch " + m_scene.plan.token) + ");";
        return script;
    }

private:
    Status take(const ReshardTable& table)
    {
        const ReshardPart& old = table.olds.front();
        const ReshardPart& leaving = m_toNew ? old : *table.stage;
        const ReshardPart& coming = m_toNew ? *table.stage : old;
        const std::string away = m_toNew ? reshardOldName(table.name, m_scene.plan.token)
                                         : reshardPartName(table.name, m_scene.plan.token, 0);
        const std::string name = quoteQualified(table.schema, table.name);
        m_tables[leaving.oid] = "LOCK TABLE " + leaving.qualified() + " IN ACCESS EXCLUSIVE MODE;";
        ISO_TRY(takeIncoming(leaving.oid));
        m_names += "ALTER TABLE " + leaving.qualified() + " RENAME TO " + quoteIdentifier(away) +
                   ";ALTER TABLE " + coming.qualified() + " RENAME TO " +
                   quoteIdentifier(table.name) + ";";
        ISO_TRY(takeOutgoing(old.oid, quoteQualified(table.schema, away), name));
        ISO_TRY(takeSequences(leaving.oid, name));
        ISO_TRY(takeIndexes(table.schema, leaving.oid, coming.oid));
        const auto publish = [&](const ReshardPart& part) {
            m_published += (m_published.empty() ? "" : ", ") + part.qualified();
        };
        if (m_toNew) {
            std::for_each(table.news.begin(), table.news.end(), publish);
        } else {
            m_published += (m_published.empty() ? "" : ", ") + name;
        }
        return {};
    }

    Status takeIncoming(Oid leaving)
    {
        ISO_ASSIGN(
            const QueryRows rows,
            m_scene.connection.query(kIncomingSql, {std::to_string(leaving), arrayLiteral(m_own)}));
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::string table = rows.text(i, 0);
            m_outer[static_cast<Oid>(rows.integer(i, 1))] =
                "LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE;";
            m_before += "ALTER TABLE " + table + " DROP CONSTRAINT " + rows.text(i, 2) + ";";
            const bool valid = rows.truth(i, 4);
            m_after += "ALTER TABLE " + table + " ADD CONSTRAINT " + rows.text(i, 2) + " " +
                       rows.text(i, 3) + (valid ? " NOT VALID;" : ";");
            if (valid) {
                m_before +=
                    "INSERT INTO isotherm_reshard.foreign_key (token, relid, name) VALUES (" +
                    quoteLiteral(m_scene.plan.token) + ", " + rows.text(i, 1) + ", " +
                    quoteLiteral(rows.text(i, 2)) + ");";
            }
        }
        return {};
    }

    /// The one that goes lags behind from now on, the one that comes does not any more.
    Status takeOutgoing(Oid model, const std::string& away, const std::string& name)
    {
        ISO_ASSIGN(const auto keys, foreignKeysOf(m_scene.connection, model));
        bool outer = false;
        for (const ModelForeignKey& key : keys) {
            if (std::find(m_own.begin(), m_own.end(), std::to_string(key.referenced)) ==
                m_own.end()) {
                m_outer.emplace(key.referenced, "LOCK TABLE " + key.referencedName +
                                                    " IN SHARE ROW EXCLUSIVE MODE;");
                outer = true;
            }
        }
        if (outer) {
            m_after += quietForeignKeysSql(away, true, !m_scene.rights.superuser) +
                       quietForeignKeysSql(name, false, !m_scene.rights.superuser);
        }
        return {};
    }

    Status takeSequences(Oid leaving, const std::string& name)
    {
        ISO_ASSIGN(const QueryRows rows,
                   m_scene.connection.query(kSequencesSql, {std::to_string(leaving)}));
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (rows.view(i, 2) == "i") {
                m_after += "SELECT setval(pg_get_serial_sequence(" + quoteLiteral(name) + ", " +
                           quoteLiteral(rows.view(i, 1)) + "), last_value, is_called) FROM " +
                           rows.text(i, 0) + ";";
            } else {
                m_after += "ALTER SEQUENCE " + rows.text(i, 0) + " OWNED BY " + name + "." +
                           quoteIdentifier(rows.view(i, 1)) + ";";
            }
        }
        return {};
    }

    /// ON CONFLICT ON CONSTRAINT, and error messages, name indexes: the names stay the table's.
    Status takeIndexes(const std::string& schema, Oid leaving, Oid coming)
    {
        ISO_ASSIGN(const QueryRows rows,
                   m_scene.connection.query(kIndexPairsSql,
                                            {std::to_string(leaving), std::to_string(coming)}));
        const auto rename = [&](const std::string& from, const std::string& to) {
            m_names += "ALTER INDEX " + quoteQualified(schema, from) + " RENAME TO " +
                       quoteIdentifier(to) + ";";
        };
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::string name = rows.text(i, 0);
            rename(name, m_toNew ? reshardOldName(name, m_scene.plan.token)
                                 : reshardPartName(name, m_scene.plan.token, 0));
            rename(rows.text(i, 1), name);
        }
        return {};
    }

    const ReshardScene& m_scene;
    const bool m_toNew;
    std::vector<std::string> m_own;
    std::map<Oid, std::string> m_outer;
    std::map<Oid, std::string> m_tables;
    std::string m_before;
    std::string m_names;
    std::string m_after;
    std::string m_published;
};

} // namespace

Result<SwitchScript> adoptionScript(const ReshardScene& scene, bool toNew)
{
    return AdoptionWriter(scene, toNew).write();
}

} // namespace isotherm::postgres
