// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/reshard_preflight.h"

#include "agent/postgres/part_properties.h"
#include "agent/postgres/reshard_blockers.h"
#include "agent/postgres/reshard_build.h"
#include "agent/postgres/sql_text.h"

#include <algorithm>

namespace isotherm::postgres
{
namespace
{

using engine::Finding;
using engine::FindingKind;
using engine::FindingLevel;
using engine::PreflightReport;

constexpr const char* kInitDb =
    "run what `isotherm-agent init-db --print-sql --reshard` prints, as a superuser";

constexpr const char* kServerSql =
    "SELECT current_setting('wal_level'),"
    " current_setting('max_replication_slots')::int - (SELECT count(*) FROM pg_replication_slots),"
    " current_setting('max_wal_senders')::int - (SELECT count(*) FROM pg_stat_activity"
    "   WHERE backend_type = 'walsender'), pg_is_in_recovery(),"
    " (SELECT rolreplication OR rolsuper FROM pg_roles WHERE rolname = current_user),"
    " has_database_privilege(current_database(), 'CREATE'),"
    " (SELECT setting::int8 FROM pg_settings WHERE name = 'max_slot_wal_keep_size')";

/// Of a table: whether we own it, may make others beside it; of a part also what hangs on it.
constexpr const char* kOwnSql =
    "SELECT pg_has_role(current_user, c.relowner, 'USAGE'), pg_get_userbyid(c.relowner),"
    " has_schema_privilege(c.relnamespace, 'CREATE'), n.nspname FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1::oid";

/// What cannot be carried over, as text and hint.
constexpr const char* kObstaclesSql =
    "SELECT 'view ' || v.oid::regclass || ' names partition ' || $1::oid::regclass || ' itself',"
    "  'let it name the partitioned table, or drop it and make it again afterwards'"
    "  FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass"
    "  JOIN pg_class v ON v.oid = r.ev_class WHERE d.refclassid = 'pg_class'::regclass"
    "  AND d.refobjid = $1::oid AND d.deptype = 'n'"
    " UNION SELECT 'partition ' || $1::oid::regclass || ' has the rule ' || r.rulename,"
    "  'use a trigger instead' FROM pg_rewrite r WHERE r.ev_class = $1::oid"
    " UNION SELECT 'constraint ' || k.conname || ' of ' || $1::oid::regclass || ' is not valid',"
    "  'ALTER TABLE … VALIDATE CONSTRAINT' FROM pg_constraint k WHERE k.conrelid = $1::oid"
    "  AND k.contype IN ('c', 'f') AND NOT k.convalidated"
    " UNION SELECT 'partition ' || $1::oid::regclass || ' is in publication ' || p.pubname,"
    "  'publish the partitioned table instead' FROM pg_publication_rel r JOIN pg_publication p"
    "  ON p.oid = r.prpubid WHERE r.prrelid = $1::oid AND p.pubname NOT LIKE 'isotherm_r_%'"
    " UNION SELECT 'partition ' || $1::oid::regclass || ' is filled by a subscription',"
    "  'subscribe the partitioned table: publish_via_partition_root' FROM pg_subscription_rel s"
    "  WHERE s.srrelid = $1::oid"
    " UNION SELECT k.conrelid::regclass || ' refers to partition ' || $1::oid::regclass ||"
    "  ' itself', 'let it refer to the partitioned table' FROM pg_constraint k"
    "  JOIN pg_class c ON c.oid = k.conrelid WHERE k.confrelid = $1::oid AND k.contype = 'f'"
    "  AND k.conparentid = 0 AND NOT k.conrelid = ANY($2::oid[])";

/// What keeps an ordinary table from becoming a partitioned one, as text and hint; $2 is the
/// column.
constexpr const char* kAdoptionObstaclesSql =
    "SELECT 'view ' || v.oid::regclass || ' reads ' || $1::oid::regclass,"
    "  'drop it, and make it again afterwards: it would go on reading the old table'"
    "  FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass"
    "  JOIN pg_class v ON v.oid = r.ev_class WHERE d.refclassid = 'pg_class'::regclass"
    "  AND d.refobjid = $1::oid AND d.deptype = 'n'"
    " UNION SELECT 'function ' || d.objid::regprocedure || ' is bound to ' || $1::oid::regclass,"
    "  'make it again with its body as a string, or drop it and make it again afterwards'"
    "  FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.refclassid ="
    "  'pg_class'::regclass AND d.refobjid = $1::oid AND d.deptype = 'n'"
    " UNION SELECT 'table ' || $1::oid::regclass || ' has the rule ' || r.rulename,"
    "  'use a trigger instead' FROM pg_rewrite r WHERE r.ev_class = $1::oid"
    " UNION SELECT 'constraint ' || k.conname || ' of ' || $1::oid::regclass || ' is not valid',"
    "  'ALTER TABLE … VALIDATE CONSTRAINT' FROM pg_constraint k WHERE k.conrelid = $1::oid"
    "  AND k.contype IN ('c', 'f') AND NOT k.convalidated"
    " UNION SELECT 'table ' || $1::oid::regclass || ' is in publication ' || p.pubname,"
    "  'take it out of the publication, and put it in again afterwards' FROM pg_publication_rel r"
    "  JOIN pg_publication p ON p.oid = r.prpubid WHERE r.prrelid = $1::oid"
    "  AND p.pubname NOT LIKE 'isotherm\\_r\\_%'"
    " UNION SELECT 'table ' || $1::oid::regclass || ' is filled by a subscription',"
    "  'adopt it where it is written to' FROM pg_subscription_rel s WHERE s.srrelid = $1::oid"
    " UNION SELECT 'table ' || $1::oid::regclass || ' inherits from another, or another from it',"
    "  'ALTER TABLE … NO INHERIT' FROM pg_inherits i"
    "  WHERE i.inhrelid = $1::oid OR i.inhparent = $1::oid"
    " UNION SELECT 'index ' || x.relname || ' of ' || $1::oid::regclass || CASE WHEN"
    "    i.indisexclusion THEN ' is an exclusion' ELSE ' is unique without ' || $2 END,"
    "  CASE WHEN i.indisexclusion THEN 'partitioned tables cannot have one' ELSE"
    "    'take the key column into it: uniqueness holds within a partition only' END"
    "  FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = $1::oid"
    "  AND (i.indisexclusion OR (i.indisunique AND NOT EXISTS (SELECT FROM pg_attribute a"
    "    WHERE a.attrelid = $1::oid AND a.attname = $2 AND a.attnum = ANY(i.indkey::int2[]))))"
    " UNION SELECT 'trigger ' || t.tgname || ' of ' || $1::oid::regclass ||"
    "    ' is for rows and names transition tables', 'make it a trigger for statements'"
    "  FROM pg_trigger t WHERE t.tgrelid = $1::oid AND NOT t.tgisinternal AND t.tgtype & 1 = 1"
    "  AND (t.tgoldtable IS NOT NULL OR t.tgnewtable IS NOT NULL)"
    " UNION SELECT 'column ' || $2 || ' of ' || $1::oid::regclass || ' is generated',"
    "  'choose another key column' FROM pg_attribute a WHERE a.attrelid = $1::oid"
    "  AND a.attname = $2 AND a.attgenerated <> ''";

class Preflight
{
public:
    Preflight(Connection& connection, const engine::ReshardPlan& plan)
        : m_connection(connection), m_plan(plan)
    {
    }

    Result<PreflightReport> run()
    {
        ISO_ASSIGN(m_rights, loadReshardRights(m_connection));
        ISO_TRY(lookAtServer());
        auto book = loadReshardBook(m_connection, m_plan);
        if (!book.ok() && book.error().code != Code::FailedPrecondition &&
            book.error().code != Code::NotFound) {
            return book.error();
        }
        if (!book.ok()) {
            refuse(FindingKind::Definition, book.error().message, book.error().hint);
            return m_report;
        }
        for (const ReshardTable& table : book->tables) {
            for (const ReshardPart& part : table.olds) {
                m_parts.push_back(part.oid);
            }
        }
        for (const ReshardTable& table : book->tables) {
            ISO_TRY(lookAtTable(table));
        }
        lookAtLog();
        ISO_TRY(lookAtBlockers(*book));
        return m_report;
    }

private:
    void add(FindingKind kind, FindingLevel level, std::string text, std::string hint = {})
    {
        m_report.findings.push_back({kind, level, std::move(text), std::move(hint)});
    }
    void refuse(FindingKind kind, std::string text, std::string hint)
    {
        add(kind, FindingLevel::Refusal, std::move(text), std::move(hint));
    }

    Status lookAtServer()
    {
        ISO_ASSIGN(const QueryRows rows, m_connection.query(kServerSql));
        if (rows.view(0, 0) != "logical") {
            refuse(FindingKind::Setting, "wal_level is " + rows.text(0, 0),
                   "set wal_level = logical and restart the server");
        }
        if (rows.integer(0, 1) < 1) {
            refuse(FindingKind::Setting, "no replication slot is free",
                   "raise max_replication_slots, or drop one");
        }
        if (rows.integer(0, 2) < 2) {
            refuse(FindingKind::Setting, "no session for replication is free",
                   "raise max_wal_senders");
        }
        if (rows.truth(0, 3)) {
            refuse(FindingKind::Setting, "the server is a standby", "point the dsn at the primary");
        }
        if (!rows.truth(0, 4)) {
            refuse(FindingKind::Rights, "the agent's role may not replicate", kInitDb);
        }
        if (!rows.truth(0, 5)) {
            refuse(FindingKind::Rights, "the agent's role may not create in this database",
                   kInitDb);
        }
        if (rows.integer(0, 6) >= 0) {
            m_report.logLeft = ByteCount(static_cast<std::uint64_t>(rows.integer(0, 6)) << 20U);
        }
        return {};
    }

    Status mustOwn(Oid oid, const std::string& shown)
    {
        ISO_ASSIGN(const QueryRows rows, m_connection.query(kOwnSql, {std::to_string(oid)}));
        if (rows.size() == 1 && !rows.truth(0, 0)) {
            refuse(FindingKind::Rights,
                   shown + " belongs to role " + rows.text(0, 1) +
                       ", which the agent's role is no member of",
                   kInitDb);
        }
        if (rows.size() == 1 && !rows.truth(0, 2)) {
            refuse(FindingKind::Rights,
                   "the agent's role may not create tables in schema " + rows.text(0, 3), kInitDb);
        }
        return {};
    }

    Status lookAtTable(const ReshardTable& table)
    {
        ISO_TRY(mustOwn(table.root, "table " + table.schema + "." + table.name));
        for (const ReshardPart& part : table.olds) {
            ISO_TRY(mustOwn(part.oid, part.schema + "." + part.name));
            ISO_TRY(lookForObstacles(table, part));
            ISO_TRY(lookAtPart(part));
        }
        if (table.defaultPart) {
            add(FindingKind::DefaultPart, FindingLevel::Note,
                "the default partition " + table.defaultPart->qualified() +
                    " gets a CHECK for the time of the change, so that it need not be searched");
        }
        return lookAtIncoming(table);
    }

    Status lookForObstacles(const ReshardTable& table, const ReshardPart& part)
    {
        std::vector<std::string> parts;
        for (const Oid oid : m_parts) {
            parts.push_back(std::to_string(oid));
        }
        ISO_ASSIGN(const QueryRows obstacles,
                   m_connection.query(m_plan.adopts() ? kAdoptionObstaclesSql : kObstaclesSql,
                                      {std::to_string(part.oid),
                                       m_plan.adopts() ? table.keyColumn : arrayLiteral(parts)}));
        for (std::size_t i = 0; i < obstacles.size(); ++i) {
            refuse(FindingKind::Definition, obstacles.text(i, 0), obstacles.text(i, 1));
        }
        return {};
    }

    Status lookAtPart(const ReshardPart& part)
    {
        ISO_ASSIGN(
            const QueryRows rows,
            m_connection.query(
                "SELECT greatest(reltuples, 0)::int8, pg_total_relation_size(oid),"
                " (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT"
                "   t.tgisinternal AND t.tgparentid = 0) FROM pg_class c WHERE oid = $1::oid",
                {std::to_string(part.oid)}));
        m_report.rows += static_cast<std::uint64_t>(rows.integer(0, 0));
        m_report.bytes =
            ByteCount(m_report.bytes.get() + static_cast<std::uint64_t>(rows.integer(0, 1)));
        const bool replica = m_rights.superuser || m_rights.replicaRole;
        if (rows.integer(0, 2) > 0 && !replica) {
            refuse(FindingKind::Rights,
                   part.schema + "." + part.name +
                       " has triggers of its own, which must not fire while its copy is filled",
                   kInitDb);
        }
        ISO_ASSIGN(const auto keys, foreignKeysOf(m_connection, part.oid));
        if (!keys.empty() && (!replica || !m_rights.mayQuiet())) {
            refuse(FindingKind::ForeignKey,
                   part.schema + "." + part.name + " has the foreign key " + keys.front().name +
                       ", which must not act on a copy that lags behind",
                   kInitDb);
        }
        return {};
    }

    Status lookAtIncoming(const ReshardTable& table)
    {
        ISO_ASSIGN(const QueryRows rows,
                   m_connection.query(
                       "SELECT k.conrelid::regclass, k.conname, c.relkind, c.oid,"
                       " pg_has_role(current_user, c.relowner, 'USAGE') FROM pg_constraint k"
                       " JOIN pg_class c ON c.oid = k.conrelid WHERE k.confrelid = $1::oid"
                       " AND k.contype = 'f' AND k.conparentid = 0",
                       {std::to_string(table.root)}));
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const auto from = static_cast<Oid>(rows.integer(i, 3));
            if (std::find(m_parts.begin(), m_parts.end(), from) != m_parts.end()) {
                ISO_TRY(lookAtPair(table, rows.text(i, 1), from));
                continue;
            }
            const std::string key = "foreign key " + rows.text(i, 1) + " of " + rows.text(i, 0);
            if (rows.view(i, 2) == "p") {
                refuse(FindingKind::ForeignKey,
                       key + " refers to " + table.schema + "." + table.name +
                           " and is on a partitioned table: the server checks it row by row",
                       "give each pair of partitions a foreign key of its own instead");
            } else if (!rows.truth(i, 4)) {
                refuse(FindingKind::Rights, key + " is not the agent's to change", kInitDb);
            } else {
                add(FindingKind::ForeignKey, FindingLevel::Note,
                    key + " is taken off and put back in the switch, and validated afterwards");
            }
        }
        return {};
    }

    /// Between two tables that are adopted together: rows that belong together must come into parts
    /// of the same range.
    Status lookAtPair(const ReshardTable& table, const std::string& name, Oid from)
    {
        ISO_ASSIGN(const QueryRows rows,
                   m_connection.query(
                       "SELECT count(*) FROM pg_constraint k CROSS JOIN LATERAL"
                       " unnest(k.conkey, k.confkey) u(own, other)"
                       " JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.own"
                       " JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = u.other"
                       " WHERE k.conrelid = $1::oid AND k.conname = $2 AND a.attname = $3"
                       " AND b.attname = $3",
                       {std::to_string(from), name, table.keyColumn}));
        if (rows.integer(0, 0) == 0) {
            refuse(FindingKind::ForeignKey,
                   "foreign key " + name + " to " + table.schema + "." + table.name +
                       " leaves out " + table.keyColumn,
                   "take the key column into the foreign key, and into the key that it refers to");
        }
        return {};
    }

    void lookAtLog()
    {
        const std::uint64_t bytes = m_report.bytes.get();
        m_report.logNeeded = ByteCount(bytes + bytes / 4);
        m_report.diskNeeded = ByteCount(2 * bytes + bytes / 4);
        m_report.expectedPause = std::chrono::milliseconds(20);
        add(FindingKind::Disk, FindingLevel::Note,
            "a second copy and its log take up to " + formatBytes(m_report.diskNeeded));
        if (m_report.logLeft && *m_report.logLeft < m_report.logNeeded) {
            add(FindingKind::Log, FindingLevel::Warning,
                "max_slot_wal_keep_size is " + formatBytes(*m_report.logLeft) + ", and up to " +
                    formatBytes(m_report.logNeeded) + " of log are written",
                "raise it, or the change may have to begin anew");
        }
    }

    Status lookAtBlockers(const ReshardBook& book)
    {
        std::vector<Oid> oids;
        for (const ReshardTable& table : book.tables) {
            oids.push_back(table.root);
            for (const ReshardPart& part : table.olds) {
                oids.push_back(part.oid);
            }
        }
        ISO_ASSIGN(m_report.blockers, lockHolders(m_connection, oids));
        for (const engine::Blocker& blocker : m_report.blockers) {
            add(FindingKind::Lock, FindingLevel::Warning,
                blocker.text + " would hold the switch up",
                "the switch waits and tries again, nobody queues behind it");
        }
        // Whoever has been at it for some seconds will probably be so when the switch is due.
        ISO_ASSIGN(const QueryRows rows,
                   m_connection.query(
                       "SELECT 'process ' || pid || ' has had a snapshot for ' || round(extract("
                       "  epoch FROM clock_timestamp() - xact_start))::int8 || ' s' FROM"
                       "  pg_stat_activity WHERE backend_xmin IS NOT NULL AND datname ="
                       "  current_database() AND backend_type = 'client backend'"
                       "  AND pid <> pg_backend_pid() AND xact_start < now() - interval '5 s'"
                       " UNION ALL SELECT 'prepared transaction ' || gid || ' is open since ' ||"
                       "  prepared::timestamptz(0) FROM pg_prepared_xacts"));
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const bool prepared = rows.view(i, 0).substr(0, 8) == "prepared";
            add(prepared ? FindingKind::Prepared : FindingKind::OldSnapshot, FindingLevel::Warning,
                rows.text(i, 0), "the switch waits until it has ended");
        }
        return {};
    }

    Connection& m_connection;
    const engine::ReshardPlan& m_plan;
    ReshardRights m_rights;
    std::vector<Oid> m_parts;
    PreflightReport m_report;
};

} // namespace

Result<PreflightReport> preflightReshard(Connection& connection, const engine::ReshardPlan& plan)
{
    return Preflight(connection, plan).run();
}

} // namespace isotherm::postgres
