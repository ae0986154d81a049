// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/sharding/state.h"
#include "tests/harness/keys.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

/// States of a small world, for the tests of the sharding rules.
namespace isotherm::sharding::test
{

inline constexpr WallTime kNow = fromUnixMicros(1'790'000'000'000'000);

using isotherm::test::keyOf;

inline KeyRange rangeOf(std::int64_t begin, std::int64_t end)
{
    return {keyOf(begin), keyOf(end)};
}

inline KeyBar barOf(std::int64_t from, double load)
{
    KeyBar bar;
    bar.from = keyOf(from);
    bar.label = std::to_string(from);
    bar.loadShare = load;
    return bar;
}

inline KeyBar hotKey(std::int64_t key, double load)
{
    KeyBar bar = barOf(key, load);
    bar.singleKey = true;
    return bar;
}

/// Equal loads on `bars` stretches of [begin, end).
inline KeyLoads evenLoads(std::int64_t begin, std::int64_t end, std::size_t bars = 100)
{
    KeyLoads keys;
    keys.observations = 10'000;
    const auto step = (end - begin) / static_cast<std::int64_t>(bars);
    for (std::size_t i = 0; i < bars; ++i) {
        keys.bars.push_back(
            barOf(begin + static_cast<std::int64_t>(i) * step, 1.0 / static_cast<double>(bars)));
    }
    return keys;
}

/// Bounds of rows spread evenly over [begin, end).
inline std::vector<Key> evenRows(std::int64_t begin, std::int64_t end, std::int64_t parts = 100)
{
    std::vector<Key> bounds;
    for (std::int64_t i = 0; i <= parts; ++i) {
        bounds.push_back(keyOf(begin + (end - begin) * i / parts));
    }
    return bounds;
}

inline void setRecent(ShardFacts& shard, const std::vector<double>& loads)
{
    shard.recent.clear();
    for (std::size_t i = 0; i < loads.size(); ++i) {
        shard.recent.push_back({kNow - std::chrono::seconds(loads.size() - 1 - i), loads[i]});
    }
    shard.decayed = {loads.back(), loads.back(), loads.back()};
}

/// Sure of itself, all day.
inline std::vector<ForecastStep> flatForecast(double load, double spread = 1.2)
{
    std::vector<ForecastStep> steps;
    for (int i = 0; i < 144; ++i) {
        steps.push_back({kNow + std::chrono::minutes(10 * i), std::chrono::minutes(10),
                         load / spread, load, load * spread});
    }
    return steps;
}

/// A shard of 1 GB and a million rows over [1000·id, 1000·(id+1)), with the same load for ever.
inline ShardFacts shardOf(std::uint64_t id, double load)
{
    ShardFacts shard;
    shard.id = ShardId(id);
    shard.keyspace = "orders";
    shard.node = "db1";
    const auto begin = static_cast<std::int64_t>(id * 1000);
    shard.range = rangeOf(begin, begin + 1000);
    shard.rangeText = "shard " + std::to_string(id);
    shard.keyTypes = {KeyType::Integer};
    shard.rows = 1'000'000;
    shard.size = ByteCount(1'000'000'000);
    setRecent(shard, std::vector<double>(12, load));
    shard.lastHour.assign(60, static_cast<float>(load));
    shard.lastSeason.assign(144, static_cast<float>(load));
    shard.keys = evenLoads(begin, begin + 1000);
    shard.rowBounds = evenRows(begin, begin + 1000);
    return shard;
}

inline ShardingState stateOf(std::vector<ShardFacts> shards)
{
    ShardingState state;
    state.now = kNow;
    NodeFacts node{0.6, 0, std::nullopt};
    for (const ShardFacts& shard : shards) {
        node.load += shard.decayed.halfMinute;
    }
    state.nodes["db1"] = node;
    state.shards = std::move(shards);
    return state;
}

/// Load by key after Zipf's law over the keys of [begin, begin + keys), in random places: the
/// `quantiles` bars and the hottest keys that a sketch would give.
class ZipfKeys
{
public:
    ZipfKeys(std::mt19937_64& random, std::size_t keys, double exponent) : m_weight(keys)
    {
        double sum = 0;
        for (std::size_t i = 0; i < keys; ++i) {
            m_weight[i] = 1 / std::pow(static_cast<double>(i + 1), exponent);
            sum += m_weight[i];
        }
        for (double& weight : m_weight) {
            weight /= sum;
        }
        std::shuffle(m_weight.begin(), m_weight.end(), random);
    }

    [[nodiscard]] const std::vector<double>& weights() const { return m_weight; }

    /// One bar a key: what a sketch would know at best.
    [[nodiscard]] KeyLoads exact(std::int64_t begin) const
    {
        KeyLoads keys;
        keys.observations = 1e6;
        for (std::size_t i = 0; i < m_weight.size(); ++i) {
            keys.bars.push_back(hotKey(begin + static_cast<std::int64_t>(i), m_weight[i]));
        }
        return keys;
    }

private:
    std::vector<double> m_weight;
};

} // namespace isotherm::sharding::test
