// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/feed_state.h"

#include <algorithm>
#include <cstdlib>

namespace isotherm::postgres
{
namespace
{

using engine::FeedCondition;
using engine::FeedState;
using engine::LogRetention;

constexpr std::string_view kStateSql =
    "SELECT d.oid, current_setting('wal_level'), pg_is_in_recovery(),"
    "  current_setting('max_replication_slots')::int8, current_setting('max_wal_senders')::int8,"
    "  (SELECT rolreplication OR rolsuper FROM pg_roles WHERE rolname = current_user),"
    "  (SELECT system_identifier FROM pg_control_system()),"
    "  CASE WHEN pg_is_in_recovery() THEN '0'"
    "    ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END,"
    // What is inserted and not written yet may be commits that were answered already.
    "  CASE WHEN pg_is_in_recovery() THEN 0 ELSE pg_current_wal_insert_lsn() - '0/0' END::int8,"
    "  pg_snapshot_xmax(pg_current_snapshot())::text::int8,"
    // 10: the slot
    "  s.slot_name, s.wal_status, s.safe_wal_size, (s.confirmed_flush_lsn - '0/0')::int8,"
    "  CASE WHEN pg_is_in_recovery() THEN 0"
    "    ELSE greatest(0, pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn)) END::int8,"
    "  coalesce(age(s.catalog_xmin), 0), s.active, s.restart_lsn IS NULL,"
    // 18: the publication
    "  p.oid, NOT p.pubviaroot AND p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate,"
    "  ARRAY(SELECT r.prrelid FROM pg_publication_rel r WHERE r.prpubid = p.oid ORDER BY 1),"
    // 21: what else to know
    "  (SELECT count(*) FROM pg_event_trigger WHERE evtenabled IN ('O', 'A') AND evtname IN"
    "    ('isotherm_ddl_end', 'isotherm_rewrite', 'isotherm_drop')),"
    "  (SELECT string_agg(gid, ', ') FROM pg_prepared_xacts"
    "    WHERE prepared < now() - interval '10 minutes'),"
    "  pg_snapshot_xmin(pg_current_snapshot())::text::int8 "
    "FROM pg_database d"
    " LEFT JOIN pg_replication_slots s ON s.slot_name = $1 || '_' || d.oid"
    "   AND s.database = d.datname AND s.plugin = 'pgoutput'"
    " LEFT JOIN pg_publication p ON p.pubname = $1 "
    "WHERE d.datname = current_database()";

constexpr std::int64_t kEventTriggers = 3;

/// Of the tables in the publication; those that we may not read have no value.
constexpr std::string_view kSequencesSql =
    "SELECT s.schemaname, s.sequencename, n.nspname || '.' || c.relname,"
    "  s.last_value, s.increment_by, s.cache_size"
    " FROM pg_publication p JOIN pg_publication_rel r ON r.prpubid = p.oid"
    " JOIN pg_class c ON c.oid = r.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    " JOIN pg_depend d ON d.refobjid = c.oid AND d.refclassid = 'pg_class'::regclass"
    "   AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')"
    " JOIN pg_class q ON q.oid = d.objid AND q.relkind = 'S'"
    " JOIN pg_namespace m ON m.oid = q.relnamespace"
    " JOIN pg_sequences s ON s.schemaname = m.nspname AND s.sequencename = q.relname"
    " WHERE p.pubname = $1 AND s.last_value IS NOT NULL ORDER BY 1, 2";

Status loadSequences(Connection& connection, const FeedNames& names, FeedState& state)
{
    ISO_ASSIGN(const QueryRows rows,
               connection.query(std::string(kSequencesSql), {names.publication}));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        state.sequences.push_back({rows.text(i, 0), rows.text(i, 1), rows.text(i, 2),
                                   rows.integer(i, 3), rows.integer(i, 4), rows.integer(i, 5)});
    }
    return {};
}

std::string whyUnsupported(const QueryRows& rows)
{
    if (rows.truth(0, 2)) {
        return "the server is a standby: point the dsn at the primary";
    }
    if (rows.view(0, 1) != "logical") {
        return "set wal_level = logical in postgresql.conf (it is " + rows.text(0, 1) +
               ") and restart the server";
    }
    if (rows.integer(0, 3) == 0 || rows.integer(0, 4) == 0) {
        return "set max_replication_slots and max_wal_senders to at least 10, and restart the "
               "server";
    }
    if (!rows.truth(0, 5)) {
        return "the agent's role may not replicate: run what `isotherm-agent init-db --print-sql` "
               "prints";
    }
    return {};
}

LogRetention retentionOf(std::string_view status)
{
    if (status == "extended") {
        return LogRetention::Extended;
    }
    if (status == "unreserved") {
        return LogRetention::AtRisk;
    }
    return status == "lost" ? LogRetention::Lost : LogRetention::Safe;
}

void loadSlot(FeedState& state, const QueryRows& rows)
{
    if (rows.isNull(0, 10)) {
        state.condition = FeedCondition::Absent;
        return;
    }
    state.retention = retentionOf(rows.view(0, 11));
    if (!rows.isNull(0, 12)) {
        state.safeBytes =
            ByteCount(static_cast<std::uint64_t>(std::max<std::int64_t>(0, rows.integer(0, 12))));
    }
    state.confirmed = Lsn(static_cast<std::uint64_t>(rows.integer(0, 13)));
    state.retainedBytes = ByteCount(static_cast<std::uint64_t>(rows.integer(0, 14)));
    state.oldestTransactionAge = static_cast<std::uint64_t>(rows.integer(0, 15));
    state.active = rows.truth(0, 16);
    state.condition = FeedCondition::Ready;
    if (state.retention == LogRetention::Lost || rows.truth(0, 17)) {
        state.condition = FeedCondition::Lost;
        state.retention = LogRetention::Lost;
    }
    if (rows.isNull(0, 18)) {
        // What was written meanwhile cannot be decoded any more, even with a new publication.
        state.condition = FeedCondition::Lost;
        state.warnings.emplace_back("the publication was dropped");
    } else if (!rows.truth(0, 19)) {
        state.condition = FeedCondition::Lost;
        state.warnings.emplace_back("the publication was altered and leaves out changes");
    }
}

} // namespace

std::string slotName(const FeedNames& names, const engine::FeedState& state)
{
    return names.publication + "_" + state.identity.substr(0, state.identity.find(':'));
}

Result<FeedState> loadFeedState(Connection& connection, const FeedNames& names)
{
    ISO_ASSIGN(const QueryRows rows, connection.query(std::string(kStateSql), {names.publication}));
    if (rows.size() == 0) {
        return makeError(Code::NotFound, "the database was dropped");
    }
    FeedState state;
    state.unsupported = whyUnsupported(rows);
    state.systemId = rows.text(0, 6);
    state.timeline = static_cast<std::uint32_t>(std::strtoul(rows.text(0, 7).c_str(), nullptr, 16));
    state.current = Lsn(static_cast<std::uint64_t>(rows.integer(0, 8)));
    state.nextTransaction = static_cast<std::uint64_t>(rows.integer(0, 9));
    state.identity = rows.text(0, 0) + ":" + rows.text(0, 18);
    for (const std::string& table : rows.array(0, 20)) {
        state.captured.push_back(std::strtoull(table.c_str(), nullptr, 10));
    }
    loadSlot(state, rows);
    state.oldestRunning = static_cast<std::uint64_t>(rows.integer(0, 23));
    state.notesSchema = rows.integer(0, 21) >= kEventTriggers;
    if (!state.captured.empty() && state.unsupported.empty()) {
        ISO_TRY(loadSequences(connection, names, state));
    }
    if (!state.notesSchema) {
        state.warnings.emplace_back(
            "the event triggers that note schema changes are missing or disabled: changes of a "
            "schema and rewrites are noticed late, and make new full backups");
    }
    if (!rows.isNull(0, 22)) {
        state.warnings.push_back("old prepared transactions hold back the log: " +
                                 rows.text(0, 22));
    }
    return state;
}

} // namespace isotherm::postgres
