// SPDX-License-Identifier: Apache-2.0
#include "agent/restore/table_restore.h"
#include "tests/bench/bench_kit.h"
#include "tests/bench/bench_repository.h"
#include "tests/bench/benches.h"
#include "tests/bench/realistic_table.h"

#include <string>

namespace isotherm::bench
{
namespace
{

constexpr const char* kSide = "bench_side";

/// A table of N shards of always the same size, in a repository and in an archive of pg_dump.
class ShardOfMany
{
public:
    explicit ShardOfMany(std::uint32_t shards)
        : m_shards(shards), m_table("bench_" + std::to_string(shards))
    {
    }

    Status prepare(test::PgCluster& cluster, std::uint64_t rowsPerShard)
    {
        m_cluster = &cluster;
        tell(std::to_string(m_shards) + " shards of " + std::to_string(rowsPerShard) + " rows");
        ISO_TRY(makeRealisticTable(cluster, m_table, rowsPerShard * m_shards, m_shards));
        ISO_ASSIGN(m_keyspace, openBenchKeyspace(cluster, m_table, m_clock));
        ISO_ASSIGN(m_repository, BenchRepository::make());
        ISO_ASSIGN(m_manifests, m_repository->backUp(*m_keyspace.engine, m_keyspace.layout, 2));
        return runShell(tool("pg_dump") + " -Fc -Z 3 -t '" + m_table + "*' -f " + archive() +
                        " postgres");
    }

    struct Outcome
    {
        double seconds = 0;
        double read = 0;   ///< bytes, of the repository
        double stored = 0; ///< bytes that the shard takes there
    };

    /// The middle shard into a table of its own, with its primary key and statistics.
    Result<Outcome> ours()
    {
        const repository::Manifest& manifest = m_manifests.at(m_shards / 2);
        CostMeter meter(*m_cluster);
        ISO_ASSIGN(const auto target, m_keyspace.engine->openRestoreTarget());
        const engine::StagingTable table{"isotherm_restore", kSide, "bench"};
        ISO_TRY(target->dropTable(table));
        Outcome outcome;
        ISO_ASSIGN(const Cost cost, meter.measure([&]() -> Status {
            ISO_ASSIGN(const auto reader, m_repository->repository().openTable(manifest, 0));
            ISO_TRY(target->createTable(table, reader->schema()));
            ISO_ASSIGN(const auto items,
                       restore::divide({{reader.get(), {}, &table, &reader->schema()}}, 2));
            ISO_TRY(restore::copyItems(*target, items, {}, {}));
            ISO_TRY(target->completeTable(table, reader->schema()));
            outcome.read = static_cast<double>(reader->bytesRead().get());
            return {};
        }));
        outcome.seconds = cost.seconds;
        outcome.stored = static_cast<double>(manifest.storedBytes().get());
        ISO_TRY(target->dropTable(table));
        return outcome;
    }

    /// The same rows by pg_restore into an empty database.
    Result<double> peer()
    {
        ISO_TRY(m_cluster->exec("drop database if exists bench_peer"));
        ISO_TRY(m_cluster->exec("create database bench_peer"));
        const std::string leaf = m_table + "_" + std::to_string(m_shards / 2 + 1);
        CostMeter meter(*m_cluster);
        ISO_ASSIGN(const Cost cost, meter.measure([&] {
            // Without its parent it is no partition: the key that it would inherit is made here.
            return runShell(tool("pg_restore") + " -d bench_peer -t " + leaf + " " + archive() +
                            " && " + tool("psql") + " -X -q -d bench_peer -v ON_ERROR_STOP=1 -c"
                            " 'alter table " + leaf + " add primary key (order_id)' -c 'analyze " +
                            leaf + "'");
        }));
        return cost.seconds;
    }

    Status dropTable() { return m_cluster->exec("drop table " + m_table).ok() ? Status() : Status(makeError(Code::Internal, "cannot drop the table")); }

private:
    [[nodiscard]] std::string archive() const { return (m_folder.path() / "all.dump").string(); }
    [[nodiscard]] std::string tool(const std::string& program)
    {
        demo::PrivateServer& server = m_cluster->server();
        return "PGHOST=" + server.folder().string() +
               " PGPORT=" + std::to_string(server.port()) + " PGUSER=postgres " +
               (server.binaries() / program).string();
    }

    const std::uint32_t m_shards;
    const std::string m_table;
    SystemClock m_clock;
    test::TempDir m_folder{"isomany"};
    test::PgCluster* m_cluster = nullptr;
    BenchKeyspace m_keyspace;
    std::unique_ptr<BenchRepository> m_repository;
    std::vector<repository::Manifest> m_manifests;
};

} // namespace

Status benchShardOfMany()
{
    ISO_ASSIGN(const auto cluster, startBenchCluster());
    const std::uint64_t perShard = benchRows(2'400'000) / 16;
    double sixteen = 0;
    for (const std::uint32_t shards : {16U, 64U, 256U}) {
        ShardOfMany bench(shards);
        ISO_TRY(bench.prepare(*cluster, perShard));
        std::vector<double> ours;
        std::vector<double> peer;
        ShardOfMany::Outcome last;
        for (std::size_t i = 0; i < benchRepeats(); ++i) {
            ISO_ASSIGN(last, bench.ours());
            ours.push_back(last.seconds);
            ISO_ASSIGN(const double seconds, bench.peer());
            peer.push_back(seconds);
        }
        const std::string what = "one shard of " + std::to_string(shards);
        print({"shard-of-n", what, "s", median(ours), median(peer), "pg_restore -t + primary key",
               ours.size()});
        print({"shard-of-n", what + ", bytes read", "bytes", last.read, last.stored,
               "what the shard takes in the repository", 1});
        sixteen = shards == 16 ? median(ours) : sixteen;
        print({"shard-of-n", what + ", flat in N", "s", median(ours), sixteen,
               "one shard of 16", ours.size()});
        ISO_TRY(bench.dropTable());
    }
    return {};
}

} // namespace isotherm::bench
