// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/transaction_list.h"

#include "agent/repository/run_file.h"

#include <algorithm>
#include <map>
#include <utility>

namespace isotherm::repository
{
namespace
{

using Place = std::pair<Lsn, std::uint64_t>; ///< commit and id
using Transactions = std::map<Place, TransactionRecord>;

bool wanted(const TransactionRecord& transaction, const TransactionFilter& filter)
{
    return filter.after < transaction.commit &&
           (!filter.upTo || transaction.commit <= *filter.upTo) &&
           (!filter.since || *filter.since <= transaction.time) &&
           (!filter.until || transaction.time < *filter.until);
}

/// Siblings hold the same table: each transaction counts once.
Status readRun(const CountedStore& store, const RepositoryKeys& keys, const RunRef& run,
               const TransactionFilter& filter, Transactions& found)
{
    if (run.lastLsn <= filter.after || (filter.upTo && *filter.upTo <= run.firstLsn)) {
        return {};
    }
    ISO_ASSIGN(const std::shared_ptr<const RunFile> file, RunFile::open(store, keys, run));
    const std::vector<TransactionFrame>& frames = file->index().transactions;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const bool before = i + 1 < frames.size() && frames[i + 1].firstCommit <= filter.after;
        const bool behind = filter.upTo && *filter.upTo < frames[i].firstCommit;
        if (before || behind) {
            continue;
        }
        ISO_ASSIGN(std::vector<TransactionRecord> transactions, file->transactions(store, i));
        for (TransactionRecord& transaction : transactions) {
            if (wanted(transaction, filter)) {
                const Place place{transaction.commit, transaction.id};
                found.emplace(place, std::move(transaction));
            }
        }
        if (found.size() > filter.limit) {
            return makeError(Code::ResourceExhausted,
                             "more than " + std::to_string(filter.limit) + " transactions",
                             "ask for a shorter time");
        }
    }
    return {};
}

void merge(TransactionRecord& into, const TransactionRecord& from)
{
    into.inserted += from.inserted;
    into.updated += from.updated;
    into.deleted += from.deleted;
    into.truncates += from.truncates;
    into.partial = into.partial || from.partial;
    for (const ShardId shard : from.otherShards) {
        if (std::find(into.otherShards.begin(), into.otherShards.end(), shard) ==
            into.otherShards.end()) {
            into.otherShards.push_back(shard);
        }
    }
}

} // namespace

Result<std::vector<TransactionRecord>> listTransactions(storage::ObjectStore& store,
                                                        const RepositoryKeys& keys,
                                                        const Manifest& manifest,
                                                        const TransactionFilter& filter)
{
    std::atomic<std::uint64_t> bytesRead{0};
    const CountedStore counted{store, bytesRead};
    Transactions all;
    for (const ManifestTable& table : manifest.tables) {
        Transactions found;
        for (const RunRef& run : table.runs) {
            if (run.kind == RunKind::Delta) {
                ISO_TRY(readRun(counted, keys, run, filter, found));
            }
        }
        for (auto& [place, transaction] : found) {
            const auto [entry, first] = all.emplace(place, transaction);
            if (!first) {
                merge(entry->second, transaction);
            }
        }
    }
    std::vector<TransactionRecord> list;
    list.reserve(all.size());
    for (auto& [place, transaction] : all) {
        list.push_back(std::move(transaction));
    }
    return list;
}

} // namespace isotherm::repository
