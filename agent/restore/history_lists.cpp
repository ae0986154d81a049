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
        ISO_ASSIGN(std::vector<RestorableRange> ranges, history.ranges(shard.id, m_starts));
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

namespace
{

/// The moment at which the plan's shards stop; nullopt: each at the end of its own history.
std::optional<Lsn> targetOf(const metadata::StoredPlan& stored,
                            const std::vector<RestoreStep>& steps)
{
    const RestoreRequest& request = stored.plan.request;
    if (!request.lsn && !request.beforeTransaction && !request.at) {
        return std::nullopt;
    }
    std::optional<Lsn> target;
    for (const RestoreStep& step : steps) {
        target = step.until ? std::max(target.value_or(*step.until), *step.until) : target;
    }
    if (!target) { // nothing happened since the backups' own moments
        for (const RestorePlanPart& part : stored.plan.parts) {
            target = std::max(target.value_or(part.lsn), part.lsn);
        }
    }
    return target;
}

void addCut(CutList& cuts, const TransactionSummary& transaction, bool undone,
            const std::vector<ShardId>& restored)
{
    CutTransaction cut{transaction, undone, {}};
    for (const ShardId shard : transaction.shards) {
        if (std::find(restored.begin(), restored.end(), shard) == restored.end()) {
            cut.outside.push_back(shard);
        }
    }
    if (cut.outside.empty()) {
        return;
    }
    (undone ? cuts.undone : cuts.halved) += 1;
    std::sort(cut.transaction.shards.begin(), cut.transaction.shards.end());
    std::sort(cut.outside.begin(), cut.outside.end());
    cuts.nearest.push_back(std::move(cut));
}

/// Of those before the moment the last ones are the nearest, of those after it the first.
void keepNearest(CutList& cuts)
{
    constexpr std::size_t kEachSide = 50;
    const auto middle = std::find_if(cuts.nearest.begin(), cuts.nearest.end(),
                                     [](const CutTransaction& cut) { return cut.undone; });
    const auto before = static_cast<std::size_t>(middle - cuts.nearest.begin());
    const std::size_t after = cuts.nearest.size() - before;
    cuts.nearest.erase(cuts.nearest.end() -
                           static_cast<std::ptrdiff_t>(after - std::min(after, kEachSide)),
                       cuts.nearest.end());
    cuts.nearest.erase(cuts.nearest.begin(),
                       cuts.nearest.begin() +
                           static_cast<std::ptrdiff_t>(before - std::min(before, kEachSide)));
}

} // namespace

Result<CutList> RestorePlanner::cuts(const std::string& planId) const
{
    ISO_ASSIGN(const metadata::StoredPlan stored, m_parts.restores.plan(planId));
    ISO_ASSIGN(const std::vector<RestoreStep> steps, decodeSteps(stored.details));
    CutList cuts;
    const std::optional<Lsn> target = targetOf(stored, steps);
    if (!target) {
        return cuts;
    }
    std::vector<ShardId> restored;
    for (const RestorePlanPart& part : stored.plan.parts) {
        if (std::find(restored.begin(), restored.end(), part.shard) == restored.end()) {
            restored.push_back(part.shard);
        }
    }
    HistoryFinder history(m_parts.backups, m_parts.repository);
    std::map<Lsn, TransactionSummary> before;
    std::map<Lsn, TransactionSummary> after;
    for (const ShardId shard : restored) {
        ISO_TRY(history.collect(shard, repository::TransactionFilter{.upTo = target}, before));
        ISO_TRY(history.collect(shard, repository::TransactionFilter{.after = *target}, after));
    }
    for (const auto& [commit, transaction] : before) {
        addCut(cuts, transaction, false, restored);
    }
    for (const auto& [commit, transaction] : after) {
        addCut(cuts, transaction, true, restored);
    }
    keepNearest(cuts);
    return cuts;
}

} // namespace isotherm::restore
