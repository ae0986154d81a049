// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/heat/cell_map.h"
#include "agent/heat/key_sketch.h"
#include "agent/heat/rate_meter.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace isotherm::heat
{

/// A key that was read or written, and how many accesses it stands for.
struct KeyAccess
{
    KeyUse use = KeyUse::Reads;
    Key key;
    double weight = 1;
};

/// A cell's part of its shard's accesses.
struct CellUse
{
    Cell cell;
    double reads = 0; ///< in [0, 1]
    double writes = 0;
};

struct KeyTrackerOptions
{
    std::chrono::milliseconds sketchHalfLife = std::chrono::minutes(5);
    /// How fast the division of a shard's rates follows what is seen.
    std::chrono::milliseconds divideHalfLife = std::chrono::seconds(30);
    /// What counts for dividing cells finer, and where there is little to go by.
    std::chrono::milliseconds refineHalfLife = std::chrono::minutes(10);
    std::chrono::milliseconds refineEvery = std::chrono::seconds(30);
    std::chrono::milliseconds youngest = std::chrono::hours(1); ///< younger cells are not merged
    double splitAbove = 1.0 / 256;                              ///< of the keyspace's accesses
    double mergeBelow = 1.0 / 1024;                             ///< two neighbours together
    std::size_t sketchBytes = std::size_t{32} << 20U;           ///< of all sketches
};

/// Where keys that were seen (in the change stream, in the server's log) become heat: it divides
/// each shard's measured rates over its cells, keeps a sketch for every shard, and divides cells
/// where it is hot. The server's counters stay the truth for totals. Thread-safe.
class KeyTracker
{
public:
    explicit KeyTracker(CellMap& cells, KeyTrackerOptions options = {});

    /// Never waits for the metadata: cheap enough for the change stream.
    void observe(const std::string& keyspace, std::span<const KeyAccess> accesses, WallTime when);

    /// Adds the cells of every shard that has several to a sample of shards' totals.
    void divide(RateSample& sample) const;

    /// Follows the cells to other shards, divides hot cells and merges cold ones, when it is time.
    [[nodiscard]] Status refine(WallTime now);

    /// What CellMap::assign asks.
    [[nodiscard]] ShareBelow shareBelow() const;

    /// nullopt: no key of it was ever seen (or it was too cold to be remembered).
    [[nodiscard]] std::optional<KeySketch> sketchOf(ShardId shard) const;
    [[nodiscard]] std::vector<CellUse> cellUse(const KeyspaceCells& keyspace, ShardId shard) const;
    /// Of all shards, the hottest first.
    [[nodiscard]] std::vector<std::pair<ShardId, KeySketch>> sketches(WallTime now) const;
    /// Goes on with a sketch of before. One of another half life, or of a shard that has no cells,
    /// is of no use any more and left out.
    void restore(ShardId shard, KeySketch sketch);
    [[nodiscard]] std::size_t bytes() const;

private:
    using Pair = std::array<double, 2>; ///< reads, writes
    struct Weights
    {
        Pair fast{};
        Pair slow{};
        WallTime at{};
        bool inherited = false;
    };

    void fade(Weights& weights, WallTime to) const;
    [[nodiscard]] std::vector<Pair> fractionsOf(std::span<const Cell> cells) const;
    [[nodiscard]] Status follow(const std::shared_ptr<const KeyspaceCells>& view, WallTime now);
    void followShards(const KeyspaceCells* before, const KeyspaceCells& now);
    [[nodiscard]] CellEdit wanted(const KeyspaceCells& view, WallTime now);
    [[nodiscard]] std::optional<CellSplit> splitOf(const Cell& cell, double share,
                                                   const std::vector<WeightedKey>& keys) const;
    void limitSketches(WallTime now);

    CellMap& m_cells;
    const KeyTrackerOptions m_options;
    mutable std::mutex m_mutex; ///< guards what follows; never held while m_cells is asked
    std::unordered_map<CellId, Weights> m_weights;
    std::unordered_map<ShardId, KeySketch> m_sketches;
    std::map<std::string, std::shared_ptr<const KeyspaceCells>> m_views; ///< as last followed
    std::optional<WallTime> m_refined;
};

} // namespace isotherm::heat
