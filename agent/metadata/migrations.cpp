// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/migrations.h"

#include <array>
#include <string>

namespace isotherm::metadata
{
namespace
{

// Version n of the schema is version n - 1 and the n-th text. A released text is never edited: a
// change is a further text. Times are microseconds since 1970 UTC; lists and bodies are JSON.
constexpr std::array kMigrations = {
    R"sql(
create table keyspace(
    name text primary key, tables text not null, key_columns text not null, key_types text not null,
    rpo_ms integer, spec_tables text not null, spec_key_columns text not null);
create table shard(
    id integer primary key autoincrement, keyspace text not null, range_begin blob not null,
    range_end blob, range_text text not null, is_default integer not null, leaves text not null,
    leaf_ids text not null, node text not null, rows integer not null, size integer not null,
    state integer not null, parents text not null, not_covered text not null);
create index shard_by_keyspace on shard(keyspace, state);
create table backup(
    id text primary key, shard integer not null, keyspace text not null, kind integer not null,
    started integer not null, finished integer not null, as_of integer not null,
    lsn integer not null, rows integer not null, raw_bytes integer not null,
    stored_bytes integer not null, tier text not null, verified integer not null,
    verified_at integer);
create index backup_by_shard on backup(shard, as_of);
create index backup_by_time on backup(as_of);
create table job(
    id integer primary key autoincrement, kind integer not null, state integer not null,
    title text not null, phase text not null, bytes_done integer not null,
    bytes_total integer not null, rows_done integer not null, bytes_per_second real not null,
    created integer not null, started integer, finished integer, heartbeat integer not null,
    shards text not null, requested_by text not null, error text not null, result text not null,
    params text not null, checkpoint_step text, checkpoint_state text,
    cancel_requested integer not null, attempts integer not null, ends_as integer);
create index job_by_state on job(state);
create table schedule(
    shard integer primary key, due integer not null, last_run integer, last_skipped integer,
    last_skip_reason text not null, change_mark text not null);
create table restore_plan(
    id text primary key, made integer not null, body text not null, details text not null);
create table restore_receipt(
    job integer primary key, plan text not null, finished integer not null, body text not null);
create table heat_block(
    step integer not null, metric integer not null, grp integer not null, start integer not null,
    data blob not null, primary key(step, metric, start, grp)) without rowid;
create table heat_slot(cell integer primary key, slot integer not null unique);
create table key_value(name text primary key, value text not null) without rowid;
)sql",
    // Heat by cell of the key range. What was kept by shard goes on as that of a cell with the
    // shard's number, which covers it.
    R"sql(
create table heat_cell(
    id integer primary key autoincrement, keyspace text not null, range_begin blob not null,
    range_end blob, is_default integer not null, is_cell integer not null,
    whole_of integer not null, born integer not null, retired integer, origins text not null);
insert into heat_cell(id, keyspace, range_begin, range_end, is_default, is_cell, whole_of, born,
                      retired, origins)
    select id, keyspace, range_begin, range_end, is_default, 1, id, 0, null, '[]'
    from shard where state = 1;
)sql",
    R"sql(
create table change(
    id integer primary key autoincrement, open integer not null, keyspace text not null,
    proposed_by text not null, proposed_at integer not null, body text not null);
create index change_by_open on change(open);
create index change_by_time on change(proposed_at);
)sql",
    R"sql(
create table recovery(
    kind text not null, id text not null, made integer not null, body text not null,
    primary key(kind, id));
create index recovery_by_time on recovery(kind, made);
)sql",
    // Of backups from before it is not known how many deltas they need: as if it were one.
    R"sql(
alter table backup add column deltas integer not null default 1;
alter table backup add column since_database integer not null default 0;
create table proven_run(
    object text primary key, level integer not null, at integer not null) without rowid;
create table drill(
    job integer not null, shard integer not null, keyspace text not null, backup text not null,
    level integer not null, as_of integer not null, lsn integer not null, started integer not null,
    finished integer not null, restore_us integer not null, rows integer not null,
    bytes integer not null, passed integer not null, outcome text not null,
    primary key(job, shard));
create index drill_by_shard on drill(shard, finished);
)sql",
    R"sql(
create table past_forecast(
    keyspace text not null, lead integer not null, hour integer not null, data blob not null,
    primary key(lead, hour, keyspace)) without rowid;
)sql",
    R"sql(
create table key_sketch(shard integer primary key, data blob not null);
)sql",
};

} // namespace

int schemaVersion()
{
    return static_cast<int>(kMigrations.size());
}

Result<int> storedVersion(Connection& connection)
{
    ISO_ASSIGN(Statement statement, connection.prepare("pragma user_version"));
    ISO_TRY(statement.step());
    return static_cast<int>(statement.integer(0));
}

Status migrate(Connection& connection)
{
    ISO_ASSIGN(const int stored, storedVersion(connection));
    if (stored > schemaVersion()) {
        return makeError(Code::FailedPrecondition,
                         "the metadata file has schema version " + std::to_string(stored) +
                             ", this program knows up to " + std::to_string(schemaVersion()),
                         "start the newer version of the agent that last used it");
    }
    for (int version = stored; version < schemaVersion(); ++version) {
        const std::string sql = std::string("begin immediate;") +
                                kMigrations.at(static_cast<std::size_t>(version)) +
                                "pragma user_version = " + std::to_string(version + 1) + ";commit;";
        if (Status status = connection.run(sql); !status.ok()) {
            (void)connection.run("rollback");
            return status.error().within("cannot bring the metadata file to version " +
                                         std::to_string(version + 1));
        }
    }
    return {};
}

} // namespace isotherm::metadata
