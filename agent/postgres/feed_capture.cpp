// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/feed_capture.h"

#include "agent/postgres/capture_sql.h"
#include "agent/postgres/catalog.h"
#include "agent/postgres/sql_text.h"

#include <algorithm>

namespace isotherm::postgres
{
namespace
{

using engine::TableCoverage;

/// The leaves of a table; of each whether updates and deletes can name their rows: by the primary
/// key, by another chosen index, or by all columns.
constexpr std::string_view kLeavesSql =
    "SELECT c.oid, n.nspname || '.' || c.relname, c.relpersistence, CASE c.relreplident"
    "   WHEN 'f' THEN true WHEN 'n' THEN false"
    "   WHEN 'i' THEN EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid"
    "     AND i.indisreplident AND i.indisvalid AND i.indimmediate)"
    "   ELSE EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary"
    "     AND i.indisvalid AND i.indimmediate) END"
    " FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid"
    " JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE h.inhparent = $1::oid AND c.relkind = 'r' ORDER BY c.oid";

constexpr std::string_view kTableSql =
    "SELECT c.relkind, EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary"
    "   AND i.indimmediate), EXISTS (SELECT FROM pg_publication_rel r JOIN pg_publication p"
    "   ON p.oid = r.prpubid WHERE r.prrelid = c.oid AND p.pubname = $2), n.nspname, c.relname"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1::oid";

/// What a change of the schema, or a rewrite, cannot leave as it was. A truncate changes it, too.
constexpr std::string_view kShapeSql =
    "SELECT md5(concat("
    " (SELECT string_agg(concat_ws(' ', a.attnum, a.attname, a.atttypid, a.atttypmod,"
    "   a.attcollation), ',' ORDER BY a.attnum) FROM pg_attribute a"
    "   WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped),"
    " (SELECT string_agg(i.indkey::text, ',' ORDER BY i.indexrelid) FROM pg_index i"
    "   WHERE i.indrelid = $1::oid AND i.indisprimary),"
    " (SELECT string_agg(concat_ws(' ', c.oid, c.relfilenode), ',' ORDER BY c.oid)"
    "   FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid WHERE h.inhparent = $1::oid)))";

struct Candidate
{
    TableCoverage coverage;
    std::string qualified; ///< quoted
    bool published = false;
};

void refuse(TableCoverage& coverage, std::string reason, std::string hint)
{
    if (coverage.reason.empty()) {
        coverage.reason = std::move(reason);
        coverage.hint = std::move(hint);
    }
}

Status checkLeaves(Connection& connection, TableCoverage& coverage)
{
    ISO_ASSIGN(const QueryRows rows,
               connection.query(std::string(kLeavesSql), {std::to_string(coverage.tableId)}));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        coverage.leaves.push_back(static_cast<std::uint64_t>(rows.integer(i, 0)));
        if (!rows.truth(i, 3)) {
            refuse(coverage, "partition " + rows.text(i, 1) + " has no replica identity",
                   "give it a primary key, or ALTER TABLE … REPLICA IDENTITY FULL");
        }
        if (rows.view(i, 2) == "u") {
            refuse(coverage, "partition " + rows.text(i, 1) + " is unlogged",
                   "ALTER TABLE … SET LOGGED");
        }
    }
    return {};
}

Status checkTypes(Connection& connection, TableCoverage& coverage)
{
    const auto table = static_cast<Oid>(coverage.tableId);
    ISO_ASSIGN(const TypePolicy types, TypePolicy::load(connection, table));
    ISO_ASSIGN(const QueryRows rows,
               connection.query("SELECT attname, atttypid FROM pg_attribute WHERE attrelid ="
                                " $1::oid AND attnum > 0 AND NOT attisdropped",
                                {std::to_string(table)}));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!types.streamable(static_cast<Oid>(rows.integer(i, 1)))) {
            refuse(coverage,
                   "column " + rows.text(i, 0) +
                       " has a type with a part that the server cannot stream",
                   "keep such values in a column of their own");
        }
    }
    return {};
}

Result<Candidate> examine(Connection& connection, const FeedNames& names, const std::string& name)
{
    Candidate candidate;
    candidate.coverage.table = name;
    const auto table = findTable(connection, name);
    if (!table.ok() && table.error().code != Code::NotFound &&
        table.error().code != Code::FailedPrecondition) {
        return table.error();
    }
    if (!table.ok()) {
        refuse(candidate.coverage, table.error().message, table.error().hint);
        return candidate;
    }
    candidate.coverage.tableId = *table;
    ISO_ASSIGN(const QueryRows rows, connection.query(std::string(kTableSql),
                                                      {std::to_string(*table), names.publication}));
    if (rows.size() == 0 || rows.view(0, 0) != "p") {
        refuse(candidate.coverage, "it is not a partitioned table", "");
        return candidate;
    }
    candidate.published = rows.truth(0, 2);
    candidate.qualified = quoteQualified(rows.view(0, 3), rows.view(0, 4));
    ISO_TRY(checkLeaves(connection, candidate.coverage));
    if (!rows.truth(0, 1)) {
        // The next partition would have no identity, and its writers errors.
        refuse(candidate.coverage, "it has no primary key", "give the partitioned table one");
    }
    ISO_TRY(checkTypes(connection, candidate.coverage));
    ISO_ASSIGN(const QueryRows shape,
               connection.query(std::string(kShapeSql), {std::to_string(*table)}));
    candidate.coverage.shape = shape.text(0, 0);
    return candidate;
}

/// By the administrator's function where there is one, else by our own rights.
Status setPublished(Connection& connection, const FeedNames& names, const Candidate& candidate,
                    bool wanted)
{
    ISO_ASSIGN(const QueryRows helper,
               connection.query("SELECT to_regprocedure($1) IS NOT NULL", {kSetCaptured}));
    if (helper.truth(0, 0)) {
        const auto set = connection.query("SELECT isotherm.set_captured($1::oid, $2::boolean, $3)",
                                          {std::to_string(candidate.coverage.tableId),
                                           wanted ? "true" : "false", names.publication});
        return set.ok() ? Status() : Status(set.error());
    }
    return connection.run("ALTER PUBLICATION " + quoteIdentifier(names.publication) +
                          (wanted ? " ADD" : " DROP") + " TABLE ONLY " + candidate.qualified);
}

Status publish(Connection& connection, const FeedNames& names, Candidate& candidate)
{
    TableCoverage& coverage = candidate.coverage;
    const bool wanted = coverage.reason.empty();
    coverage.captured = wanted && candidate.published;
    if (wanted == candidate.published || coverage.tableId == 0) {
        return {};
    }
    ISO_TRY(connection.run("BEGIN"));
    Status done = setPublished(connection, names, candidate, wanted);
    if (done.ok()) {
        auto fence = connection.query("SELECT pg_current_xact_id()::text::int8");
        if (fence.ok()) {
            coverage.fence = static_cast<std::uint64_t>(fence->integer(0, 0));
        } else {
            done = fence.error();
        }
    }
    const Status ended = connection.run(done.ok() ? "COMMIT" : "ROLLBACK");
    ISO_TRY(done);
    ISO_TRY(ended);
    coverage.captured = wanted;
    return {};
}

} // namespace

Status ensurePublication(Connection& connection, const FeedNames& names)
{
    ISO_ASSIGN(const QueryRows rows,
               connection.query("SELECT count(*) FROM pg_publication WHERE pubname = $1",
                                {names.publication}));
    if (rows.integer(0, 0) > 0) {
        return {};
    }
    return connection.run("CREATE PUBLICATION " + quoteIdentifier(names.publication) +
                          " WITH (publish = 'insert, update, delete, truncate',"
                          " publish_via_partition_root = false)");
}

Result<std::vector<TableCoverage>> captureTables(Connection& connection, const FeedNames& names,
                                                 const std::vector<std::string>& tables)
{
    ISO_TRY(ensurePublication(connection, names));
    std::vector<TableCoverage> coverages;
    for (const std::string& name : tables) {
        ISO_ASSIGN(Candidate candidate, examine(connection, names, name));
        if (const Status published = publish(connection, names, candidate); !published.ok()) {
            return published.error().within("table " + name);
        }
        coverages.push_back(std::move(candidate.coverage));
    }
    return coverages;
}

} // namespace isotherm::postgres
