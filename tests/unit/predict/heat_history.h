// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/heat/cell_map.h"
#include "agent/heat/heat_store.h"
#include "agent/metadata/cell_store.h"
#include "agent/metadata/database.h"
#include "shared/base/check.h"
#include "tests/harness/temp_dir.h"
#include "tests/harness/test_log.h"

#include <chrono>
#include <map>
#include <memory>
#include <vector>

namespace isotherm::test
{

/// A history of heat in a file of its own, to be filled by hand; with cells once they are assigned.
class HeatHistory
{
public:
    HeatHistory()
    {
        auto database = metadata::Database::open(m_folder.path() / "metadata.db", m_log);
        ISO_CHECK(database.ok());
        m_database = std::move(*database);
        m_blocks = std::make_unique<metadata::HeatBlockStore>(*m_database);
        m_cellStore = std::make_unique<metadata::CellStore>(*m_database);
        auto cells = heat::CellMap::open(*m_cellStore);
        ISO_CHECK(cells.ok());
        m_cells = std::move(*cells);
        heat::HeatStoreOptions options;
        options.cells = m_cells.get();
        auto store = heat::HeatStore::open(*m_blocks, m_log, options);
        ISO_CHECK(store.ok());
        m_store = std::move(*store);
    }

    struct Rate
    {
        float all = 0;
        float written = 0;
    };
    /// Rows a second of shards over [start, start + length).
    void record(WallTime start, std::chrono::seconds length, const std::map<ShardId, Rate>& rates)
    {
        heat::RateSample sample;
        sample.start = start;
        sample.end = start + length;
        for (const auto& [shard, rate] : rates) {
            const heat::CellId cell = m_cells->wholesOf(std::vector{shard}).front();
            sample.cells.push_back({cell, {0, rate.written, rate.all, 0}});
        }
        ISO_CHECK(m_store->record(sample).ok());
    }

    /// Shards 1 … `count`, each a hundred keys, before the first record().
    void assign(std::size_t count)
    {
        std::vector<ShardRecord> shards;
        for (std::size_t i = 0; i < count; ++i) {
            ShardRecord shard;
            shard.id = ShardId(i + 1);
            shard.keyspace = "orders";
            std::string begin;
            std::string end;
            appendKeyInteger(begin, static_cast<std::int64_t>(100 * i));
            appendKeyInteger(end, static_cast<std::int64_t>(100 * (i + 1)));
            shard.range = {Key(begin), Key(end)};
            shards.push_back(shard);
        }
        ISO_CHECK(m_cells->assign("orders", shards, WallTime()).ok());
    }

    [[nodiscard]] const heat::HeatStore& store() const { return *m_store; }
    [[nodiscard]] heat::HeatStore& store() { return *m_store; }
    [[nodiscard]] heat::CellMap& cells() { return *m_cells; }
    [[nodiscard]] metadata::Database& database() { return *m_database; }
    [[nodiscard]] TestLog& log() { return m_log; }

private:
    TempDir m_folder;
    TestLog m_log;
    std::unique_ptr<metadata::Database> m_database;
    std::unique_ptr<metadata::HeatBlockStore> m_blocks;
    std::unique_ptr<metadata::CellStore> m_cellStore;
    std::unique_ptr<heat::CellMap> m_cells;
    std::unique_ptr<heat::HeatStore> m_store;
};

} // namespace isotherm::test
