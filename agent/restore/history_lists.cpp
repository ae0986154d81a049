// SPDX-License-Identifier: Apache-2.0
#include "agent/restore/restore_planner.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace isotherm::restore
{
namespace
{

/// Who destroyed most comes first.
bool isWorse(const TransactionSummary& a, const TransactionSummary& b)
{
    const auto weight = [](const TransactionSummary& one) {
        return std::tuple(one.truncates, one.deleted, one.updated, one.inserted, one.commit);
    };
    return weight(a) > weight(b);
}

bool isNewer(const TransactionSummary& a, const TransactionSummary& b)
{
    return a.commit > b.commit;
}

} // namespace

Result<std::vector<RestorableRange>> RestorePlanner::ranges(const ShardFilter& filter) const
{
    HistoryFinder history(m_parts.backups, m_parts.repository);
    ISO_ASSIGN(const std::vector<ShardRecord> shards, m_parts.shards.list(filter));
    std::vector<RestorableRange> all;
    for (const ShardRecord& shard : shards) {
        ISO_ASSIGN(std::vector<RestorableRange> ranges, history.ranges(shard.id));
        for (RestorableRange& range : ranges) {
            range.keyspace = shard.keyspace;
            range.rangeText = shard.rangeText;
            all.push_back(std::move(range));
        }
    }
    return all;
}

Result<std::vector<TransactionSummary>>
RestorePlanner::transactions(const TransactionQuery& query) const
{
    if (!query.keyspace.empty()) {
        ISO_TRY(m_parts.keyspaces.get(query.keyspace));
    }
    HistoryFinder history(m_parts.backups, m_parts.repository);
    ISO_ASSIGN(const std::vector<ShardRecord> shards,
               m_parts.shards.list({query.keyspace, /*includeRetired=*/true}));
    std::map<Lsn, TransactionSummary> found;
    for (const ShardRecord& shard : shards) {
        const bool wanted =
            query.shards.empty() ||
            std::find(query.shards.begin(), query.shards.end(), shard.id) != query.shards.end();
        if (wanted) {
            ISO_TRY(history.collect(shard.id, query.from, query.to, found));
        }
    }
    std::vector<TransactionSummary> transactions;
    transactions.reserve(found.size());
    for (auto& [commit, transaction] : found) {
        std::sort(transaction.shards.begin(), transaction.shards.end());
        transactions.push_back(std::move(transaction));
    }
    const std::size_t kept = std::min(query.limit, transactions.size());
    std::partial_sort(transactions.begin(),
                      transactions.begin() + static_cast<std::ptrdiff_t>(kept), transactions.end(),
                      query.largestFirst ? isWorse : isNewer);
    transactions.resize(kept);
    return transactions;
}

} // namespace isotherm::restore
