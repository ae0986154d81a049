// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/cell_map.h"

#include "agent/heat/cell_draft.h"

#include <algorithm>
#include <utility>

namespace isotherm::heat
{
namespace
{

bool endsAtOrBefore(const KeyRange& range, const Key& key)
{
    return range.end && !(key < *range.end);
}

} // namespace

KeyspaceCells::KeyspaceCells(std::string keyspace, std::vector<Cell> cells)
    : m_keyspace(std::move(keyspace)), m_cells(std::move(cells))
{
    std::sort(m_cells.begin(), m_cells.end(), [](const Cell& a, const Cell& b) {
        return a.isDefault != b.isDefault ? b.isDefault : a.range.begin < b.range.begin;
    });
    for (std::size_t i = 0; i < m_cells.size(); ++i) {
        m_ranged += m_cells[i].isDefault ? 0 : 1;
        Span& span = m_shards[m_cells[i].shard];
        span.first = span.count == 0 ? i : span.first;
        ++span.count;
    }
}

std::span<const Cell> KeyspaceCells::cellsOf(ShardId shard) const
{
    const auto span = m_shards.find(shard);
    return span == m_shards.end()
               ? std::span<const Cell>()
               : std::span(m_cells).subspan(span->second.first, span->second.count);
}

std::span<const Cell> KeyspaceCells::cellsIn(const KeyRange& range) const
{
    const auto ranged = std::span(m_cells).first(m_ranged);
    const auto first = std::partition_point(ranged.begin(), ranged.end(), [&](const Cell& cell) {
        return endsAtOrBefore(cell.range, range.begin);
    });
    const auto last = std::partition_point(first, ranged.end(), [&](const Cell& cell) {
        return !range.end || cell.range.begin < *range.end;
    });
    return {first, last};
}

const Cell* KeyspaceCells::find(const Key& key) const
{
    const auto ranged = std::span(m_cells).first(m_ranged);
    const auto after = std::partition_point(
        ranged.begin(), ranged.end(), [&](const Cell& cell) { return !(key < cell.range.begin); });
    if (after != ranged.begin() && std::prev(after)->range.contains(key)) {
        return &*std::prev(after);
    }
    return m_ranged < m_cells.size() ? &m_cells[m_ranged] : nullptr;
}

Result<std::unique_ptr<CellMap>> CellMap::open(metadata::CellStore& store)
{
    std::unique_ptr<CellMap> map(new CellMap(store));
    ISO_ASSIGN(map->m_nextId, store.nextId());
    ISO_ASSIGN(std::vector<metadata::StoredCell> cells, store.all());
    for (metadata::StoredCell& cell : cells) {
        if (cell.wholeOf != ShardId()) {
            map->m_wholes[cell.wholeOf] = CellId(cell.id);
        }
        const std::uint64_t id = cell.id;
        map->m_all.emplace(id, std::move(cell));
    }
    return map;
}

Status CellMap::assign(const std::string& keyspace, const std::vector<ShardRecord>& shards,
                       WallTime now, const ShareBelow& shareBelow)
{
    const std::lock_guard lock(m_mutex);
    CellDraft draft(*this, keyspace, now);
    ISO_TRY(draft.assign(shards, shareBelow));
    const bool known = m_views.contains(keyspace);
    if (draft.changed().empty() && draft.forgotten().empty() && known) {
        return {};
    }
    ISO_TRY(commit(draft));
    publish(keyspace);
    return {};
}

Status CellMap::edit(const std::string& keyspace, const CellEdit& edit, WallTime now)
{
    const std::lock_guard lock(m_mutex);
    CellDraft draft(*this, keyspace, now);
    ISO_TRY(draft.edit(edit));
    ISO_TRY(commit(draft));
    publish(keyspace);
    return {};
}

Status CellMap::commit(CellDraft& draft)
{
    std::vector<metadata::StoredCell> cells;
    for (const auto& [id, cell] : draft.changed()) {
        cells.push_back(cell);
    }
    ISO_TRY(m_store.put(cells));
    ISO_TRY(m_store.remove(draft.forgotten()));
    m_nextId = draft.nextId();
    for (metadata::StoredCell& cell : cells) {
        const auto known = m_all.find(cell.id);
        if (known != m_all.end() && known->second.wholeOf != cell.wholeOf) {
            const auto whole = m_wholes.find(known->second.wholeOf);
            if (whole != m_wholes.end() && whole->second == CellId(cell.id)) {
                m_wholes.erase(whole);
            }
        }
        m_all[cell.id] = cell;
    }
    for (const metadata::StoredCell& cell : cells) {
        if (cell.wholeOf != ShardId()) {
            m_wholes[cell.wholeOf] = CellId(cell.id);
        }
    }
    for (const std::uint64_t id : draft.forgotten()) {
        m_all.erase(id);
    }
    return {};
}

/// Makes the view of a keyspace anew: a cell belongs to the shard whose whole it lies in.
void CellMap::publish(const std::string& keyspace)
{
    std::map<Key, const metadata::StoredCell*> wholes;
    ShardId defaultShard;
    std::vector<Cell> cells;
    for (const auto& [id, cell] : m_all) {
        if (cell.keyspace != keyspace || cell.retired) {
            continue;
        }
        if (cell.wholeOf != ShardId() && cell.isDefault) {
            defaultShard = cell.wholeOf;
        } else if (cell.wholeOf != ShardId()) {
            wholes[cell.range.begin] = &cell;
        }
        if (cell.isCell) {
            cells.push_back({CellId(id), cell.range, cell.isDefault, cell.born, {}});
        }
    }
    for (Cell& cell : cells) {
        const auto after = wholes.upper_bound(cell.range.begin);
        cell.shard = cell.isDefault            ? defaultShard
                     : after == wholes.begin() ? ShardId()
                                               : std::prev(after)->second->wholeOf;
    }
    m_views[keyspace] = std::make_shared<const KeyspaceCells>(keyspace, std::move(cells));
}

std::shared_ptr<const KeyspaceCells> CellMap::cellsOf(const std::string& keyspace) const
{
    const std::lock_guard lock(m_mutex);
    const auto view = m_views.find(keyspace);
    return view == m_views.end() ? nullptr : view->second;
}

std::vector<std::shared_ptr<const KeyspaceCells>> CellMap::keyspaces() const
{
    const std::lock_guard lock(m_mutex);
    std::vector<std::shared_ptr<const KeyspaceCells>> views;
    for (const auto& [name, view] : m_views) {
        views.push_back(view);
    }
    return views;
}

std::vector<CellId> CellMap::wholesOf(std::span<const ShardId> shards) const
{
    const std::lock_guard lock(m_mutex);
    std::vector<CellId> wholes;
    wholes.reserve(shards.size());
    for (const ShardId shard : shards) {
        const auto whole = m_wholes.find(shard);
        wholes.push_back(whole == m_wholes.end() ? CellId() : whole->second);
    }
    return wholes;
}

std::vector<CellLineage> CellMap::lineagesOf(std::span<const CellId> cells) const
{
    const std::lock_guard lock(m_mutex);
    std::vector<CellLineage> lineages(cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const auto known = m_all.find(cells[i].get());
        if (known == m_all.end()) {
            continue;
        }
        lineages[i].born = known->second.born;
        for (const metadata::StoredOrigin& origin : known->second.origins) {
            lineages[i].origins.push_back({CellId(origin.cell), origin.share});
        }
    }
    return lineages;
}

} // namespace isotherm::heat
