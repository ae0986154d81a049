// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/attribution/log_tail.h"
#include "agent/attribution/read_attribution.h"
#include "agent/engine/engine.h"
#include "agent/engine/statement_source.h"
#include "agent/heat/cell_map.h"
#include "agent/heat/key_tracker.h"
#include "agent/metadata/database.h"
#include "agent/metadata/keyspace_store.h"
#include "agent/metadata/shard_store.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "tests/harness/pg_cluster.h"
#include "tests/harness/temp_dir.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace isotherm::bench
{

enum class Spread { Uniform, Zipf, Moving };
[[nodiscard]] const char* spreadName(Spread spread);

struct AttributionLoad
{
    Spread spread = Spread::Uniform;
    std::string mode = "simple"; ///< of pgbench: simple, extended, prepared
    int transactions = 40'000;
};

struct AttributionOutcome
{
    double distance = 0; ///< total variation between the cells' part and the truth, in [0, 1]
    std::uint64_t statements = 0; ///< read from the log
    double attributedShare = 0;
};

/// A real server with a partitioned table of 100,000 keys in 8 shards of 8 cells each, its log
/// sampled, and the agent's own parts that follow it: no API, no jobs. Not thread-safe.
class AttributionWorld
{
public:
    struct Options
    {
        std::string logFormat = "jsonlog"; ///< or csvlog
        double sampleRate = 0.1;
        std::vector<std::pair<std::string, std::string>> settings;
    };

    [[nodiscard]] static Result<std::unique_ptr<AttributionWorld>> make(const Options& options);

    /// Runs pgbench, and tells what the agent makes of it.
    [[nodiscard]] Result<AttributionOutcome> run(const AttributionLoad& load);
    /// Reads what the log has now.
    [[nodiscard]] Status follow();

    [[nodiscard]] test::PgCluster& cluster() { return *m_cluster; }
    [[nodiscard]] engine::Engine& engine() { return *m_engine; }
    [[nodiscard]] engine::StatementSource& source() { return *m_source; }
    [[nodiscard]] const attribution::ReadAttribution& reads() const { return *m_reads; }
    [[nodiscard]] heat::KeyTracker& tracker() { return *m_tracker; }
    [[nodiscard]] const topology::KeyspaceView& keyspace() const
    {
        return *m_topology->keyspaces().front();
    }

private:
    struct QuietLog final : Log
    {
        void write(LogLevel, std::string_view, std::string_view, std::vector<LogField>) override {}
    };

    AttributionWorld() = default;
    [[nodiscard]] Status prepare(const Options& options);
    [[nodiscard]] Status beginAnew();
    [[nodiscard]] Status pgbench(const AttributionLoad& load, std::int64_t low, std::int64_t high,
                                 int transactions);
    [[nodiscard]] Result<std::vector<std::uint64_t>> readsOfShards();
    [[nodiscard]] std::vector<double> measured(const std::vector<std::uint64_t>& before,
                                               const std::vector<std::uint64_t>& after) const;

    SystemClock m_clock;
    QuietLog m_log;
    test::TempDir m_folder;
    std::unique_ptr<test::PgCluster> m_cluster;
    std::unique_ptr<engine::Engine> m_engine;
    std::unique_ptr<engine::StatementSource> m_source;
    std::unique_ptr<metadata::Database> m_database;
    std::unique_ptr<metadata::KeyspaceStore> m_keyspaces;
    std::unique_ptr<metadata::ShardStore> m_shards;
    std::unique_ptr<metadata::CellStore> m_cellStore;
    std::unique_ptr<topology::Topology> m_topology;
    std::unique_ptr<heat::CellMap> m_cells;
    std::unique_ptr<heat::KeyTracker> m_tracker;
    std::unique_ptr<attribution::ReadAttribution> m_reads;
    std::unique_ptr<attribution::LogTail> m_tail;
    engine::LogSettings m_settings;
    double m_rate = 1;
};

} // namespace isotherm::bench
