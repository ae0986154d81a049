// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/counters.h"

#include "agent/postgres/sql_text.h"
#include "shared/base/time_text.h"

#include <string_view>

namespace isotherm::postgres
{
namespace
{

/// The functions beneath the pg_stat views, asked for our leaves alone: a quarter of the views'
/// cost. Every index and TOAST table counts for its leaf. The totals are materialized first, so
/// that the time that the statement took can be read after it did its work. What makes the counters
/// start again: a restart, pg_stat_reset(), and the server throwing them away after a crash, which
/// only the reset times of the shared counters show.
constexpr std::string_view kSampleSql =
    "WITH wanted AS MATERIALIZED ("
    "  SELECT c.oid, c.reltoastrelid FROM unnest($1::oid[]) w(oid) JOIN pg_class c USING (oid)),"
    "indexes AS MATERIALIZED ("
    "  SELECT i.indrelid AS oid, sum(pg_stat_get_numscans(i.indexrelid)) AS scans,"
    "    sum(pg_stat_get_tuples_fetched(i.indexrelid)) AS fetched,"
    "    sum(pg_stat_get_blocks_fetched(i.indexrelid)) AS blocks"
    "  FROM pg_index i WHERE i.indrelid = ANY ($1::oid[]) GROUP BY 1),"
    "totals AS MATERIALIZED ("
    "  SELECT w.oid, pg_stat_get_numscans(w.oid) + coalesce(x.scans, 0) AS reads,"
    "    pg_stat_get_tuples_inserted(w.oid) + pg_stat_get_tuples_updated(w.oid)"
    "      + pg_stat_get_tuples_deleted(w.oid) AS writes,"
    "    pg_stat_get_tuples_returned(w.oid) + pg_stat_get_tuples_fetched(w.oid)"
    "      + coalesce(x.fetched, 0) AS seen,"
    "    pg_stat_get_blocks_fetched(w.oid) + coalesce(x.blocks, 0)"
    "      + CASE WHEN w.reltoastrelid = 0 THEN 0"
    "        ELSE pg_stat_get_blocks_fetched(w.reltoastrelid) END AS blocks"
    "  FROM wanted w LEFT JOIN indexes x USING (oid))"
    "SELECT (extract(epoch FROM m.now) * 1000000)::int8, m.epoch,"
    "  (SELECT (extract(epoch FROM clock_timestamp() - statement_timestamp()) * 1000000)::int8"
    "     FROM (SELECT count(*) FROM totals) done(n) WHERE n >= 0),"
    "  t.oid, t.reads::int8, t.writes, (t.seen + t.writes)::int8,"
    "  (t.blocks * current_setting('block_size')::int8)::int8,"
    "  (extract(epoch FROM b.until) * 1000000)::int8 "
    "FROM (SELECT clock_timestamp() AS now, concat_ws('|', pg_postmaster_start_time(),"
    "    pg_stat_get_bgwriter_stat_reset_time(), pg_stat_get_db_stat_reset_time(d.oid)) AS epoch"
    "  FROM pg_database d WHERE d.datname = current_database()) m "
    // A session reports what it committed when it falls idle, at the latest 60 s later if the
    // counters are contended; in a transaction, or in a procedure that commits, not before that
    // ends. Sessions that we may not look at, or that do not count, leave it unknown.
    "CROSS JOIN LATERAL (SELECT CASE WHEN current_setting('track_counts')::bool"
    "    AND NOT coalesce(bool_or(a.state IS NULL OR a.state = 'disabled'), false)"
    "    THEN least(m.now, min(least(a.query_start, a.xact_start))"
    "      FILTER (WHERE a.state <> 'idle')) - interval '70 s' END AS until"
    "  FROM pg_stat_activity a WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()"
    "    AND a.backend_type NOT IN ('autovacuum worker', 'walsender')) b "
    "LEFT JOIN totals t ON true";

/// FNV-1a: only equality matters.
std::uint64_t hashOf(std::string_view text)
{
    std::uint64_t hash = 0xCBF29CE484222325U;
    for (const char c : text) {
        hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001B3U;
    }
    return hash;
}

std::uint64_t count(const QueryRows& rows, std::size_t row, int column)
{
    const std::int64_t value = rows.integer(row, column);
    return value < 0 ? 0 : static_cast<std::uint64_t>(value);
}

} // namespace

Result<engine::AccessSample> sampleAccess(Connection& connection, const Clock& clock,
                                          const std::vector<std::uint64_t>& leafIds)
{
    std::vector<std::string> ids;
    ids.reserve(leafIds.size());
    for (const std::uint64_t id : leafIds) {
        ids.push_back(std::to_string(id));
    }
    ISO_ASSIGN(const QueryRows rows,
               connection.query(std::string(kSampleSql), {arrayLiteral(ids)}));
    if (rows.size() == 0) {
        return makeError(Code::Internal, "the server gave no counters");
    }
    engine::AccessSample sample;
    sample.taken = clock.now();
    sample.serverTime = fromUnixMicros(rows.integer(0, 0));
    sample.resetEpoch = hashOf(rows.view(0, 1));
    sample.cost = std::chrono::microseconds(rows.integer(0, 2));
    if (!rows.isNull(0, 8)) {
        sample.completeUntil = fromUnixMicros(rows.integer(0, 8));
    }
    sample.leaves.reserve(rows.size());
    for (std::size_t row = 0; row < rows.size(); ++row) {
        if (rows.isNull(row, 3)) {
            continue; // none of the leaves exists
        }
        sample.leaves.push_back({count(rows, row, 3), count(rows, row, 4), count(rows, row, 5),
                                 count(rows, row, 6), count(rows, row, 7)});
    }
    return sample;
}

} // namespace isotherm::postgres
