// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/cell_draft.h"

#include "shared/base/check.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace isotherm::heat
{
namespace
{

/// Nothing that a cell measured is kept for longer, so that nobody inherits from it any more.
constexpr auto kRemembered = std::chrono::hours(24 * 401);

Error unknownCell(CellId cell)
{
    return makeError(Code::InvalidArgument, "there is no cell " + std::to_string(cell.get()));
}

/// `later` ends at or after `end`; no end is the top.
bool reaches(const std::optional<Key>& later, const std::optional<Key>& end)
{
    return !later || (end && !(*later < *end));
}

} // namespace

CellDraft::CellDraft(const CellMap& map, std::string keyspace, WallTime now)
    : m_map(map), m_keyspace(std::move(keyspace)), m_now(now), m_nextId(map.m_nextId)
{
    for (const auto& [id, cell] : map.m_all) {
        if (cell.keyspace != m_keyspace || cell.retired) {
            continue;
        }
        if (cell.isCell && cell.isDefault) {
            m_default = id;
        } else if (cell.isCell) {
            m_cells[cell.range.begin] = id;
        }
        if (cell.wholeOf != ShardId()) {
            m_wholes[cell.wholeOf] = id;
        }
    }
}

Status CellDraft::assign(const std::vector<ShardRecord>& shards, const ShareBelow& shareBelow)
{
    std::set<Key> bounds;
    for (const ShardRecord& shard : shards) {
        if (!shard.isDefault) {
            bounds.insert(shard.range.begin);
            if (shard.range.end) {
                bounds.insert(*shard.range.end);
            }
        }
    }
    std::set<ShardId> present;
    for (const ShardRecord& shard : shards) {
        present.insert(shard.id);
    }
    dropWholesBut(present);
    std::vector<std::pair<std::uint64_t, std::vector<CellCut>>> splits;
    for (const auto& [begin, id] : m_cells) {
        if (auto cuts = cutsOf(get(id), bounds, shareBelow); !cuts.empty()) {
            splits.emplace_back(id, std::move(cuts));
        }
    }
    for (const auto& [id, cuts] : splits) {
        split(id, cuts);
    }
    std::set<std::uint64_t> used;
    for (const ShardRecord& shard : shards) {
        const auto cells = shard.isDefault ? coverDefault() : coverRange(shard.range);
        used.insert(cells.begin(), cells.end());
        setWhole(shard, cells);
    }
    std::vector<std::uint64_t> unused;
    for (const auto& [begin, id] : m_cells) {
        if (!used.contains(id)) {
            unused.push_back(id);
        }
    }
    if (m_default && !used.contains(*m_default)) {
        unused.push_back(*m_default);
    }
    for (const std::uint64_t id : unused) {
        retire(id);
    }
    forgetOld();
    return {};
}

std::vector<CellCut> CellDraft::cutsOf(const StoredCell& cell, const std::set<Key>& bounds,
                                       const ShareBelow& shareBelow) const
{
    std::vector<CellCut> cuts;
    for (auto bound = bounds.upper_bound(cell.range.begin);
         bound != bounds.end() && cell.range.contains(*bound); ++bound) {
        cuts.push_back({*bound, 0});
    }
    Cell shown{CellId(cell.id), cell.range, cell.isDefault, cell.born, {}};
    if (const auto view = m_map.m_views.find(m_keyspace); view != m_map.m_views.end()) {
        const Cell* before = view->second->find(cell.range.begin);
        shown.shard = before == nullptr ? ShardId() : before->shard;
    }
    double least = 0;
    for (std::size_t i = 0; i < cuts.size(); ++i) {
        const std::optional<double> known =
            shareBelow ? shareBelow(shown, cuts[i].at) : std::nullopt;
        const double even = static_cast<double>(i + 1) / static_cast<double>(cuts.size() + 1);
        least = std::clamp(known.value_or(even), least, 1.0);
        cuts[i].below = least;
    }
    return cuts;
}

const CellDraft::StoredCell& CellDraft::get(std::uint64_t id) const
{
    const auto changed = m_changed.find(id);
    return changed != m_changed.end() ? changed->second : m_map.m_all.at(id);
}

CellDraft::StoredCell& CellDraft::change(std::uint64_t id)
{
    const auto changed = m_changed.find(id);
    return changed != m_changed.end() ? changed->second
                                      : m_changed.emplace(id, m_map.m_all.at(id)).first->second;
}

CellDraft::StoredCell& CellDraft::add(KeyRange range, std::vector<metadata::StoredOrigin> origins)
{
    StoredCell cell;
    cell.id = m_nextId++;
    cell.keyspace = m_keyspace;
    cell.range = std::move(range);
    cell.born = m_now;
    cell.origins = std::move(origins);
    return m_changed.emplace(cell.id, std::move(cell)).first->second;
}

/// It is no cell any more. As the whole of a shard it may go on.
void CellDraft::retire(std::uint64_t id)
{
    StoredCell& cell = change(id);
    cell.isCell = false;
    if (cell.wholeOf == ShardId()) {
        cell.retired = m_now;
    }
    if (m_default == id) {
        m_default.reset();
    }
    const auto place = m_cells.find(cell.range.begin);
    if (place != m_cells.end() && place->second == id) {
        m_cells.erase(place);
    }
}

void CellDraft::split(std::uint64_t id, const std::vector<CellCut>& cuts)
{
    const KeyRange range = get(id).range;
    retire(id);
    for (std::size_t i = 0; i <= cuts.size(); ++i) {
        const double below = i == 0 ? 0 : cuts[i - 1].below;
        const double above = i == cuts.size() ? 1 : cuts[i].below;
        const Key begin = i == 0 ? range.begin : cuts[i - 1].at;
        const auto end = i == cuts.size() ? range.end : std::optional(cuts[i].at);
        m_cells[begin] = add({begin, end}, {{id, above - below}}).id;
    }
}

/// The cells that make up the range, whose bounds no cell straddles; new ones where there is none.
std::vector<std::uint64_t> CellDraft::coverRange(const KeyRange& range)
{
    std::vector<std::uint64_t> cells;
    std::optional<Key> from = range.begin;
    while (from && (!range.end || *from < *range.end)) {
        const auto next = m_cells.lower_bound(*from);
        if (next != m_cells.end() && next->first == *from) {
            cells.push_back(next->second);
            from = get(next->second).range.end;
            continue;
        }
        std::optional<Key> end = range.end;
        if (next != m_cells.end() && (!end || next->first < *end)) {
            end = next->first;
        }
        const std::uint64_t added = add({*from, end}, {}).id;
        m_cells[*from] = added;
        cells.push_back(added);
        from = end;
    }
    return cells;
}

std::vector<std::uint64_t> CellDraft::coverDefault()
{
    if (!m_default) {
        StoredCell& cell = add({}, {});
        cell.isDefault = true;
        m_default = cell.id;
    }
    return {*m_default};
}

void CellDraft::setWhole(const ShardRecord& shard, const std::vector<std::uint64_t>& cells)
{
    if (cells.empty()) {
        return; // an empty range
    }
    const auto known = m_wholes.find(shard.id);
    if (known != m_wholes.end()) {
        const StoredCell& whole = get(known->second);
        if (whole.isDefault == shard.isDefault && (shard.isDefault || whole.range == shard.range)) {
            return;
        }
        StoredCell& old = change(known->second);
        old.wholeOf = ShardId();
        if (!old.isCell) {
            old.retired = m_now;
        }
    }
    if (cells.size() == 1 && get(cells.front()).wholeOf == ShardId()) {
        change(cells.front()).wholeOf = shard.id;
        m_wholes[shard.id] = cells.front();
        return;
    }
    std::vector<metadata::StoredOrigin> origins;
    for (const std::uint64_t cell : cells) {
        origins.push_back({cell, 1});
    }
    StoredCell& whole = add(shard.range, std::move(origins));
    whole.isCell = false;
    whole.isDefault = shard.isDefault;
    whole.wholeOf = shard.id;
    m_wholes[shard.id] = whole.id;
}

void CellDraft::dropWholesBut(const std::set<ShardId>& shards)
{
    std::erase_if(m_wholes, [&](const auto& entry) {
        if (shards.contains(entry.first)) {
            return false;
        }
        StoredCell& whole = change(entry.second);
        whole.wholeOf = ShardId();
        if (!whole.isCell) {
            whole.retired = m_now;
        }
        return true;
    });
}

Status CellDraft::edit(const CellEdit& edit)
{
    for (const CellSplit& split : edit.splits) {
        ISO_TRY(splitOne(split));
    }
    for (const std::vector<CellId>& merge : edit.merges) {
        ISO_TRY(mergeSome(merge));
    }
    const std::size_t limit = std::max(kCellsPerKeyspace, 2 * m_wholes.size());
    if (!edit.splits.empty() && m_cells.size() + (m_default ? 1 : 0) > limit) {
        return makeError(Code::ResourceExhausted, "the keyspace would have too many cells");
    }
    return {};
}

Status CellDraft::splitOne(const CellSplit& wanted)
{
    const std::uint64_t id = wanted.cell.get();
    if (!m_changed.contains(id) && !m_map.m_all.contains(id)) {
        return unknownCell(wanted.cell);
    }
    const StoredCell& cell = get(id);
    if (!cell.isCell || cell.isDefault || cell.keyspace != m_keyspace) {
        return unknownCell(wanted.cell);
    }
    Key last = cell.range.begin;
    double below = 0;
    for (const CellCut& cut : wanted.cuts) {
        if (!(last < cut.at) || !cell.range.contains(cut.at) || !(cut.below >= below) ||
            cut.below > 1) {
            return makeError(Code::InvalidArgument,
                             "cell " + std::to_string(id) + " cannot be cut there");
        }
        last = cut.at;
        below = cut.below;
    }
    if (!wanted.cuts.empty()) {
        split(id, wanted.cuts);
    }
    return {};
}

ShardId CellDraft::shardOf(std::uint64_t cell) const
{
    const KeyRange& range = get(cell).range;
    for (const auto& [shard, id] : m_wholes) {
        const StoredCell& whole = get(id);
        if (!whole.isDefault && whole.range.contains(range.begin) &&
            reaches(whole.range.end, range.end)) {
            return shard;
        }
    }
    return {};
}

Status CellDraft::mergeSome(const std::vector<CellId>& cells)
{
    if (cells.size() < 2) {
        return makeError(Code::InvalidArgument, "one cell cannot be merged");
    }
    std::vector<metadata::StoredOrigin> origins;
    KeyRange range;
    for (const CellId id : cells) {
        if (!m_changed.contains(id.get()) && !m_map.m_all.contains(id.get())) {
            return unknownCell(id);
        }
        const StoredCell& cell = get(id.get());
        if (!cell.isCell || cell.isDefault || cell.keyspace != m_keyspace) {
            return unknownCell(id);
        }
        if (!origins.empty() && range.end != cell.range.begin) {
            return makeError(Code::InvalidArgument, "cells that are no neighbours");
        }
        range.begin = origins.empty() ? cell.range.begin : range.begin;
        range.end = cell.range.end;
        origins.push_back({id.get(), 1});
    }
    const ShardId shard = shardOf(cells.front().get());
    if (shard == ShardId() || shardOf(cells.back().get()) != shard) {
        return makeError(Code::InvalidArgument, "cells of different shards");
    }
    for (const CellId id : cells) {
        retire(id.get());
    }
    const std::uint64_t whole = m_wholes.at(shard);
    if (get(whole).range == range) {
        change(whole).isCell = true; // it was measured all along
        m_cells[range.begin] = whole;
    } else {
        m_cells[range.begin] = add(range, std::move(origins)).id;
    }
    return {};
}

void CellDraft::forgetOld()
{
    for (const auto& [id, cell] : m_map.m_all) {
        if (cell.keyspace == m_keyspace && cell.retired && m_now - *cell.retired > kRemembered) {
            m_forgotten.push_back(id);
        }
    }
}

} // namespace isotherm::heat
