// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/reshard_build.h"

#include "agent/postgres/paired_keys.h"
#include "agent/postgres/part_properties.h"
#include "agent/postgres/reshard_marker.h"
#include "agent/postgres/sql_text.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

namespace isotherm::postgres
{
namespace
{

using engine::ReshardSide;

constexpr auto kIndexLimit = std::chrono::hours(6);

LikeTable likeOf(const ReshardTable& table, const ReshardPart& part)
{
    const ReshardPart& model = table.olds.front();
    return {model.oid, model.qualified(), part.qualified(), part.name};
}

std::string boundCheck(const ReshardTable& table, const KeyRange& range)
{
    const std::string column = quoteIdentifier(table.keyColumn);
    return "CHECK (" + column + " IS NOT NULL AND " + table.condition(range, column) + ")";
}

/// A merge must not take over a CHECK that only one of its sources has: their bounds, mostly.
Status dropPartialChecks(const ReshardScene& scene, const ReshardTable& table,
                         const ReshardPart& part)
{
    std::vector<std::string> oids;
    for (const ReshardPart& old : table.olds) {
        oids.push_back(std::to_string(old.oid));
    }
    ISO_ASSIGN(const QueryRows rows,
               scene.connection.query(
                   "SELECT conname FROM pg_constraint k WHERE conrelid = to_regclass($1)"
                   " AND contype = 'c' AND (SELECT count(*) FROM pg_constraint o WHERE o.conrelid ="
                   "   ANY($2::oid[]) AND o.contype = 'c' AND o.conname = k.conname"
                   "   AND pg_get_constraintdef(o.oid) = pg_get_constraintdef(k.oid))"
                   "   < cardinality($2::oid[])",
                   {part.qualified(), arrayLiteral(oids)}));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        ISO_TRY(scene.connection.run("ALTER TABLE " + part.qualified() + " DROP CONSTRAINT " +
                                     quoteIdentifier(rows.view(i, 0))));
    }
    return {};
}

Status registerPart(const ReshardScene& scene, const ReshardPart& part, const std::string& side,
                    const std::string& numbers)
{
    const auto done = scene.connection.query(
        "INSERT INTO isotherm_reshard.part (relid, token, side, name, tbl, part) SELECT"
        " to_regclass($1), $2::text, $3::text, $4::text, " +
            numbers,
        {part.qualified(), scene.plan.token, side, part.name});
    if (!done.ok() && done.error().code == Code::FailedPrecondition) {
        return makeError(Code::FailedPrecondition,
                         part.schema + "." + part.name + " is part of another change already",
                         "wait until that one is finished, or roll it back");
    }
    return done.ok() ? Status() : Status(done.error());
}

Status makePart(const ReshardScene& scene, const ReshardTable& table, const ReshardPart& part)
{
    const LikeTable like = likeOf(table, part);
    ISO_ASSIGN(const std::string create, createLikeSql(scene.connection, like));
    ISO_TRY(scene.connection.run(create));
    if (table.olds.size() > 1) {
        ISO_TRY(dropPartialChecks(scene, table, part));
    }
    ISO_TRY(scene.connection.run("ALTER TABLE " + part.qualified() + " ADD CONSTRAINT " +
                                 quoteIdentifier(reshardCheckName(scene.plan.token)) + " " +
                                 boundCheck(table, part.range)));
    ISO_ASSIGN(const auto properties, propertyStatements(scene.connection, like));
    for (const std::string& statement : properties) {
        ISO_TRY(scene.connection.run(statement));
    }
    return {};
}

/// The table of an adoption that will take the ordinary one's place; nobody knows it yet.
Status makeStage(const ReshardScene& scene, const ReshardTable& table, const std::string& number)
{
    const ReshardPart& model = table.olds.front();
    ISO_TRY(scene.connection.run(
        "CREATE TABLE " + table.stage->qualified() + " (LIKE " + model.qualified() +
        " INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING IDENTITY"
        " INCLUDING STORAGE INCLUDING COMPRESSION INCLUDING COMMENTS) PARTITION BY RANGE (" +
        quoteIdentifier(table.keyColumn) + ")"));
    const auto done = scene.connection.query(
        "INSERT INTO isotherm_reshard.part (relid, token, side, name, tbl, part) SELECT"
        " to_regclass($1), $2::text, 'stage', $3::text, " +
            number + ", 0",
        {table.stage->qualified(), scene.plan.token, table.name});
    return done.ok() ? Status() : Status(done.error());
}

/// Foreign keys from the table that is adopted to others than those adopted with it: between these
/// each pair of parts has one of its own.
Result<std::string> stageForeignKeys(const ReshardScene& scene, const ReshardTable& table)
{
    ISO_ASSIGN(const auto keys, foreignKeysOf(scene.connection, table.olds.front().oid));
    std::string sql;
    for (const ModelForeignKey& key : keys) {
        const bool paired =
            std::any_of(scene.book.tables.begin(), scene.book.tables.end(), [&](const auto& other) {
                return other.olds.front().oid == key.referenced;
            });
        if (!paired) {
            sql += "ALTER TABLE " + table.stage->qualified() + " ADD CONSTRAINT " +
                   quoteIdentifier(key.name) + " " + key.definition + ";";
        }
    }
    return sql;
}

/// Keys, indexes, triggers and rights of that table, then its parts into it: what they have already
/// is merged with it, and their bounds are CHECKs, so nothing is looked through. Tables that are
/// referred to are locked for a moment.
Status completeStage(const ReshardScene& scene, const ReshardTable& table,
                     const std::stop_token& stop)
{
    const std::string stage = table.stage->qualified();
    const LikeTable like{table.olds.front().oid, table.olds.front().qualified(), stage,
                         table.stage->name};
    for (const auto& list :
         {indexStatements(scene.connection, like), triggerStatements(scene.connection, like),
          propertyStatements(scene.connection, like)}) {
        ISO_TRY(list);
        for (const std::string& statement : *list) {
            // Storage is the parts' own.
            if (statement.find("ALTER TABLE " + stage + " SET (") != 0) {
                ISO_TRY(scene.connection.runLong(statement, kIndexLimit));
            }
        }
    }
    ISO_ASSIGN(std::string sql, stageForeignKeys(scene, table));
    if (!sql.empty()) {
        sql += quietForeignKeysSql(stage, true, !scene.rights.superuser);
    }
    for (const ReshardPart& part : table.news) {
        sql += "ALTER TABLE " + stage + " ATTACH PARTITION " + part.qualified() + " FOR VALUES " +
               table.bound(part.range) + ";";
    }
    return runWithShortLocks(scene.connection, "BEGIN;" + sql + "COMMIT", stop);
}

Status makeParts(const ReshardScene& scene)
{
    const std::string token = quoteLiteral(scene.plan.token);
    // Publishing waits for a vacuum of the old part, and no statement of the application for us.
    ISO_TRY(scene.connection.run(
        "SET LOCAL lock_timeout = '60s'; SET LOCAL statement_timeout = '90s';"
        "INSERT INTO isotherm_reshard.change (token, side) VALUES (" +
        token + ", " + std::to_string(static_cast<int>(ReshardSide::Building)) +
        "); INSERT INTO isotherm_reshard.progress (token, applied) VALUES (" + token + ", '0/0')"));
    std::string published;
    for (std::size_t t = 0; t < scene.book.tables.size(); ++t) {
        const ReshardTable& table = scene.book.tables[t];
        for (std::size_t i = 0; i < table.olds.size(); ++i) {
            const std::string numbers = std::to_string(t) + ", " + std::to_string(i);
            ISO_TRY(registerPart(scene, table.olds[i], "old", numbers));
            published += (published.empty() ? "" : ", ") + table.olds[i].qualified();
        }
        for (std::size_t i = 0; i < table.news.size(); ++i) {
            ISO_TRY(makePart(scene, table, table.news[i]));
            const std::string numbers = std::to_string(t) + ", " + std::to_string(i);
            ISO_TRY(registerPart(scene, table.news[i], "new", numbers));
        }
        if (table.stage) {
            ISO_TRY(makeStage(scene, table, std::to_string(t)));
        }
    }
    return scene.connection.runLong(
        "CREATE PUBLICATION " + quoteIdentifier(reshardFeedName(scene.plan.token)) + " FOR TABLE " +
            published + " WITH (publish = 'insert, update, delete, truncate')",
        std::chrono::minutes(2));
}

/// To other tables: while the parts are empty the keys are valid at once, and need no look at the
/// rows later.
Status addForeignKeys(const ReshardScene& scene, const std::stop_token& stop)
{
    for (const ReshardTable& table : scene.book.tables) {
        ISO_ASSIGN(const auto keys, foreignKeysOf(scene.connection, table.olds.front().oid));
        for (const ReshardPart& part : table.news) {
            std::string sql;
            for (const ModelForeignKey& key : keys) {
                if (!isPaired(scene, key, part.range)) {
                    sql += addForeignKeySql(part, key, key.definition);
                }
            }
            if (!sql.empty()) {
                sql += quietForeignKeysSql(part.qualified(), true, !scene.rights.superuser);
                ISO_TRY(runWithShortLocks(scene.connection, "BEGIN;" + sql + "COMMIT", stop));
            }
        }
    }
    return {};
}

/// Else ATTACH would look through all of it, with everybody waiting.
Status checkDefaultParts(const ReshardScene& scene, const std::stop_token& stop)
{
    const KeyRange whole{scene.plan.sources.front().begin, scene.plan.sources.back().end};
    const std::string name = quoteIdentifier(reshardCheckName(scene.plan.token));
    for (const ReshardTable& table : scene.book.tables) {
        if (!table.defaultPart) {
            continue;
        }
        const std::string column = quoteIdentifier(table.keyColumn);
        const std::string alter = "ALTER TABLE " + table.defaultPart->qualified();
        ISO_TRY(runWithShortLocks(scene.connection,
                                  alter + " ADD CONSTRAINT " + name + " CHECK (NOT (" + column +
                                      " IS NOT NULL AND " + table.condition(whole, column) +
                                      ")) NOT VALID",
                                  stop));
        ISO_TRY(scene.connection.run("SET statement_timeout = 0"));
        ISO_TRY(scene.connection.runLong(alter + " VALIDATE CONSTRAINT " + name, kIndexLimit));
    }
    return {};
}

Status inTransaction(Connection& connection, const std::function<Status()>& work)
{
    ISO_TRY(connection.run("BEGIN"));
    const Status done = work();
    if (done.ok()) {
        return connection.run("COMMIT");
    }
    if (!connection.broken()) {
        (void)connection.run("ROLLBACK");
    }
    return done;
}

Status completeOne(const ReshardScene& scene, const ReshardTable& table, const ReshardPart& part,
                   const std::stop_token& stop)
{
    const LikeTable like = likeOf(table, part);
    const auto runAll = [&](const Result<std::vector<std::string>>& statements) -> Status {
        ISO_TRY(statements);
        for (const std::string& statement : *statements) {
            if (stop.stop_requested()) {
                return makeError(Code::Cancelled, "stopped");
            }
            ISO_TRY(scene.connection.runLong(statement, kIndexLimit));
        }
        return {};
    };
    ISO_TRY(runAll(indexStatements(scene.connection, like)));
    ISO_TRY(runAll(indexMarkStatements(scene.connection, like)));
    if (!table.stage) { // else the table has them, for all its parts
        ISO_TRY(runAll(triggerStatements(scene.connection, like)));
    }
    return scene.connection.runLong("ANALYZE " + part.qualified(), kIndexLimit);
}

/// The slot, when nobody reads it any more; our own last session may still be ending.
Status dropSlot(Connection& connection, const std::string& name, const std::stop_token& stop)
{
    constexpr int kTries = 300;
    for (int i = 0; i < kTries && !stop.stop_requested(); ++i) {
        const auto dropped = connection.query("SELECT pg_drop_replication_slot(slot_name)"
                                              " FROM pg_replication_slots WHERE slot_name = $1",
                                              {name});
        if (dropped.ok()) {
            return {};
        }
        if (connection.broken()) {
            return dropped.error();
        }
        // Somebody reads it yet: a session of ours whose agent died.
        (void)connection.query("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
                               " WHERE slot_name = $1 AND active_pid IS NOT NULL",
                               {name});
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return makeError(Code::Unavailable, "slot " + name + " is still in use and cannot be dropped",
                     "the agent drops it at its next start");
}

/// In two steps: a statement of the application that has just read which publications its table is
/// in fails ("cache lookup failed for publication") when one of them is gone a moment later. So
/// first no table is in it any more, then all statements from before end, then it goes.
Status dropPublication(Connection& connection, const std::string& name, const std::stop_token& stop)
{
    ISO_ASSIGN(const QueryRows tables,
               connection.query("SELECT string_agg(format('%I.%I', n.nspname, c.relname), ', ')"
                                " FROM pg_publication p"
                                " JOIN pg_publication_rel r ON r.prpubid = p.oid"
                                " JOIN pg_class c ON c.oid = r.prrelid"
                                " JOIN pg_namespace n ON n.oid = c.relnamespace"
                                " WHERE p.pubname = $1",
                                {name}));
    if (!tables.isNull(0, 0)) {
        const Status emptied = runWithShortLocks(connection,
                                                 "ALTER PUBLICATION " + quoteIdentifier(name) +
                                                     " DROP TABLE " + tables.text(0, 0),
                                                 stop);
        if (!emptied.ok() && connection.broken()) {
            return emptied; // else a vacuum is in the way: it goes all the same
        }
        ISO_ASSIGN(const QueryRows since, connection.query("SELECT clock_timestamp()::text"));
        constexpr int kTries = 500; // ten seconds: whoever takes longer has read it long ago
        for (int i = 0; i < kTries && !stop.stop_requested(); ++i) {
            ISO_ASSIGN(const QueryRows rows,
                       connection.query("SELECT count(*) FROM pg_stat_activity WHERE state ="
                                        " 'active' AND datname = current_database()"
                                        " AND pid <> pg_backend_pid() AND backend_type ="
                                        " 'client backend' AND query_start < $1::timestamptz",
                                        {since.text(0, 0)}));
            if (rows.integer(0, 0) == 0) {
                break;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }
    return connection.run("DROP PUBLICATION IF EXISTS " + quoteIdentifier(name));
}

/// Tables as one list: their foreign keys to each other go with them.
Status dropSide(Connection& connection, const std::string& token, const std::string& side,
                const std::stop_token& stop)
{
    ISO_ASSIGN(const QueryRows rows,
               connection.query("SELECT string_agg(format('%I.%I', n.nspname, c.relname), ', ')"
                                " FROM isotherm_reshard.part p JOIN pg_class c ON c.oid = p.relid"
                                " JOIN pg_namespace n ON n.oid = c.relnamespace"
                                " WHERE p.token = $1 AND NOT c.relispartition AND (p.side = $2"
                                " OR (p.side = 'stage' AND $2 = 'new'))",
                                {token, side}));
    return rows.isNull(0, 0)
               ? Status()
               : runWithShortLocks(connection, "DROP TABLE IF EXISTS " + rows.text(0, 0), stop);
}

Status dropChecks(Connection& connection, const std::string& token, const std::stop_token& stop)
{
    ISO_ASSIGN(const QueryRows rows,
               connection.query("SELECT format('%I.%I', n.nspname, c.relname)"
                                " FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid"
                                " JOIN pg_namespace n ON n.oid = c.relnamespace"
                                " WHERE k.conname = $1 AND k.contype = 'c'",
                                {reshardCheckName(token)}));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        ISO_TRY(runWithShortLocks(connection,
                                  "ALTER TABLE " + rows.text(i, 0) + " DROP CONSTRAINT IF EXISTS " +
                                      quoteIdentifier(reshardCheckName(token)),
                                  stop));
    }
    return {};
}

} // namespace

Result<ReshardRights> loadReshardRights(Connection& connection)
{
    ISO_ASSIGN(const QueryRows rows,
               connection.query("SELECT rolsuper,"
                                " has_parameter_privilege('session_replication_role', 'SET'),"
                                " has_parameter_privilege('deadlock_timeout', 'SET'),"
                                " to_regprocedure($1) IS NOT NULL"
                                " FROM pg_roles WHERE rolname = current_user",
                                {kQuietForeignKeys}));
    return ReshardRights{rows.truth(0, 0), rows.truth(0, 1), rows.truth(0, 2), rows.truth(0, 3)};
}

Status runWithShortLocks(Connection& connection, const std::string& sql,
                         const std::stop_token& stop)
{
    constexpr int kTries = 240;
    std::minstd_rand random(std::random_device{}());
    Status last;
    for (int i = 0; i < kTries; ++i) {
        if (stop.stop_requested()) {
            return makeError(Code::Cancelled, "stopped");
        }
        ISO_TRY(connection.run("SET lock_timeout = 40"));
        last = connection.run(sql);
        if (connection.broken()) {
            return last;
        }
        if (!connection.idle()) {
            ISO_TRY(connection.run("ROLLBACK"));
        }
        ISO_TRY(connection.run("SET lock_timeout = " +
                               std::to_string(connection.options().lockTimeout.count())));
        const bool again = !last.ok() && (last.error().code == Code::DeadlineExceeded ||
                                          last.error().code == Code::Aborted);
        if (!again) {
            return last;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100 + random() % 300));
    }
    return last;
}

Status validateForeignKeys(Connection& connection, const std::string& token)
{
    ISO_ASSIGN(const QueryRows keys,
               connection.query("SELECT DISTINCT format('ALTER TABLE %I.%I VALIDATE CONSTRAINT %s',"
                                " n.nspname, c.relname, f.name)"
                                " FROM isotherm_reshard.foreign_key f"
                                " JOIN pg_class c ON c.oid = f.relid"
                                " JOIN pg_namespace n ON n.oid = c.relnamespace"
                                " JOIN pg_constraint k ON k.conrelid = c.oid"
                                "   AND quote_ident(k.conname) = f.name"
                                " WHERE f.token = $1 AND NOT k.convalidated",
                                {token}));
    for (std::size_t i = 0; i < keys.size(); ++i) {
        ISO_TRY(connection.run("SET statement_timeout = 0"));
        ISO_TRY(connection.runLong(keys.text(i, 0), std::chrono::hours(1)));
    }
    return {};
}

Status buildParts(const ReshardScene& scene, const std::stop_token& stop)
{
    ISO_TRY(ensureReshardSchema(scene.connection));
    ISO_TRY(inTransaction(scene.connection, [&] { return makeParts(scene); }));
    ISO_TRY(addForeignKeys(scene, stop));
    ISO_TRY(checkDefaultParts(scene, stop));
    ISO_ASSIGN(scene.book, loadReshardBook(scene.connection, scene.plan));
    return {};
}

Status completeParts(const ReshardScene& scene, const std::stop_token& stop)
{
    ISO_TRY(scene.connection.run("SET statement_timeout = 0; SET maintenance_work_mem = '256MB';"
                                 "SET max_parallel_maintenance_workers = 0;"
                                 "SET synchronous_commit = off"));
    // Nobody but a vacuum uses the new parts yet: waiting for it holds nobody up.
    ISO_TRY(scene.connection.run("SET lock_timeout = '60s'"));
    Status completed;
    for (const ReshardTable& table : scene.book.tables) {
        for (const ReshardPart& part : table.news) {
            completed = completed.ok() ? completeOne(scene, table, part, stop) : completed;
        }
    }
    if (!scene.connection.broken()) {
        ISO_TRY(
            scene.connection.run("SET lock_timeout = " +
                                 std::to_string(scene.connection.options().lockTimeout.count())));
    }
    ISO_TRY(completed);
    ISO_TRY(addPairedKeys(scene));
    for (const ReshardTable& table : scene.book.tables) {
        if (table.stage) {
            ISO_TRY(completeStage(scene, table, stop));
        }
    }
    return scene.connection.run("SET synchronous_commit = local;" +
                                reshardSideSql(scene.plan.token, ReshardSide::Following));
}

Status removeTraces(Connection& connection, const std::string& token, const std::stop_token& stop)
{
    ISO_ASSIGN(const ReshardMarker marker, loadReshardMarker(connection, token));
    if (marker.side != ReshardSide::Absent) {
        ISO_TRY(validateForeignKeys(connection, token)); // also after a switch back
        ISO_TRY(dropSide(connection, token, marker.side == ReshardSide::Switched ? "old" : "new",
                         stop));
    }
    ISO_TRY(dropChecks(connection, token, stop));
    ISO_TRY(dropSlot(connection, reshardFeedName(token), stop));
    ISO_TRY(dropPublication(connection, reshardFeedName(token), stop));
    if (marker.side == ReshardSide::Absent) {
        return {};
    }
    const std::string where = " WHERE token = " + quoteLiteral(token) + ";";
    return connection.run("BEGIN; DELETE FROM isotherm_reshard.part" + where +
                          "DELETE FROM isotherm_reshard.progress" + where +
                          "DELETE FROM isotherm_reshard.foreign_key" + where +
                          "DELETE FROM isotherm_reshard.change" + where + "COMMIT");
}

} // namespace isotherm::postgres
