// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/bench_repository.h"

#include "agent/backup/shard_backup.h"
#include "agent/postgres/postgres_engine.h"

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

namespace isotherm::bench
{

Result<std::unique_ptr<BenchRepository>> BenchRepository::make()
{
    std::unique_ptr<BenchRepository> made(new BenchRepository());
    ISO_ASSIGN(made->m_store, storage::DirectoryStore::open(made->m_folder.path() / "repository"));
    const repository::RepositoryOptions options{.clock = made->m_clock, .cost = {}};
    ISO_ASSIGN(made->m_repository,
               repository::Repository::create(*made->m_store, "bench", options));
    return made;
}

Result<std::vector<repository::Manifest>>
BenchRepository::backUp(engine::Engine& engine, const engine::KeyspaceLayout& layout,
                        std::uint32_t workers)
{
    const backup::BackupPorts ports{engine, *m_repository, m_clock};
    backup::BackupProgress progress;
    progress.onPhase = [](std::string_view) {};
    progress.onRead = [](ByteCount, std::uint64_t) {};
    std::vector<repository::Manifest> manifests(layout.shards.size());
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::optional<Error> error;
    const auto work = [&] {
        for (std::size_t i = next++; i < layout.shards.size(); i = next++) {
            backup::ShardBackupRequest request;
            request.clusterName = "bench";
            request.keyspace = "bench";
            request.shard = ShardId(i + 1);
            auto manifest =
                backup::backUpShard(ports, layout, layout.shards[i], request, progress, {});
            const std::lock_guard lock(mutex);
            if (!manifest.ok()) {
                error = manifest.error();
                return;
            }
            manifests[i] = std::move(*manifest);
        }
    };
    {
        std::vector<std::jthread> threads;
        for (std::uint32_t i = 0; i < workers; ++i) {
            threads.emplace_back(work);
        }
    }
    if (error) {
        return *error;
    }
    return manifests;
}

Result<BenchKeyspace> openBenchKeyspace(test::PgCluster& cluster, const std::string& table,
                                        const Clock& clock)
{
    BenchKeyspace keyspace;
    ISO_ASSIGN(keyspace.engine,
               postgres::PostgresEngine::open({.conninfo = cluster.conninfo()}, clock));
    ISO_ASSIGN(keyspace.layout, keyspace.engine->describeKeyspace({"bench", {table}, {}}));
    return keyspace;
}

} // namespace isotherm::bench
