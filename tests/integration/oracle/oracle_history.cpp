// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/oracle/oracle_history.h"

#include <algorithm>
#include <chrono>
#include <sstream>

namespace isotherm::test
{
namespace
{

/// "the table was rewritten: ALTER TABLE o.a" is one of many of its kind.
std::string kindOf(const std::string& reason)
{
    return reason.empty() ? OracleHistory::kUnexplained : reason.substr(0, reason.find(':'));
}

struct GapSum
{
    int count = 0;
    double seconds = 0;
    double longest = 0;
};

} // namespace

Result<OracleHistory> OracleHistory::learn(AgentService& agent, const std::string& keyspace)
{
    OracleHistory history;
    ISO_ASSIGN(const auto ranges, agent.restorableRanges({keyspace, /*includeRetired=*/true}));
    for (const RestorableRange& range : ranges) {
        history.m_ranges[range.shard].push_back(range);
    }
    for (auto& [shard, of] : history.m_ranges) {
        std::stable_sort(of.begin(), of.end(),
                         [](const auto& a, const auto& b) { return a.fromLsn < b.fromLsn; });
    }
    ISO_ASSIGN(const auto shards, agent.shards({keyspace, /*includeRetired=*/true}));
    for (const ShardRecord& shard : shards) {
        for (const std::string& leaf : shard.leaves) {
            history.m_shardOf[leaf] = shard.id;
        }
    }
    return history;
}

std::optional<ShardId> OracleHistory::shardOf(const std::string& leaf) const
{
    const auto found = m_shardOf.find(leaf);
    return found == m_shardOf.end() ? std::nullopt : std::optional(found->second);
}

const std::vector<RestorableRange>* OracleHistory::rangesOf(const std::string& leaf) const
{
    const auto shard = shardOf(leaf);
    const auto found = shard ? m_ranges.find(*shard) : m_ranges.end();
    return found == m_ranges.end() ? nullptr : &found->second;
}

bool OracleHistory::holds(const std::string& leaf, Lsn lsn) const
{
    const auto* const ranges = rangesOf(leaf);
    return ranges != nullptr &&
           std::any_of(ranges->begin(), ranges->end(), [lsn](const RestorableRange& range) {
               return range.fromLsn <= lsn && lsn <= range.toLsn && range.everyCommit;
           });
}

std::string OracleHistory::whyNot(const std::string& leaf, Lsn lsn) const
{
    if (!shardOf(leaf)) {
        return "never seen by the agent";
    }
    const auto* const ranges = rangesOf(leaf);
    if (ranges == nullptr) {
        return "gone before its first backup";
    }
    const auto next =
        std::find_if(ranges->begin(), ranges->end(),
                     [lsn](const RestorableRange& range) { return range.fromLsn > lsn; });
    if (next == ranges->end()) {
        return "after the last backup that could be made of it";
    }
    return next == ranges->begin() ? "before its first backup" : kindOf(next->gapBefore);
}

std::string OracleHistory::gaps() const
{
    std::map<std::string, GapSum> sums;
    for (const auto& [shard, ranges] : m_ranges) {
        for (std::size_t i = 1; i < ranges.size(); ++i) {
            if (ranges[i].fromLsn <= ranges[i - 1].toLsn) {
                continue;
            }
            GapSum& sum = sums[kindOf(ranges[i].gapBefore)];
            const double seconds =
                std::chrono::duration<double>(ranges[i].from - ranges[i - 1].to).count();
            ++sum.count;
            sum.seconds += seconds;
            sum.longest = std::max(sum.longest, seconds);
        }
    }
    std::ostringstream text;
    text.precision(1);
    text << std::fixed;
    for (const auto& [reason, sum] : sums) {
        text << (text.tellp() == 0 ? "" : "; ") << reason << ": " << sum.count << ", of "
             << sum.seconds / sum.count << " s, the longest " << sum.longest << " s";
    }
    return text.str();
}

} // namespace isotherm::test
