// SPDX-License-Identifier: Apache-2.0
#include "agent/sharding/keyspace_plan.h"

#include "agent/sharding/cuts.h"

#include <algorithm>
#include <cmath>

namespace isotherm::sharding
{
namespace
{

/// More partitions than this cost the database's planner more than they bring.
constexpr std::uint32_t kMostShards = 1024;

std::string oneDigit(double number)
{
    const auto tenths = std::llround(number * 10);
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

std::string percent(double share)
{
    return std::to_string(std::lround(share * 100)) + " %";
}

std::uint32_t ceilOf(double quotient)
{
    return static_cast<std::uint32_t>(std::clamp(std::ceil(quotient - 1e-9), 1.0, 1e6));
}

std::uint32_t bySize(const KeyspaceFacts& facts, const KeyspaceWishes& wishes, KeyspacePlan& plan)
{
    const auto now = static_cast<double>(facts.bytes.get());
    const double days = static_cast<double>(wishes.horizon.count()) / 24;
    const double growth =
        facts.bytesPerDay ? static_cast<double>(facts.bytesPerDay->get()) * days : 0;
    const std::uint32_t shards = ceilOf(
        (now + growth) / static_cast<double>(std::max<std::uint64_t>(wishes.targetSize.get(), 1)));
    std::string reason = "size: " + formatBytes(facts.bytes);
    reason += facts.bytesPerDay
                  ? " and " + formatBytes(ByteCount(static_cast<std::uint64_t>(growth))) +
                        " more in " + oneDigit(days) + " days"
                  : ", growth not known";
    reason += "; at most " + formatBytes(wishes.targetSize) + " a shard asks for " +
              std::to_string(shards);
    plan.reasons.push_back(std::move(reason));
    return shards;
}

std::uint32_t byLoad(const KeyspaceFacts& facts, const Policy& policy, KeyspacePlan& plan)
{
    if (!facts.load) {
        plan.reasons.emplace_back("load: not known, tables that are not managed are not sampled");
        return 1;
    }
    const std::uint32_t shards = ceilOf(*facts.load / policy.childTarget);
    plan.reasons.push_back(
        "load: " + oneDigit(*facts.load) + " times what one shard may bear; at most " +
        oneDigit(policy.childTarget) + " a shard asks for " + std::to_string(shards));
    return shards;
}

/// A stretch between two existing keys with its part of what is balanced.
struct Piece
{
    Key from;
    double rows = 0;
    double load = 0;
};

std::vector<Piece> piecesOf(const KeyspaceFacts& facts)
{
    std::vector<Key> keys(facts.rowBounds.begin(), facts.rowBounds.end());
    for (const KeyBar& bar : facts.keys.bars) {
        keys.push_back(bar.from);
    }
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    std::vector<Piece> pieces;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        Piece piece{keys[i], 0, 0};
        if (facts.rowBounds.size() >= 2) {
            const double upTo =
                i + 1 < keys.size() ? *rowsBelow(keys[i + 1], facts.rowBounds) : 1.0;
            piece.rows = upTo - *rowsBelow(keys[i], facts.rowBounds);
        }
        pieces.push_back(std::move(piece));
    }
    for (std::size_t i = 0; i < facts.keys.bars.size(); ++i) { // evenly over the pieces of the bar
        const auto begin = std::lower_bound(keys.begin(), keys.end(), facts.keys.bars[i].from);
        const auto end = i + 1 < facts.keys.bars.size()
                             ? std::lower_bound(begin, keys.end(), facts.keys.bars[i + 1].from)
                             : keys.end();
        for (auto key = begin; key != end; ++key) {
            pieces[static_cast<std::size_t>(key - keys.begin())].load +=
                facts.keys.bars[i].loadShare / static_cast<double>(end - begin);
        }
    }
    return pieces;
}

/// Cuts at the quantiles of rows and load together.
std::vector<Key> cutsOf(const std::vector<Piece>& pieces, std::uint32_t shards, bool loadKnown)
{
    std::vector<Key> cuts;
    double sum = 0;
    for (const Piece& piece : pieces) {
        const double wanted = static_cast<double>(cuts.size() + 1) / static_cast<double>(shards);
        if (cuts.size() + 1 < shards && sum > 0 && sum >= wanted - 1e-9) {
            cuts.push_back(piece.from);
        }
        sum += loadKnown ? (piece.rows + piece.load) / 2 : piece.rows;
    }
    return cuts;
}

void cutIntoShards(const KeyspaceFacts& facts, std::uint32_t shards, KeyspacePlan& plan)
{
    const std::vector<Piece> pieces = piecesOf(facts);
    const bool loadKnown = !facts.keys.bars.empty();
    const std::vector<Key> cuts = cutsOf(pieces, shards, loadKnown);
    for (std::size_t i = 0; i <= cuts.size(); ++i) {
        PlannedShard shard;
        shard.range.begin = i == 0 ? Key() : cuts[i - 1];
        shard.range.end = i < cuts.size() ? std::optional(cuts[i]) : std::nullopt;
        shard.rangeText = formatRange(shard.range, facts.keyTypes);
        double rows = 0;
        double load = 0;
        for (const Piece& piece : pieces) {
            if (shard.range.contains(piece.from)) {
                rows += piece.rows;
                load += piece.load;
            }
        }
        rows = cuts.empty() ? 1 : rows;
        shard.rows = static_cast<std::uint64_t>(rows * static_cast<double>(facts.rows));
        shard.bytes =
            ByteCount(static_cast<std::uint64_t>(rows * static_cast<double>(facts.bytes.get())));
        if (loadKnown) {
            shard.loadShare = load;
        }
        plan.shards.push_back(std::move(shard));
    }
    if (cuts.size() + 1 < shards) {
        plan.warnings.push_back("only " + std::to_string(cuts.size() + 1) +
                                " shards: there are not enough different keys known for " +
                                std::to_string(shards));
    }
    if (!facts.boundsFrom.empty()) {
        plan.reasons.push_back("boundaries: equal " +
                               std::string(loadKnown ? "rows and load" : "rows") + ", from " +
                               facts.boundsFrom);
    }
}

void warn(const KeyspaceFacts& facts, KeyspacePlan& plan)
{
    if (facts.keyAscends) {
        plan.warnings.push_back("key " + facts.keyColumns.front() +
                                " ascends: new rows all go to the last shard, which will have to "
                                "be split again and again; a key that spreads is better");
    }
    for (const std::string& table : facts.tablesWithoutKey) {
        plan.warnings.push_back("the primary key of " + table +
                                " does not contain the key: it must, before the table can be "
                                "partitioned");
    }
    for (const KeyBar& bar : facts.keys.bars) {
        if (bar.singleKey && bar.loadShare >= 0.25) {
            plan.warnings.push_back("key " + bar.label + " alone makes " + percent(bar.loadShare) +
                                    " of the load: no boundary divides it");
        }
    }
}

} // namespace

KeyspacePlan planKeyspace(const KeyspaceFacts& facts, const KeyspaceWishes& wishes,
                          const Policy& policy)
{
    KeyspacePlan plan;
    plan.tables = facts.tables;
    plan.keyColumns = facts.keyColumns;
    plan.keyTypes = facts.keyTypes;
    plan.rows = facts.rows;
    plan.bytes = facts.bytes;
    plan.bytesPerDay = facts.bytesPerDay;
    plan.shardsNow = facts.shardsNow;
    const std::uint32_t size = bySize(facts, wishes, plan);
    const std::uint32_t load = byLoad(facts, policy, plan);
    if (load > size) {
        std::swap(plan.reasons[0], plan.reasons[1]); // the most weighty first
    }
    std::uint32_t shards = std::min(std::max(size, load), kMostShards);
    if (std::max(size, load) > kMostShards) {
        plan.warnings.push_back("more than " + std::to_string(kMostShards) +
                                " partitions slow down every statement: larger shards, or several "
                                "clusters");
    }
    if (wishes.shards) {
        shards = std::clamp<std::uint32_t>(*wishes.shards, 1, kMostShards);
        plan.reasons.insert(plan.reasons.begin(),
                            std::to_string(shards) + " shards were asked for");
    }
    cutIntoShards(facts, shards, plan);
    warn(facts, plan);
    return plan;
}

} // namespace isotherm::sharding
