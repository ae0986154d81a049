// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/row_edit.h"
#include "shared/base/byte_io.h"
#include "tests/integration/postgres/engine_fixture.h"

#include <string>
#include <utility>
#include <vector>

namespace isotherm::test
{

/// Names that need quotes, generated and identity columns, types of users, TOAST, text-encoded
/// columns; foreign keys both ways.
inline std::string oddSql()
{
    return R"sql(
create schema "Odd Schema";
create type "Odd Schema".mood as enum ('sad', 'ok', 'happy');
create type "Odd Schema".pair as (a int, b text);
create domain "Odd Schema".short as text not null check (length(value) < 40);
create table public.countries (code text primary key, name text);
insert into public.countries values ('de', 'Germany'), ('fr', 'France');
create table "Odd Schema"."Kunden Ä" (
    "kunden nr" bigint, zeile int, "Name ü" "Odd Schema".short,
    loud text generated always as (upper("Name ü")) stored,
    id bigint generated always as identity,
    mood "Odd Schema".mood, pair "Odd Schema".pair, moods "Odd Schema".mood[],
    doc jsonb, amount numeric, big text, what regclass,
    country text references public.countries,
    primary key ("kunden nr", zeile)) partition by range ("kunden nr");
create table "Odd Schema"."Kunden Ä 0" partition of "Odd Schema"."Kunden Ä"
    for values from (0) to (100);
create table "Odd Schema"."Kunden Ä 1" partition of "Odd Schema"."Kunden Ä"
    for values from (100) to (200);
create table public.notes (k bigint, z int, n int, text text, primary key (k, z, n),
    foreign key (k, z) references "Odd Schema"."Kunden Ä");
insert into "Odd Schema"."Kunden Ä" ("kunden nr", zeile, "Name ü", mood, pair, moods, doc, amount,
    big, what, country)
    select k, z, 'Näme ' || k, 'ok', row(k, 'b' || z)::"Odd Schema".pair,
    array['sad', 'happy']::"Odd Schema".mood[], jsonb_build_object('k', k), k * 1.50,
    case when z = 1 then (select string_agg(md5(i::text || k), '') from generate_series(1, 300) i)
    end, 'pg_class'::regclass, case when k % 2 = 0 then 'de' end
    from generate_series(0, 199) k, generate_series(1, 2) z;
)sql";
}

inline constexpr const char* kOddTable = "\"Odd Schema\".\"Kunden Ä\"";
/// The whole content, order aside.
inline std::string contentOf(PgCluster& cluster, const std::string& table = kOddTable)
{
    return cluster.value("select md5(string_agg(t::text, '|' order by t::text)) from " + table +
                         " t");
}

/// The rows of a shard as they are now, and what to edit them by.
struct LiveRows
{
    engine::EditTarget target;
    std::vector<std::string> rows;
};

inline Result<LiveRows> liveRows(engine::Engine& engine, std::size_t shard = 0,
                                 const engine::KeyspaceSpec& keyspace = {
                                     "odd", {"Odd Schema.Kunden Ä"}, {"kunden nr"}})
{
    ISO_ASSIGN(const auto layout, engine.describeKeyspace(keyspace));
    ISO_ASSIGN(const auto snapshot, engine.openSnapshot(layout, layout.shards.at(shard)));
    LiveRows live;
    live.target.leaf = snapshot->info().leaves.front();
    live.target.table = snapshot->table(0);
    for (std::uint32_t i = 0; i < live.target.table.columns.size(); ++i) {
        live.target.columns.push_back(i);
    }
    engine::ReadRequest request;
    request.order = engine::ReadOrder::ByKey;
    ISO_ASSIGN(live.rows, readRows(*snapshot, request));
    return live;
}

inline engine::EditSource sourceOf(std::vector<engine::RowEdit> edits)
{
    return [edits = std::move(edits),
            at = std::size_t{0}]() mutable -> Result<std::optional<engine::RowEdit>> {
        if (at == edits.size()) {
            return std::optional<engine::RowEdit>();
        }
        return std::optional(edits[at++]);
    };
}

} // namespace isotherm::test
