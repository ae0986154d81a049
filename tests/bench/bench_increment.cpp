// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/increment.h"
#include "agent/backup/shard_backup.h"
#include "agent/capture/capture.h"
#include "tests/bench/bench_kit.h"
#include "tests/bench/bench_repository.h"
#include "tests/bench/benches.h"
#include "tests/bench/realistic_table.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <thread>

namespace isotherm::bench
{
namespace
{

constexpr std::uint32_t kShards = 16;
constexpr std::size_t kShard = 7;
constexpr const char* kTable = "bench_orders";
constexpr std::uint64_t kTransactions = 60;

class SilentLog final : public Log
{
public:
    void write(LogLevel level, std::string_view event, std::string_view message,
               std::vector<LogField> /*fields*/) override
    {
        if (level >= LogLevel::Warning) {
            tell(std::string(event) + ": " + std::string(message));
        }
    }
};

/// A captured table with a backup of one shard, whose rows then change.
class IncrementBench
{
public:
    Status prepare()
    {
        ISO_ASSIGN(m_cluster, startBenchCluster("logical"));
        m_rows = benchRows(2'400'000);
        tell("making " + std::to_string(m_rows) + " rows of realistic columns");
        ISO_TRY(makeRealisticTable(*m_cluster, kTable, m_rows, kShards));
        ISO_ASSIGN(m_keyspace, openBenchKeyspace(*m_cluster, kTable, m_clock));
        ISO_ASSIGN(m_repository, BenchRepository::make());
        ISO_TRY(startCapture());
        ISO_TRY(backUp());
        return m_cluster
            ->exec("select pg_create_logical_replication_slot('bench_peer', 'pgoutput')")
            .ok()
            ? Status()
            : Status(makeError(Code::Internal, "the peer's slot cannot be made"));
    }

    ~IncrementBench()
    {
        if (m_capture) {
            m_capture->stop();
        }
    }

    /// So many rows of the shard, spread over its keys, a few columns of each.
    Status change(std::uint64_t count)
    {
        const std::uint64_t perShard = m_rows / kShards;
        const std::uint64_t first = kShard * perShard + 1;
        const std::uint64_t each = count / kTransactions;
        tell("changing " + std::to_string(each * kTransactions) + " rows");
        std::string sql;
        for (std::uint64_t i = 0; i < kTransactions; ++i) {
            // A step without a factor in common with the shard's size meets every row once.
            sql += "begin; update " + std::string(kTable) +
                   " set amount = amount + 1, status = 'returned', updated_at = now()"
                   " where order_id in (select " +
                   std::to_string(first) + " + (i * 7919) % " + std::to_string(perShard) +
                   " from generate_series(" + std::to_string(i * each) + ", " +
                   std::to_string((i + 1) * each - 1) + ") i); commit;";
        }
        ISO_TRY(m_cluster->exec(sql));
        return catchUp();
    }

    Result<backup::Increment> cut(const Clock& clock)
    {
        const backup::IncrementRequest request{
            m_manifest, m_journal->position(),
            [this]() -> Result<std::vector<TableSchema>> { return m_keyspace.layout.tables; },
            [](std::uint64_t) { return std::optional<ShardId>(ShardId(kShard + 1)); }};
        return backup::cutIncrement({*m_journal, m_repository->repository(), clock}, request, {});
    }

    /// The same changes as the server's own stream, compressed.
    Result<double> peerBytes()
    {
        const std::string file = (m_folder.path() / "peer.zst").string();
        demo::PrivateServer& server = m_cluster->server();
        ISO_TRY(runShell(
            (server.binaries() / "psql").string() + " -X -q -h " + server.folder().string() +
            " -p " + std::to_string(server.port()) +
            " -U postgres -d postgres -v ON_ERROR_STOP=1 -c \"COPY (select data from"
            " pg_logical_slot_peek_binary_changes('bench_peer', null, null, 'proto_version', '1',"
            " 'publication_names', 'isotherm')) TO STDOUT (FORMAT binary)\" | zstd -q -3 -c > " +
            file));
        std::ifstream stream(file, std::ios::ate | std::ios::binary);
        return static_cast<double>(stream.tellg());
    }

    [[nodiscard]] std::uint64_t rows() const { return m_rows; }

private:
    Status startCapture()
    {
        journal::JournalOptions options{m_folder.path() / "journal",
                                        repository::SecretKey(std::string(32, 'k')), m_clock};
        ISO_ASSIGN(m_journal, journal::Journal::open(std::move(options)));
        capture::CaptureOptions wishes;
        wishes.spoolFolder = m_folder.path() / "spool";
        wishes.tables = [] { return std::vector<std::string>{kTable}; };
        wishes.lookEvery = std::chrono::milliseconds(500);
        m_capture = capture::Capture::make({*m_keyspace.engine, *m_journal, m_clock, m_log},
                                           std::move(wishes));
        m_capture->start();
        return waitUntil([this] { return !backup::capturedTables(m_journal->state()).empty(); },
                         "capture");
    }

    Status backUp()
    {
        const backup::BackupPorts ports{*m_keyspace.engine, m_repository->repository(), m_clock};
        backup::BackupProgress progress;
        progress.onPhase = [](std::string_view) {};
        progress.onRead = [](ByteCount, std::uint64_t) {};
        backup::ShardBackupRequest request;
        request.clusterName = "bench";
        request.keyspace = "bench";
        request.shard = ShardId(kShard + 1);
        ISO_ASSIGN(m_manifest,
                   backup::backUpShard(ports, m_keyspace.layout,
                                       m_keyspace.layout.shards.at(kShard), request, progress, {}));
        return {};
    }

    Status catchUp()
    {
        ISO_ASSIGN(const auto rows,
                   m_cluster->exec("select pg_logical_emit_message(false, 'x', 'x'),"
                                   " (pg_current_wal_insert_lsn() - '0/0')::int8"));
        const Lsn now(std::strtoull(rows.front()[1]->c_str(), nullptr, 10));
        return waitUntil([this, now] { return m_journal->position() >= now; }, "the stream");
    }

    static Status waitUntil(const std::function<bool()>& enough, const std::string& what)
    {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(5);
        while (!enough()) {
            if (std::chrono::steady_clock::now() > deadline) {
                return makeError(Code::DeadlineExceeded, what + " did not get there");
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return {};
    }

    SystemClock m_clock;
    SilentLog m_log;
    test::TempDir m_folder{"isoincr"};
    std::unique_ptr<test::PgCluster> m_cluster;
    BenchKeyspace m_keyspace;
    std::unique_ptr<BenchRepository> m_repository;
    std::unique_ptr<journal::Journal> m_journal;
    std::unique_ptr<capture::Capture> m_capture;
    repository::Manifest m_manifest;
    std::uint64_t m_rows = 0;
};

} // namespace

Status benchIncrement()
{
    IncrementBench bench;
    ISO_TRY(bench.prepare());
    const std::uint64_t changed = std::max<std::uint64_t>(bench.rows() / 400, kTransactions);
    ISO_TRY(bench.change(changed));
    const SystemClock clock;
    const Instant begin = clock.now();
    ISO_ASSIGN(const backup::Increment increment, bench.cut(clock));
    const std::chrono::duration<double> took = clock.now() - begin;
    ISO_ASSIGN(const double peer, bench.peerBytes());
    const auto stored = static_cast<double>(increment.stored.get());
    print({"increment", "bytes in the repository", "bytes", stored, peer, "pgoutput | zstd -3", 1});
    print({"increment", "bytes in the repository", "bytes", stored,
           250'000.0 * static_cast<double>(increment.changes) / 6'000, "budget", 1});
    print({"increment", "bytes a change", "bytes", stored / static_cast<double>(increment.changes),
           0, "", 1});
    print({"increment", "cut out of the journal", "s", took.count(), 1.0, "budget", 1});
    return {};
}

} // namespace isotherm::bench
