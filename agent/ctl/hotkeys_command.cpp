// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/commands.h"

namespace isotherm::ctl
{
namespace
{

using Align = Column::Align;

Listing keyList(const ShardHotKeys& found)
{
    Listing keys{"keys",
                 {{"key", "KEY"},
                  {"share", "SHARE", Align::Right},
                  {"at_most", "AT MOST", Align::Right},
                  {"read_part", "READS", Align::Right}},
                 {}};
    for (const HotKey& key : found.keys) {
        keys.rows.push_back(
            {key.text, RatioValue{key.share}, RatioValue{key.atMost}, RatioValue{key.readPart}});
    }
    return keys;
}

Listing quantileList(const ShardHotKeys& found)
{
    Listing quantiles{
        "quantiles", {{"key", "CUT AT"}, {"below", "BELOW", Align::Right}, {"at", ""}}, {}};
    for (const KeyFraction& one : found.quantiles) {
        quantiles.rows.push_back({one.text, RatioValue{one.below}, RatioValue{one.at}});
    }
    return quantiles;
}

Listing cellList(const ShardHotKeys& found)
{
    Listing cells{
        "cells",
        {{"range", "CELL"}, {"reads", "READS", Align::Right}, {"writes", "WRITES", Align::Right}},
        {}};
    for (const CellShare& cell : found.cells) {
        cells.rows.push_back({cell.rangeText, RatioValue{cell.reads}, RatioValue{cell.writes}});
    }
    return cells;
}

Listing statementList(const ShardHotKeys& found)
{
    Listing statements{"statements",
                       {{"text", "STATEMENT"},
                        {"calls_per_second", "CALLS", Align::Right},
                        {"rows_per_second", "ROWS", Align::Right},
                        {"time_share", "TIME", Align::Right}},
                       {}};
    for (const TopStatement& one : found.statements) {
        statements.rows.push_back({one.text, RateValue{one.callsPerSecond, "/s"},
                                   RateValue{one.rowsPerSecond, "rows/s"},
                                   RatioValue{one.timeShare}});
    }
    return statements;
}

Listing unattributedList(const ShardHotKeys& found)
{
    Listing reasons{
        "unattributed", {{"reason", "NOT TOLD BY KEY"}, {"per_second", "RATE", Align::Right}}, {}};
    for (const Unattributed& one : found.unattributed) {
        reasons.rows.push_back({one.reason, RateValue{one.perSecond, "/s"}});
    }
    return reasons;
}

} // namespace

ExitCode showHotKeys(Session& session, const HotKeysArguments& arguments)
{
    HotKeysQuery query;
    query.shard = ShardId(arguments.shard);
    query.keys = arguments.keys;
    query.quantiles = arguments.cuts;
    const Result<ShardHotKeys> found = session.agent.hotKeys().hotKeysOf(query);
    if (!found.ok()) {
        return reportError(session.terminal, found.error());
    }
    return show(
        session,
        Record{"hot_keys",
               {{"id", "shard", found->shard.get()},
                {"keyspace", "keyspace", found->keyspace},
                {"range", "range", found->rangeText},
                {"reads_per_second", "reads", RateValue{found->readsPerSecond, "/s"}},
                {"writes_per_second", "writes", RateValue{found->writesPerSecond, "/s"}},
                {"read_part", "part that is reads", RatioValue{found->readPart}},
                {"observations", "accesses seen by key", found->observations},
                {"observed_reads_per_second", "reads by key",
                 RateValue{found->observedReadsPerSecond, "/s"}},
                {"observed_writes_per_second", "writes by key",
                 RateValue{found->observedWritesPerSecond, "/s"}},
                {"attributed_share", "statements told by key", RatioValue{found->attributedShare}},
                {"read_source", "reads from", found->readSource},
                {"write_source", "writes from", found->writeSource},
                {"statement_source", "statements from", found->statementSource}},
               {keyList(*found), quantileList(*found), cellList(*found), statementList(*found),
                unattributedList(*found)}});
}

} // namespace isotherm::ctl
