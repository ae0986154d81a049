// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/heat/cell_map.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace isotherm::heat
{

/// A change of one keyspace's cells while it is being worked out: what CellMap has stays as it is
/// until the whole of it is stored. Not thread-safe.
class CellDraft
{
public:
    /// `map` is locked by the caller, and stays as it is.
    CellDraft(const CellMap& map, std::string keyspace, WallTime now);

    [[nodiscard]] Status assign(const std::vector<ShardRecord>& shards,
                                const ShareBelow& shareBelow);
    [[nodiscard]] Status edit(const CellEdit& edit);

    [[nodiscard]] const std::map<std::uint64_t, metadata::StoredCell>& changed() const
    {
        return m_changed;
    }
    [[nodiscard]] const std::vector<std::uint64_t>& forgotten() const { return m_forgotten; }
    [[nodiscard]] std::uint64_t nextId() const { return m_nextId; }

private:
    using StoredCell = metadata::StoredCell;

    [[nodiscard]] const StoredCell& get(std::uint64_t id) const;
    [[nodiscard]] StoredCell& change(std::uint64_t id);
    StoredCell& add(KeyRange range, std::vector<metadata::StoredOrigin> origins);
    void retire(std::uint64_t id);
    void split(std::uint64_t id, const std::vector<CellCut>& cuts);
    [[nodiscard]] std::vector<CellCut> cutsOf(const StoredCell& cell, const std::set<Key>& bounds,
                                              const ShareBelow& shareBelow) const;
    [[nodiscard]] std::vector<std::uint64_t> coverRange(const KeyRange& range);
    [[nodiscard]] std::vector<std::uint64_t> coverDefault();
    void setWhole(const ShardRecord& shard, const std::vector<std::uint64_t>& cells);
    void dropWholesBut(const std::set<ShardId>& shards);
    [[nodiscard]] Status splitOne(const CellSplit& split);
    [[nodiscard]] Status mergeSome(const std::vector<CellId>& cells);
    [[nodiscard]] ShardId shardOf(std::uint64_t cell) const;
    void forgetOld();

    const CellMap& m_map;
    const std::string m_keyspace;
    const WallTime m_now;
    std::uint64_t m_nextId;
    std::map<Key, std::uint64_t> m_cells; ///< by the start of their range
    std::optional<std::uint64_t> m_default;
    std::map<ShardId, std::uint64_t> m_wholes;
    std::map<std::uint64_t, StoredCell> m_changed;
    std::vector<std::uint64_t> m_forgotten;
};

} // namespace isotherm::heat
