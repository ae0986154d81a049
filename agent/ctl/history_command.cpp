// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/commands.h"
#include "shared/base/time_text.h"

namespace isotherm::ctl
{
namespace
{

using Align = Column::Align;

std::string shardList(const std::vector<ShardId>& shards)
{
    constexpr std::size_t kShown = 6;
    std::string text;
    for (std::size_t i = 0; i < shards.size() && i < kShown; ++i) {
        text += (i == 0 ? "" : " ") + std::to_string(shards[i].get());
    }
    return shards.size() > kShown ? text + " +" + std::to_string(shards.size() - kShown) : text;
}

} // namespace

ExitCode listRanges(Session& session, const std::string& keyspace)
{
    const auto ranges = session.agent.restorableRanges({keyspace, /*includeRetired=*/true});
    if (!ranges.ok()) {
        return reportError(session.terminal, ranges.error());
    }
    Listing listing{"ranges",
                    {{"shard", "SHARD", Align::Right},
                     {"keyspace", "KEYSPACE"},
                     {"range", "RANGE"},
                     {"from", "FROM"},
                     {"to", "TO"},
                     {"from_lsn", ""},
                     {"to_lsn", ""},
                     {"to_any", "TO"},
                     {"gap_before", "GAP BEFORE"}},
                    {}};
    for (const RestorableRange& range : ranges.value()) {
        listing.rows.push_back({range.shard.get(), range.keyspace, range.rangeText, range.from,
                                range.to, formatLsn(range.fromLsn), formatLsn(range.toLsn),
                                std::string(range.everyCommit ? "any commit" : "its end only"),
                                range.gapBefore});
    }
    return show(session, listing);
}

ExitCode listTransactions(Session& session, const TransactionArguments& arguments)
{
    TransactionQuery query;
    query.keyspace = arguments.selection.keyspace;
    query.shards = toShardIds(arguments.selection.shards);
    query.limit = arguments.limit;
    query.largestFirst = arguments.largest;
    const WallTime now = session.clock.wallNow();
    for (const auto& [text, moment] :
         {std::pair(&arguments.from, &query.from), std::pair(&arguments.to, &query.to)}) {
        if (text->empty()) {
            continue;
        }
        const Result<WallTime> parsed = parseInstant(*text, now);
        if (!parsed.ok()) {
            return reportError(session.terminal, parsed.error());
        }
        *moment = *parsed;
    }
    const auto transactions = session.agent.transactions(query);
    if (!transactions.ok()) {
        return reportError(session.terminal, transactions.error());
    }
    Listing listing{"transactions",
                    {{"xid", "XID", Align::Right},
                     {"time", "TIME"},
                     {"lsn", "COMMIT"},
                     {"truncates", "TRUNCATES", Align::Right},
                     {"deleted", "DELETED", Align::Right},
                     {"updated", "UPDATED", Align::Right},
                     {"inserted", "INSERTED", Align::Right},
                     {"shards", "SHARDS"}},
                    {}};
    for (const TransactionSummary& one : transactions.value()) {
        listing.rows.push_back({one.id, one.time, formatLsn(one.commit), one.truncates, one.deleted,
                                one.updated, one.inserted, shardList(one.shards)});
    }
    return show(session, listing);
}

} // namespace isotherm::ctl
