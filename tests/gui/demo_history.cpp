// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/demo_history.h"

#include <algorithm>

namespace isotherm::test
{
namespace
{

using namespace std::chrono_literals;

constexpr std::size_t kShardWithGap = 3;
constexpr std::size_t kShardWithoutHistory = 5;

TransactionSummary everyday(const DemoWorld& world, std::uint64_t number, WallTime time)
{
    TransactionSummary one;
    one.id = 700'000 + number % 70'000;
    one.commit = Lsn(0x10000000 + number * 0x140);
    one.time = time;
    one.updated = 1 + number % 7;
    one.inserted = number % 3;
    one.deleted = number % 11 == 0 ? 1 : 0;
    one.shards = {world.shards()[number % world.shards().size()].id};
    return one;
}

TransactionSummary accident(const DemoWorld& world, WallTime time)
{
    TransactionSummary one;
    one.id = kAccident;
    one.commit = Lsn(0x1fffff00);
    one.time = time;
    one.deleted = kAccidentRows;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, world.shards().size()); ++i) {
        one.shards.push_back(world.shards()[i].id);
    }
    return one;
}

bool touches(const TransactionSummary& one, const std::vector<ShardId>& wanted)
{
    return wanted.empty() || std::ranges::any_of(one.shards, [&](ShardId shard) {
               return std::ranges::find(wanted, shard) != wanted.end();
           });
}

} // namespace

std::vector<RestorableRange> historyOf(const DemoWorld& world, WallTime now)
{
    std::vector<RestorableRange> ranges;
    const std::vector<BackupRecord> backups = world.backupsAt(now);
    for (std::size_t i = 0; i < world.shards().size(); ++i) {
        const ShardRecord& shard = world.shards()[i];
        RestorableRange range;
        range.shard = shard.id;
        range.keyspace = shard.keyspace;
        range.rangeText = shard.rangeText;
        range.everyCommit = i != kShardWithoutHistory;
        bool first = true;
        for (const BackupRecord& backup : backups) {
            if (backup.shard == shard.id) {
                range.from = first ? backup.asOf : range.from;
                range.to = backup.asOf;
                first = false;
            }
        }
        if (first) {
            continue;
        }
        if (i == kShardWithGap) {
            const auto third = (range.to - range.from) / 3;
            RestorableRange before = range;
            before.to = range.from + third;
            ranges.push_back(before);
            range.from = range.to - third;
            range.gapBefore = "the replication slot was dropped by hand";
        }
        ranges.push_back(range);
    }
    return ranges;
}

std::vector<TransactionSummary> transactionsOf(const DemoWorld& world,
                                               const TransactionQuery& query, WallTime now)
{
    const WallTime from = std::max(query.from.value_or(world.born()), world.born());
    const WallTime to = std::min(query.to.value_or(now), now);
    std::vector<TransactionSummary> found;
    const auto consider = [&](const TransactionSummary& one) {
        if (one.time >= from && one.time <= to && touches(one, query.shards)) {
            found.push_back(one);
        }
    };
    consider(accident(world, world.born() + (now - world.born()) / 2));
    std::uint64_t number = 0;
    for (WallTime time = world.born(); time <= to; time += 7s) {
        consider(everyday(world, number++, time));
    }
    std::ranges::sort(found, [&](const TransactionSummary& a, const TransactionSummary& b) {
        return query.largestFirst && a.deleted != b.deleted ? a.deleted > b.deleted
                                                            : a.time > b.time;
    });
    found.resize(std::min(found.size(), query.limit));
    return found;
}

} // namespace isotherm::test
