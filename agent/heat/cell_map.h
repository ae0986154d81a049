// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/cell_store.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/base/units.h"
#include "shared/model/key.h"
#include "shared/model/records.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace isotherm::heat
{

/// One series of heat: of a cell, a part of the key range whose history survives splits and merges
/// of shards, or of a shard as a whole. Never given out again; 0 is none. A number space of its
/// own: not a ShardId, though the first cell of a shard may bear the same number.
using CellId = Strong<struct CellIdTag, std::uint64_t>;

/// A keyspace has at most as many cells as this, or as twice its shards.
inline constexpr std::size_t kCellsPerKeyspace = 4'096;

struct Cell
{
    CellId id;
    KeyRange range;
    bool isDefault = false; ///< the keys that no other cell's range takes; `range` says nothing
    WallTime born{};
    ShardId shard; ///< that it is a part of now; 0: not known
};

/// The cells of one keyspace as of one moment; immutable. Every shard is made up of one cell or
/// more, without gap or overlap.
class KeyspaceCells
{
public:
    KeyspaceCells(std::string keyspace, std::vector<Cell> cells);

    [[nodiscard]] const std::string& keyspace() const { return m_keyspace; }
    /// In key order, the default's last.
    [[nodiscard]] std::span<const Cell> cells() const { return m_cells; }
    /// In key order; none for a shard that is not known.
    [[nodiscard]] std::span<const Cell> cellsOf(ShardId shard) const;
    /// Those that overlap `range`; never the default's.
    [[nodiscard]] std::span<const Cell> cellsIn(const KeyRange& range) const;
    /// The cell that the key is in: the default's where no range takes it; nullptr: none. A prefix
    /// of a key is below all keys that begin with it. O(log n).
    [[nodiscard]] const Cell* find(const Key& key) const;
    [[nodiscard]] std::size_t shardCount() const { return m_shards.size(); }

private:
    struct Span
    {
        std::size_t first = 0;
        std::size_t count = 0;
    };

    std::string m_keyspace;
    std::vector<Cell> m_cells;
    std::size_t m_ranged = 0; ///< cells before the default's
    std::unordered_map<ShardId, Span> m_shards;
};

/// A part of another series' rates.
struct CellOrigin
{
    CellId from;
    double share = 1;
};

/// Where the history of a series is that is older than itself: the sum of these, each of which may
/// have a lineage of its own.
struct CellLineage
{
    WallTime born{};
    std::vector<CellOrigin> origins;
};

/// Which part of the heat of `cell` lies at keys below `cut`, in [0, 1]; nullopt: not known.
using ShareBelow = std::function<std::optional<double>(const Cell& cell, const Key& cut)>;

/// Where to cut a cell, and which part of its heat is below.
struct CellCut
{
    Key at;
    double below = 0; ///< of the whole cell: ascends with `at`
};

struct CellSplit
{
    CellId cell;
    std::vector<CellCut> cuts; ///< ascending, inside of the cell
};

/// Changes of the cells inside of their shards.
struct CellEdit
{
    std::vector<CellSplit> splits;
    std::vector<std::vector<CellId>> merges; ///< each of neighbours in key order, of one shard
};

/// Which cells the key range of every keyspace is divided into, and which shard each belongs to.
///
/// A shard begins as one cell. It is divided finer where it is hot (edit), and merged again where
/// it cools down. A reshard only assigns cells to other shards (assign): one that straddles a new
/// bound is split there. Nothing is copied: a new cell names those that it came from with its share
/// of their heat, and their history is read as its own (lineage). Beside its cells a shard of
/// several has a series of its own, the whole, with the shard's exact totals; a shard of one cell
/// has that cell as its whole.
///
/// Kept in the metadata: every change is durable when the call returned. Thread-safe.
class CellMap
{
public:
    [[nodiscard]] static Result<std::unique_ptr<CellMap>> open(metadata::CellStore& store);

    /// Makes the cells agree with the (active) shards of a keyspace. Cheap when they agree already.
    [[nodiscard]] Status assign(const std::string& keyspace, const std::vector<ShardRecord>& shards,
                                WallTime now, const ShareBelow& shareBelow = {});

    /// InvalidArgument for an unknown cell, cuts outside of it, or cells that are no neighbours;
    /// ResourceExhausted when there would be too many. All of it happens, or none.
    [[nodiscard]] Status edit(const std::string& keyspace, const CellEdit& edit, WallTime now);

    /// nullptr: the keyspace was never assigned.
    [[nodiscard]] std::shared_ptr<const KeyspaceCells> cellsOf(const std::string& keyspace) const;
    [[nodiscard]] std::vector<std::shared_ptr<const KeyspaceCells>> keyspaces() const;

    /// The series with each shard's totals; a series that was never measured for one that is not
    /// known.
    [[nodiscard]] std::vector<CellId> wholesOf(std::span<const ShardId> shards) const;

    [[nodiscard]] std::vector<CellLineage> lineagesOf(std::span<const CellId> cells) const;

private:
    friend class CellDraft;
    explicit CellMap(metadata::CellStore& store) : m_store(store) {}

    [[nodiscard]] Status commit(class CellDraft& draft);
    void publish(const std::string& keyspace);

    metadata::CellStore& m_store;
    mutable std::mutex m_mutex; ///< guards what follows
    std::uint64_t m_nextId = 1;
    std::map<std::uint64_t, metadata::StoredCell> m_all;
    std::map<std::string, std::shared_ptr<const KeyspaceCells>> m_views;
    std::unordered_map<ShardId, CellId> m_wholes;
};

} // namespace isotherm::heat
