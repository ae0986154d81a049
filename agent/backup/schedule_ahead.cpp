// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/schedule_ahead.h"

#include <algorithm>
#include <queue>
#include <utility>

namespace isotherm::backup
{
namespace
{

/// One shard on its way through the time to come.
class Walk
{
public:
    Walk(const AheadShard& shard, WallTime now, const AheadOptions& options)
        : m_shard(&shard), m_options(&options), m_facts(shard.facts), m_chain(shard.chain),
          m_now(now)
    {
        choose();
    }

    [[nodiscard]] WallTime due() const { return m_choice.due; }
    [[nodiscard]] ShardId shard() const { return m_facts.shard; }

    [[nodiscard]] ScheduleEntry entry() const
    {
        return {m_facts.shard,   m_shard->keyspace,   m_shard->rangeText, m_choice.due,
                m_choice.kind,   m_facts.temperature, m_interval,         m_choice.reason};
    }

    /// As if the backup that was chosen had been made.
    void advance()
    {
        m_chain.hasBackup = true;
        if (isFull(m_choice.kind)) {
            m_chain.deltas = 0;
            m_chain.sinceDatabase =
                m_choice.kind == BackupKind::Synthetic ? m_chain.sinceDatabase + 1 : 0;
            const bool wasTurn = m_chain.turn && m_choice.due >= m_chain.turn->slot;
            m_nextTurn += wasTurn ? 1 : 0;
        } else {
            m_chain.deltas += m_shard->tables;
        }
        m_facts.lastBackup = m_choice.due;
        m_facts.notBefore.reset();
        m_chain.notBefore.reset();
        m_now = m_choice.due + std::chrono::milliseconds(1);
        choose();
    }

private:
    void choose()
    {
        const auto& turns = m_shard->turns;
        m_chain.turn = m_nextTurn < turns.size() ? std::optional(turns[m_nextTurn]) : std::nullopt;
        const DueTime due = nextBackup(m_facts, m_options->policy, m_now);
        m_interval = due.interval;
        m_choice = chooseBackup(due, m_chain, m_options->rules, m_now);
    }

    const AheadShard* m_shard;
    const AheadOptions* m_options;
    ShardFacts m_facts;
    ChainFacts m_chain;
    WallTime m_now{};
    std::size_t m_nextTurn = 0;
    std::chrono::milliseconds m_interval{0};
    BackupChoice m_choice;
};

struct Later
{
    bool operator()(const Walk& a, const Walk& b) const
    {
        return a.due() != b.due() ? a.due() > b.due() : a.shard() > b.shard();
    }
};

} // namespace

std::vector<ScheduleEntry> scheduleAhead(const std::vector<AheadShard>& shards, WallTime now,
                                         const AheadOptions& options)
{
    std::vector<Walk> begin;
    begin.reserve(shards.size());
    for (const AheadShard& shard : shards) {
        begin.emplace_back(shard, now, options);
    }
    std::priority_queue<Walk, std::vector<Walk>, Later> walks(Later(), std::move(begin));
    std::vector<ScheduleEntry> entries;
    while (!walks.empty() && entries.size() < options.limit) {
        Walk next = walks.top();
        walks.pop();
        if (next.due() >= options.until) {
            continue;
        }
        ScheduleEntry entry = next.entry();
        if (!options.fullsOnly || isFull(entry.kind)) {
            entries.push_back(std::move(entry));
        }
        next.advance();
        walks.push(std::move(next));
    }
    return entries;
}

} // namespace isotherm::backup
