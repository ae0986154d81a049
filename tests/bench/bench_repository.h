// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/repository/repository.h"
#include "agent/storage/directory_store.h"
#include "shared/base/clock.h"
#include "tests/harness/pg_cluster.h"
#include "tests/harness/temp_dir.h"

#include <memory>
#include <string>
#include <vector>

namespace isotherm::bench
{

/// A repository in a folder of its own, and backups into it as the agent makes them.
class BenchRepository
{
public:
    [[nodiscard]] static Result<std::unique_ptr<BenchRepository>> make();

    /// Full backups of all shards of `tables`, `workers` at a time. Returns the manifests in shard
    /// order.
    [[nodiscard]] Result<std::vector<repository::Manifest>>
    backUp(engine::Engine& engine, const engine::KeyspaceLayout& layout, std::uint32_t workers);

    [[nodiscard]] repository::Repository& repository() { return *m_repository; }
    [[nodiscard]] std::string folder() const { return m_folder.path().string(); }

private:
    BenchRepository() = default;

    test::TempDir m_folder{"isobench"};
    SystemClock m_clock;
    std::unique_ptr<storage::DirectoryStore> m_store;
    std::unique_ptr<repository::Repository> m_repository;
};

/// An engine on the cluster, and the layout of one table as a keyspace.
struct BenchKeyspace
{
    std::unique_ptr<engine::Engine> engine;
    engine::KeyspaceLayout layout;
};
[[nodiscard]] Result<BenchKeyspace> openBenchKeyspace(test::PgCluster& cluster,
                                                      const std::string& table, const Clock& clock);

} // namespace isotherm::bench
