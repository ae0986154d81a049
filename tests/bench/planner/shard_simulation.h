// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/sharding/decide.h"
#include "agent/sharding/load.h"

#include <cstddef>
#include <functional>
#include <map>
#include <vector>

namespace isotherm::bench
{

/// A keyspace of 64 cells whose load is a function of time, under a planner whose decisions are
/// carried out: shards split and merge, and history follows the cells.
class ShardSimulation
{
public:
    static constexpr std::size_t kCells = 64;
    /// The load of one cell at a moment, relative to what a shard may bear.
    using Load = std::function<double(std::size_t cell, std::chrono::seconds sinceStart)>;

    /// Begins with `shards` equal shards and a day of history. Steps of ten seconds.
    ShardSimulation(std::size_t shards, Load load);

    void run(std::chrono::seconds duration);

    [[nodiscard]] const std::vector<sharding::PastChange>& changes() const { return m_history; }
    /// Changes that turned the one before on the same range round.
    [[nodiscard]] std::size_t reversals() const;
    /// The most of them on one range in any 24 hours.
    [[nodiscard]] std::size_t reversalsADay() const;
    [[nodiscard]] std::size_t shards() const { return m_shards.size(); }

private:
    struct Shard
    {
        std::uint64_t id = 0;
        std::size_t begin = 0; ///< cells [begin, end)
        std::size_t end = 0;
        WallTime born{};
    };
    struct Pending
    {
        WallTime at{};
        std::vector<std::uint64_t> sources;
        std::vector<std::size_t> bounds; ///< cells: begin, cuts, end
    };

    void step();
    [[nodiscard]] sharding::ShardingState state(sharding::Look look) const;
    [[nodiscard]] sharding::ShardFacts factsOf(const Shard& shard, sharding::Look look) const;
    void carryOut(const sharding::Decisions& decisions);
    void apply(const Pending& change);
    [[nodiscard]] std::vector<WallTime> reversalTimes(const KeyRange& range) const;

    const Load m_load;
    const sharding::Policy m_policy;
    WallTime m_now{};
    WallTime m_start{};
    std::vector<Shard> m_shards;
    std::vector<Pending> m_pending;
    std::vector<sharding::PastChange> m_history;
    sharding::LoadTracker m_tracker;
    std::vector<std::vector<float>> m_minutes; ///< by cell: the last 60 minutes' highest load
    std::vector<std::vector<float>> m_tens;    ///< by cell: the last day's mean by ten minutes
    std::uint64_t m_nextId = 1;
    std::uint64_t m_steps = 0;
};

} // namespace isotherm::bench
