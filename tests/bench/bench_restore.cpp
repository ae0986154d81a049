// SPDX-License-Identifier: Apache-2.0
#include "agent/restore/table_restore.h"
#include "tests/bench/bench_kit.h"
#include "tests/bench/bench_repository.h"
#include "tests/bench/benches.h"
#include "tests/bench/realistic_table.h"

#include <functional>

namespace isotherm::bench
{
namespace
{

constexpr std::uint32_t kShards = 8;
constexpr const char* kTable = "bench_orders";
constexpr const char* kSide = "bench_side";

/// A backed-up table, and what it takes to bring parts of it back.
class RestoreBench
{
public:
    Status prepare()
    {
        ISO_ASSIGN(m_cluster, startBenchCluster());
        m_rows = benchRows(5'000'000);
        tell("making " + std::to_string(m_rows) + " rows of realistic columns");
        ISO_TRY(makeRealisticTable(*m_cluster, kTable, m_rows, kShards));
        ISO_ASSIGN(m_keyspace, openBenchKeyspace(*m_cluster, kTable, m_clock));
        ISO_ASSIGN(m_repository, BenchRepository::make());
        ISO_ASSIGN(m_manifests, m_repository->backUp(*m_keyspace.engine, m_keyspace.layout, 2));
        // What the peer restores from: the same shard as a compressed COPY.
        return runShell(copyTool("COPY " + leaf() + " TO STDOUT (FORMAT binary)",
                                 "| zstd -q -1 -c > " + peerFile()));
    }

    struct Outcome
    {
        double restoreSeconds = 0; ///< table made, filled, primary key and statistics there
        double verifySeconds = 0;  ///< read back and compared
        ByteCount read;
        std::uint64_t rows = 0;
    };

    /// Rows of `range` of shard 4 into a side table, as a restore job does it.
    Result<Outcome> ours(const KeyRange& range, std::uint32_t workers)
    {
        CostMeter meter(*m_cluster);
        ISO_ASSIGN(const auto target, m_keyspace.engine->openRestoreTarget());
        const engine::StagingTable table{"isotherm_restore", kSide, "bench"};
        ISO_TRY(target->dropTable(table));
        ISO_ASSIGN(const auto reader, m_repository->repository().openTable(m_manifests.at(3), 0));
        repository::RowChecksum expected;
        Outcome outcome;
        ISO_ASSIGN(const Cost restored, meter.measure([&]() -> Status {
            ISO_TRY(target->createTable(table, reader->schema()));
            ISO_ASSIGN(
                const auto items,
                restore::divide({{reader.get(), range, &table, &reader->schema()}}, workers));
            restore::CopyOptions options;
            options.workers = workers;
            ISO_ASSIGN(const auto checksums, restore::copyItems(*target, items, options, {}));
            for (const auto& checksum : checksums) {
                expected.merge(checksum);
            }
            return target->completeTable(table, reader->schema());
        }));
        ISO_ASSIGN(const Cost verified, meter.measure([&]() -> Status {
            ISO_ASSIGN(const auto found, restore::checksumOf(*target, table, reader->schema(), {}));
            return found == expected
                       ? Status()
                       : Status(makeError(Code::DataLoss, "the restored rows differ"));
        }));
        outcome = {restored.seconds, verified.seconds, reader->bytesRead(), expected.rows()};
        ISO_TRY(target->dropTable(table));
        return outcome;
    }

    /// The usual way: the whole shard from its compressed COPY, then the primary key.
    Result<double> peer()
    {
        ISO_TRY(m_cluster->exec("DROP TABLE IF EXISTS bench_peer"));
        CostMeter meter(*m_cluster);
        const std::string sql = "BEGIN; CREATE TABLE bench_peer (LIKE " + leaf() +
                                "); COPY bench_peer FROM STDIN (FORMAT binary, FREEZE); COMMIT; "
                                "ALTER TABLE bench_peer ADD PRIMARY KEY (order_id)";
        ISO_ASSIGN(const Cost cost, meter.measure([&] {
            return runShell("zstd -q -dc " + peerFile() + " | " + copyTool(sql, ""));
        }));
        return cost.seconds;
    }

    [[nodiscard]] std::uint64_t rows() const { return m_rows; }

    [[nodiscard]] static KeyRange keys(std::int64_t from, std::int64_t to)
    {
        std::string begin;
        std::string end;
        appendKeyInteger(begin, from);
        appendKeyInteger(end, to);
        return {Key(begin), Key(end)};
    }

private:
    [[nodiscard]] std::string leaf() const
    {
        return m_keyspace.layout.shards.at(3).leaves.front().name;
    }
    [[nodiscard]] std::string peerFile() const { return (m_folder.path() / "shard.zst").string(); }
    [[nodiscard]] std::string copyTool(const std::string& sql, const std::string& rest)
    {
        demo::PrivateServer& server = m_cluster->server();
        return (server.binaries() / "psql").string() + " -X -q -h " + server.folder().string() +
               " -p " + std::to_string(server.port()) +
               " -U postgres -d postgres -v ON_ERROR_STOP=1 -c \"" + sql + "\" " + rest;
    }

    SystemClock m_clock;
    test::TempDir m_folder{"isopeer"};
    std::unique_ptr<test::PgCluster> m_cluster;
    BenchKeyspace m_keyspace;
    std::unique_ptr<BenchRepository> m_repository;
    std::vector<repository::Manifest> m_manifests;
    std::uint64_t m_rows = 0;
};

} // namespace

Status benchOneShard()
{
    RestoreBench bench;
    ISO_TRY(bench.prepare());
    std::vector<double> ours;
    std::vector<double> withVerification;
    std::vector<double> peer;
    std::uint64_t rows = 0;
    for (std::size_t i = 0; i < benchRepeats(); ++i) {
        ISO_ASSIGN(const auto outcome, bench.ours(KeyRange{}, 2));
        ours.push_back(outcome.restoreSeconds);
        withVerification.push_back(outcome.restoreSeconds + outcome.verifySeconds);
        ISO_ASSIGN(const double seconds, bench.peer());
        peer.push_back(seconds);
        rows = outcome.rows;
    }
    const auto speed = [rows](const std::vector<double>& seconds) {
        return static_cast<double>(rows) / median(seconds);
    };
    print({"one-shard", "restore, indexed and analysed", "rows/s", speed(ours), speed(peer),
           "zstd -d | COPY BINARY FREEZE + primary key", ours.size()});
    print({"one-shard", "restore, and every row read back and compared", "rows/s",
           speed(withVerification), speed(peer), "zstd -d | COPY BINARY FREEZE + primary key",
           ours.size()});
    return {};
}

Status benchRows1000()
{
    RestoreBench bench;
    ISO_TRY(bench.prepare());
    const auto from = static_cast<std::int64_t>(bench.rows() / kShards * 7 / 2);
    std::vector<double> ours;
    std::vector<double> peer;
    double read = 0;
    for (std::size_t i = 0; i < benchRepeats(); ++i) {
        ISO_ASSIGN(const auto outcome, bench.ours(RestoreBench::keys(from, from + 1000), 2));
        if (outcome.rows != 1000) {
            return makeError(Code::Internal,
                             "restored " + std::to_string(outcome.rows) + " rows instead of 1000");
        }
        ours.push_back(outcome.restoreSeconds + outcome.verifySeconds);
        read = static_cast<double>(outcome.read.get());
        ISO_ASSIGN(const double seconds, bench.peer());
        peer.push_back(seconds);
    }
    print({"rows", "1,000 rows by key, verified", "s", median(ours), median(peer),
           "the whole shard: zstd -d | COPY BINARY FREEZE + primary key", ours.size()});
    print({"rows", "bytes read for 1,000 rows", "bytes", read, 4.0 * 1024 * 1024, "budget",
           ours.size()});
    return {};
}

} // namespace isotherm::bench
