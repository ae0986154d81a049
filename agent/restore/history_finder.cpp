// SPDX-License-Identifier: Apache-2.0
#include "agent/restore/history_finder.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace isotherm::restore
{
namespace
{

Lsn before(Lsn commit)
{
    return Lsn(commit.get() - 1);
}

bool isIn(const std::vector<ShardId>& shards, ShardId shard)
{
    return std::find(shards.begin(), shards.end(), shard) != shards.end();
}

/// What one shard knows of transactions, added to what others do.
void addAll(const std::vector<repository::TransactionRecord>& found, ShardId shard,
            std::map<Lsn, TransactionSummary>& transactions)
{
    for (const repository::TransactionRecord& record : found) {
        TransactionSummary& summary = transactions[record.commit];
        summary.id = record.id;
        summary.commit = record.commit;
        summary.time = record.time;
        summary.inserted += record.inserted;
        summary.updated += record.updated;
        summary.deleted += record.deleted;
        summary.truncates += record.truncates;
        summary.partial = summary.partial || record.partial;
        summary.otherOrigin = record.otherOrigin;
        std::vector<ShardId> touched = record.otherShards;
        touched.push_back(shard);
        for (const ShardId other : touched) {
            if (!isIn(summary.shards, other)) {
                summary.shards.push_back(other);
            }
        }
    }
}

} // namespace

Result<const repository::Manifest*> HistoryFinder::manifest(const std::string& id)
{
    const auto known = m_manifests.find(id);
    if (known != m_manifests.end()) {
        return &known->second;
    }
    ISO_ASSIGN(repository::Manifest loaded, m_repository.loadManifest(id));
    return &m_manifests.emplace(id, std::move(loaded)).first->second;
}

Result<std::vector<HistoryFinder::Chain>> HistoryFinder::chainsOf(ShardId shard)
{
    BackupFilter filter;
    filter.shards = {shard};
    filter.limit = std::numeric_limits<std::int32_t>::max();
    ISO_ASSIGN(std::vector<BackupRecord> backups, m_backups.list(filter));
    // An increment that was cut at once may show the very moment of its base, and comes after it.
    std::stable_sort(backups.begin(), backups.end(), [](const auto& a, const auto& b) {
        return std::tuple(a.asOf, a.lsn, a.finished) < std::tuple(b.asOf, b.lsn, b.finished);
    });
    std::vector<Chain> chains;
    for (const BackupRecord& backup : backups) {
        if (isFull(backup.kind) || chains.empty()) {
            chains.push_back({backup, {}});
        }
        chains.back().links.push_back(backup);
    }
    return chains;
}

Result<std::optional<Lsn>> HistoryFinder::resolve(const RestoreRequest& request,
                                                  const std::vector<ShardId>& shards)
{
    if (request.lsn) {
        return request.lsn;
    }
    if (request.beforeTransaction) {
        return before(*request.beforeTransaction, shards);
    }
    return request.at ? atTime(*request.at, shards) : std::optional<Lsn>();
}

Result<std::optional<Lsn>> HistoryFinder::atTime(WallTime at, const std::vector<ShardId>& shards)
{
    std::optional<Lsn> target;
    for (const ShardId shard : shards) {
        ISO_ASSIGN(const std::vector<Chain> chains, chainsOf(shard));
        for (const Chain& chain : chains) {
            const auto link =
                std::find_if(chain.links.begin() + 1, chain.links.end(),
                             [at](const BackupRecord& backup) { return backup.asOf >= at; });
            if (chain.base.asOf > at || link == chain.links.end()) {
                continue;
            }
            ISO_ASSIGN(const repository::Manifest* const newest, manifest(link->id));
            repository::TransactionFilter later;
            later.since = at + std::chrono::microseconds(1);
            ISO_ASSIGN(const auto transactions, m_repository.listTransactions(*newest, later));
            const Lsn last =
                transactions.empty() ? newest->lsn : restore::before(transactions.front().commit);
            target = std::min(target.value_or(last), last);
        }
    }
    return target;
}

Result<std::optional<Lsn>> HistoryFinder::before(std::uint64_t transaction,
                                                 const std::vector<ShardId>& shards)
{
    for (const ShardId shard : shards) {
        ISO_ASSIGN(const std::vector<Chain> chains, chainsOf(shard));
        for (auto chain = chains.rbegin(); chain != chains.rend(); ++chain) {
            ISO_ASSIGN(const repository::Manifest* const newest, manifest(chain->links.back().id));
            if (!newest->hasDeltas()) {
                continue;
            }
            ISO_ASSIGN(const auto transactions, m_repository.listTransactions(*newest, {}));
            for (const repository::TransactionRecord& record : transactions) {
                if (record.id == transaction) {
                    return std::optional(restore::before(record.commit));
                }
            }
        }
    }
    return makeError(Code::NotFound, "no backup knows transaction " + std::to_string(transaction),
                     "isothermctl tx list shows those that touched the shards");
}

Result<std::optional<Served>> HistoryFinder::serve(ShardId shard, const std::optional<Lsn>& target,
                                                   const std::optional<WallTime>& at)
{
    if (!target) {
        ISO_ASSIGN(const auto newest, m_backups.newest(shard, at));
        return newest ? std::optional(Served{*newest, std::nullopt, true}) : std::nullopt;
    }
    ISO_ASSIGN(const std::vector<Chain> chains, chainsOf(shard));
    const Chain* older = nullptr;
    for (const Chain& chain : chains) {
        if (chain.base.lsn > *target) {
            continue;
        }
        // A base from the database shows its snapshot: a commit before its position may not have
        // been visible yet. What continues it has that one.
        const bool showsSnapshot = chain.base.kind == BackupKind::Full;
        const auto link =
            std::find_if(chain.links.begin() + (showsSnapshot ? 1 : 0), chain.links.end(),
                         [&](const BackupRecord& backup) { return backup.lsn >= *target; });
        if (link == chain.links.end()) {
            older = &chain;
            continue;
        }
        // Without deltas nothing happened between the base and this backup.
        return std::optional(Served{*link, link->deltas > 0 ? target : std::nullopt, true});
    }
    if (older == nullptr) {
        return std::optional<Served>();
    }
    const BackupRecord& newest = older->links.back();
    ISO_ASSIGN(const repository::Manifest* const last, manifest(newest.id));
    // A shard whose leaves were gone by then had no rows: nothing older stands for it.
    const bool gone = last->chainStop && last->chainStop->last < *target;
    return gone ? std::optional<Served>() : std::optional(Served{newest, std::nullopt, false});
}

Result<std::vector<RestorableRange>> HistoryFinder::ranges(ShardId shard, ChainStarts& starts)
{
    ISO_ASSIGN(const std::vector<Chain> chains, chainsOf(shard));
    std::vector<RestorableRange> ranges;
    for (const Chain& chain : chains) {
        const BackupRecord& newest = chain.links.back();
        RestorableRange range;
        range.shard = shard;
        range.from = chain.base.asOf;
        range.to = newest.asOf;
        range.fromLsn = chain.base.lsn;
        range.toLsn = newest.lsn;
        // Where nothing happened between two backups, every moment between them is known too.
        range.everyCommit = newest.deltas > 0 || newest.kind == BackupKind::Unchanged;
        if (isFull(chain.base.kind)) {
            ISO_ASSIGN(range.gapBefore, starts.reasonOf(m_repository, chain.base.id));
        }
        ranges.push_back(std::move(range));
    }
    return ranges;
}

Status HistoryFinder::collect(ShardId shard, std::optional<WallTime> from,
                              std::optional<WallTime> to,
                              std::map<Lsn, TransactionSummary>& transactions)
{
    ISO_ASSIGN(const std::vector<Chain> chains, chainsOf(shard));
    for (const Chain& chain : chains) {
        const BackupRecord& newest = chain.links.back();
        if ((from && newest.asOf < *from) || (to && chain.base.asOf > *to)) {
            continue;
        }
        ISO_ASSIGN(const repository::Manifest* const last, manifest(newest.id));
        if (!last->hasDeltas()) {
            continue;
        }
        repository::TransactionFilter filter;
        filter.since = from;
        filter.until = to;
        ISO_ASSIGN(const auto found, m_repository.listTransactions(*last, filter));
        addAll(found, shard, transactions);
    }
    return {};
}

Status HistoryFinder::collect(ShardId shard, const repository::TransactionFilter& filter,
                              std::map<Lsn, TransactionSummary>& transactions)
{
    ISO_ASSIGN(const std::vector<Chain> chains, chainsOf(shard));
    for (const Chain& chain : chains) {
        if (chain.links.back().lsn <= filter.after ||
            (filter.upTo && chain.base.lsn > *filter.upTo)) {
            continue;
        }
        ISO_ASSIGN(const repository::Manifest* const last, manifest(chain.links.back().id));
        if (!last->hasDeltas()) {
            continue;
        }
        ISO_ASSIGN(const auto found, m_repository.listTransactions(*last, filter));
        addAll(found, shard, transactions);
    }
    return {};
}

Result<std::size_t> HistoryFinder::countCut(const Served& served, Lsn target,
                                            const std::vector<ShardId>& shards)
{
    ISO_ASSIGN(const repository::Manifest* const found, manifest(served.backup.id));
    if (!found->hasDeltas()) {
        return std::size_t{0};
    }
    repository::TransactionFilter filter;
    filter.upTo = target;
    ISO_ASSIGN(const auto transactions, m_repository.listTransactions(*found, filter));
    return static_cast<std::size_t>(
        std::count_if(transactions.begin(), transactions.end(), [&](const auto& transaction) {
            return std::any_of(transaction.otherShards.begin(), transaction.otherShards.end(),
                               [&](ShardId shard) { return !isIn(shards, shard); });
        }));
}

} // namespace isotherm::restore
