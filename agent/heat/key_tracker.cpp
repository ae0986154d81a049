// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/key_tracker.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace isotherm::heat
{
namespace
{

/// Fewer accesses than this say nothing about how a shard's rates are divided, or who is hot.
constexpr double kEnoughToDivide = 30;
constexpr double kEnoughToRefine = 500;
constexpr std::size_t kMostParts = 4;
constexpr std::size_t kMostEdits = 256;

std::size_t indexOf(KeyUse use)
{
    return use == KeyUse::Writes ? 1 : 0;
}

double faded(std::chrono::microseconds age, std::chrono::milliseconds halfLife)
{
    return std::exp2(-std::chrono::duration<double>(age).count() /
                     std::chrono::duration<double>(halfLife).count());
}

KeyRange rangeOf(std::span<const Cell> cells)
{
    return {cells.front().range.begin, cells.back().range.end};
}

} // namespace

KeyTracker::KeyTracker(CellMap& cells, KeyTrackerOptions options)
    : m_cells(cells), m_options(options)
{
}

void KeyTracker::fade(Weights& weights, WallTime to) const
{
    if (to <= weights.at) {
        return;
    }
    const double fast = faded(to - weights.at, m_options.divideHalfLife);
    const double slow = faded(to - weights.at, m_options.refineHalfLife);
    for (std::size_t use = 0; use < 2; ++use) {
        weights.fast[use] *= fast;
        weights.slow[use] *= slow;
    }
    weights.at = to;
}

void KeyTracker::observe(const std::string& keyspace, std::span<const KeyAccess> accesses,
                         WallTime when)
{
    const auto view = m_cells.cellsOf(keyspace);
    if (view == nullptr) {
        return;
    }
    const std::lock_guard lock(m_mutex);
    for (const KeyAccess& access : accesses) {
        const Cell* cell = view->find(access.key);
        if (cell == nullptr) {
            continue; // no shard takes it
        }
        Weights& weights = m_weights[cell->id];
        fade(weights, when);
        weights.fast[indexOf(access.use)] += access.weight;
        weights.slow[indexOf(access.use)] += access.weight;
        auto sketch = m_sketches.find(cell->shard);
        if (sketch == m_sketches.end()) {
            sketch =
                m_sketches
                    .emplace(cell->shard, KeySketch({m_options.sketchHalfLife, cell->shard.get()}))
                    .first;
        }
        sketch->second.add(access.use, access.key, access.weight, when);
    }
}

/// How a shard's reads and writes are divided over its cells: by what was seen lately, else by what
/// was seen in the last minutes, else of the other kind, else evenly.
std::vector<KeyTracker::Pair> KeyTracker::fractionsOf(std::span<const Cell> cells) const
{
    std::vector<Pair> fractions(cells.size());
    WallTime now{};
    for (const Cell& cell : cells) {
        const auto known = m_weights.find(cell.id);
        now = known == m_weights.end() ? now : std::max(now, known->second.at);
    }
    std::vector<Weights> weights(cells.size());
    Weights sums;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (const auto known = m_weights.find(cells[i].id); known != m_weights.end()) {
            weights[i] = known->second;
            fade(weights[i], now);
        }
        for (std::size_t use = 0; use < 2; ++use) {
            sums.fast[use] += weights[i].fast[use];
            sums.slow[use] += weights[i].slow[use];
        }
    }
    for (std::size_t use = 0; use < 2; ++use) {
        const std::size_t other = 1 - use;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            fractions[i][use] = sums.fast[use] >= kEnoughToDivide
                                    ? weights[i].fast[use] / sums.fast[use]
                                : sums.slow[use] > 0   ? weights[i].slow[use] / sums.slow[use]
                                : sums.slow[other] > 0 ? weights[i].slow[other] / sums.slow[other]
                                                       : 1.0 / static_cast<double>(cells.size());
        }
    }
    return fractions;
}

void KeyTracker::divide(RateSample& sample) const
{
    std::unordered_map<CellId, std::size_t> measured;
    for (const auto& view : m_cells.keyspaces()) {
        if (view->cells().size() == view->shardCount()) {
            continue; // a cell each
        }
        if (measured.empty()) {
            for (std::size_t i = 0; i < sample.cells.size(); ++i) {
                measured[sample.cells[i].cell] = i;
            }
        }
        const std::span<const Cell> all = view->cells();
        for (std::size_t first = 0; first < all.size();) {
            const std::span<const Cell> cells = view->cellsOf(all[first].shard);
            first += std::max<std::size_t>(cells.size(), 1);
            if (cells.size() < 2) {
                continue;
            }
            const std::vector<ShardId> shard = {cells.front().shard};
            const auto whole = measured.find(m_cells.wholesOf(shard).front());
            if (whole == measured.end()) {
                continue;
            }
            const Rates total = sample.cells[whole->second].rates;
            const std::lock_guard lock(m_mutex);
            const std::vector<Pair> parts = fractionsOf(cells);
            for (std::size_t i = 0; i < cells.size(); ++i) {
                const auto reads = static_cast<float>(parts[i][0]);
                const auto writes = static_cast<float>(parts[i][1]);
                // The rows are those read and those written.
                const float rows = total[1] * writes + (total[2] - total[1]) * reads;
                sample.cells.push_back(
                    {cells[i].id, {total[0] * reads, total[1] * writes, rows, total[3] * reads}});
            }
        }
    }
}

Status KeyTracker::refine(WallTime now)
{
    {
        const std::lock_guard lock(m_mutex);
        // A clock that went back makes it due as well.
        if (m_refined && now >= *m_refined && now - *m_refined < m_options.refineEvery) {
            return {};
        }
        m_refined = now;
    }
    for (const auto& view : m_cells.keyspaces()) {
        ISO_TRY(follow(view, now));
        CellEdit edit;
        {
            const std::lock_guard lock(m_mutex);
            edit = wanted(*view, now);
        }
        if (!edit.splits.empty() || !edit.merges.empty()) {
            ISO_TRY(m_cells.edit(view->keyspace(), edit, now));
            ISO_TRY(follow(m_cells.cellsOf(view->keyspace()), now));
        }
    }
    const std::lock_guard lock(m_mutex);
    limitSketches(now);
    return {};
}

/// New cells and shards begin with what is known of those that they came from.
Status KeyTracker::follow(const std::shared_ptr<const KeyspaceCells>& view, WallTime now)
{
    std::shared_ptr<const KeyspaceCells> before;
    std::vector<CellId> fresh;
    {
        const std::lock_guard lock(m_mutex);
        before = m_views[view->keyspace()];
        if (before == view) {
            return {};
        }
        for (const Cell& cell : view->cells()) {
            const auto known = m_weights.find(cell.id);
            if (known == m_weights.end() || !known->second.inherited) {
                fresh.push_back(cell.id);
            }
        }
    }
    const std::vector<CellLineage> lineages = m_cells.lineagesOf(fresh);
    const std::lock_guard lock(m_mutex);
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        Weights weights = m_weights[fresh[i]];
        fade(weights, now);
        for (const CellOrigin& origin : lineages[i].origins) {
            const auto from = m_weights.find(origin.from);
            if (from == m_weights.end()) {
                continue;
            }
            Weights part = from->second;
            fade(part, now);
            for (std::size_t use = 0; use < 2; ++use) {
                weights.fast[use] += origin.share * part.fast[use];
                weights.slow[use] += origin.share * part.slow[use];
            }
        }
        weights.inherited = true;
        m_weights[fresh[i]] = weights;
    }
    followShards(before.get(), *view);
    m_views[view->keyspace()] = view;
    if (before != nullptr) {
        std::unordered_map<CellId, bool> present;
        for (const Cell& cell : view->cells()) {
            present[cell.id] = true;
        }
        for (const Cell& cell : before->cells()) {
            if (!present.contains(cell.id)) {
                m_weights.erase(cell.id);
            }
        }
    }
    return {};
}

void KeyTracker::followShards(const KeyspaceCells* before, const KeyspaceCells& now)
{
    if (before == nullptr) {
        return;
    }
    for (const Cell& cell : now.cells()) {
        if (cell.isDefault || !before->cellsOf(cell.shard).empty()) {
            continue;
        }
        const KeyRange range = rangeOf(now.cellsOf(cell.shard));
        if (!(cell.range.begin == range.begin)) {
            continue; // once for each shard
        }
        KeySketch sketch({m_options.sketchHalfLife, cell.shard.get()});
        ShardId last;
        for (const Cell& old : before->cellsIn(range)) {
            const auto known = m_sketches.find(old.shard);
            if (old.shard == last || known == m_sketches.end()) {
                continue;
            }
            last = old.shard;
            KeySketch part = known->second;
            part.keepOnly(range);
            (void)sketch.merge(part).ok(); // of one half life, all of them
        }
        const auto started = m_sketches.find(cell.shard); // keys were seen already
        if (started != m_sketches.end()) {
            (void)sketch.merge(started->second).ok();
        }
        m_sketches.insert_or_assign(cell.shard, std::move(sketch));
    }
    for (const Cell& old : before->cells()) {
        if (now.cellsOf(old.shard).empty()) {
            m_sketches.erase(old.shard);
        }
    }
}

CellEdit KeyTracker::wanted(const KeyspaceCells& view, WallTime now)
{
    CellEdit edit;
    const std::span<const Cell> cells = view.cells();
    std::vector<double> weights(cells.size());
    double total = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        Weights& known = m_weights[cells[i].id];
        fade(known, now);
        weights[i] = known.slow[0] + known.slow[1];
        total += weights[i];
    }
    if (total < kEnoughToRefine) {
        return edit; // nothing is seen by key: nothing is known to be cold either
    }
    ShardId sampled;
    std::vector<WeightedKey> keys;
    const std::size_t limit = std::max(kCellsPerKeyspace, 2 * view.shardCount());
    std::size_t room = limit - std::min(limit, cells.size());
    for (std::size_t i = 0; i < cells.size() && edit.splits.size() < kMostEdits; ++i) {
        const double share = weights[i] / total;
        if (cells[i].isDefault || share < m_options.splitAbove || room < kMostParts) {
            continue;
        }
        if (const auto sketch = m_sketches.find(cells[i].shard);
            sampled != cells[i].shard && sketch != m_sketches.end()) {
            keys = sketch->second.keys(KeyUse::All);
            sampled = cells[i].shard;
        }
        if (auto split = splitOf(cells[i], share, keys)) {
            room -= split->cuts.size();
            edit.splits.push_back(std::move(*split));
        }
    }
    for (std::size_t i = 0; i < cells.size() && edit.merges.size() < kMostEdits; ++i) {
        std::vector<CellId> run;
        double share = 0;
        for (std::size_t j = i;
             j < cells.size() && !cells[j].isDefault && cells[j].shard == cells[i].shard &&
             now - cells[j].born >= m_options.youngest;
             ++j) {
            share += weights[j] / total;
            if (share > m_options.mergeBelow) {
                break;
            }
            run.push_back(cells[j].id);
        }
        if (run.size() > 1) {
            i += run.size() - 1;
            edit.merges.push_back(std::move(run));
        }
    }
    return edit;
}

std::optional<CellSplit> KeyTracker::splitOf(const Cell& cell, double share,
                                             const std::vector<WeightedKey>& keys) const
{
    const auto first = std::partition_point(keys.begin(), keys.end(), [&](const WeightedKey& key) {
        return key.key < cell.range.begin;
    });
    const auto last = std::partition_point(first, keys.end(), [&](const WeightedKey& key) {
        return !cell.range.end || key.key < *cell.range.end;
    });
    double inside = 0;
    for (auto key = first; key != last; ++key) {
        inside += key->weight;
    }
    const auto parts = std::clamp<std::size_t>(
        static_cast<std::size_t>(std::ceil(share / m_options.splitAbove)), 2, kMostParts);
    CellSplit split{cell.id, {}};
    double below = 0;
    for (auto key = first; key != last && split.cuts.size() + 1 < parts; ++key) {
        const double wantedBelow =
            inside * static_cast<double>(split.cuts.size() + 1) / static_cast<double>(parts);
        const bool due = below + key->weight / 2 >= wantedBelow;
        if (due && below > 0 && cell.range.begin < key->key) {
            split.cuts.push_back({key->key, below / inside});
        }
        below += key->weight;
    }
    return split.cuts.empty() ? std::nullopt : std::optional(std::move(split));
}

void KeyTracker::limitSketches(WallTime now)
{
    std::vector<std::pair<double, ShardId>> coldest;
    std::size_t total = 0;
    for (const auto& [shard, sketch] : m_sketches) {
        total += sketch.bytes();
        coldest.emplace_back(sketch.weight(KeyUse::All, now), shard);
    }
    std::sort(coldest.begin(), coldest.end());
    for (const auto& [weight, shard] : coldest) {
        if (total <= m_options.sketchBytes) {
            return;
        }
        total -= m_sketches.at(shard).bytes();
        m_sketches.erase(shard);
    }
}

ShareBelow KeyTracker::shareBelow() const
{
    return [this](const Cell& cell, const Key& cut) -> std::optional<double> {
        const std::lock_guard lock(m_mutex);
        const auto sketch = m_sketches.find(cell.shard);
        if (sketch == m_sketches.end()) {
            return std::nullopt;
        }
        double inside = 0;
        double below = 0;
        for (const WeightedKey& key : sketch->second.keys(KeyUse::All)) {
            if (cell.range.contains(key.key)) {
                inside += key.weight;
                below += key.key < cut ? key.weight : 0;
            }
        }
        return inside > 0 ? std::optional(below / inside) : std::nullopt;
    };
}

std::optional<KeySketch> KeyTracker::sketchOf(ShardId shard) const
{
    const std::lock_guard lock(m_mutex);
    const auto sketch = m_sketches.find(shard);
    return sketch == m_sketches.end() ? std::nullopt : std::optional(sketch->second);
}

std::vector<std::pair<ShardId, KeySketch>> KeyTracker::sketches(WallTime now) const
{
    std::vector<std::pair<ShardId, KeySketch>> all;
    {
        const std::lock_guard lock(m_mutex);
        all.assign(m_sketches.begin(), m_sketches.end());
    }
    std::sort(all.begin(), all.end(), [now](const auto& a, const auto& b) {
        const double first = a.second.weight(KeyUse::All, now);
        const double second = b.second.weight(KeyUse::All, now);
        return first != second ? first > second : a.first < b.first;
    });
    return all;
}

void KeyTracker::restore(ShardId shard, KeySketch sketch)
{
    // Before the first look at the shards there are no views yet; wholes are remembered.
    const bool known = m_cells.wholesOf({&shard, 1}).front() != CellId();
    if (!known || sketch.halfLife() != m_options.sketchHalfLife) {
        return;
    }
    const std::lock_guard lock(m_mutex);
    const auto started = m_sketches.find(shard);
    if (started != m_sketches.end()) {
        (void)sketch.merge(started->second).ok(); // of one half life, both
    }
    m_sketches.insert_or_assign(shard, std::move(sketch));
}

std::vector<CellUse> KeyTracker::cellUse(const KeyspaceCells& keyspace, ShardId shard) const
{
    const std::span<const Cell> cells = keyspace.cellsOf(shard);
    std::vector<CellUse> use;
    const std::lock_guard lock(m_mutex);
    const std::vector<Pair> parts = fractionsOf(cells);
    for (std::size_t i = 0; i < cells.size(); ++i) {
        use.push_back({cells[i], parts[i][0], parts[i][1]});
    }
    return use;
}

std::size_t KeyTracker::bytes() const
{
    const std::lock_guard lock(m_mutex);
    std::size_t total = m_weights.size() * (sizeof(Weights) + 32);
    for (const auto& [shard, sketch] : m_sketches) {
        total += sketch.bytes();
    }
    return total;
}

} // namespace isotherm::heat
