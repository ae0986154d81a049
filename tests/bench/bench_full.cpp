// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/bench_kit.h"
#include "tests/bench/bench_repository.h"
#include "tests/bench/benches.h"
#include "tests/bench/realistic_table.h"

#include <filesystem>
#include <map>

namespace isotherm::bench
{
namespace
{

constexpr std::uint32_t kShards = 8;
constexpr std::uint32_t kWorkers = 2;

/// One table, backed up by us and by the peers in turn.
class FullBench
{
public:
    FullBench(test::PgCluster& cluster, std::string table)
        : m_cluster(cluster), m_table(std::move(table)), m_meter(cluster)
    {
    }

    Status run()
    {
        ISO_ASSIGN(m_keyspace, openBenchKeyspace(m_cluster, m_table, m_clock));
        m_heapBytes = std::stod(m_cluster.value(
            "SELECT sum(pg_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = '" +
            m_table + "'::regclass"));
        for (std::size_t i = 0; i < benchRepeats(); ++i) {
            tell(m_table + ", repetition " + std::to_string(i + 1));
            ISO_TRY(ours());
            ISO_TRY(shell("pipe", pipeScript()));
            ISO_TRY(shell("pg_dump", dumpScript()));
            ISO_TRY(shell("copy", leavesThrough("(FORMAT binary)", "cat > /dev/null")));
        }
        ISO_TRY(shell("text", textScript()));
        printAll();
        return {};
    }

private:
    Status ours()
    {
        ISO_ASSIGN(const auto repository, BenchRepository::make());
        ISO_ASSIGN(const Cost cost, m_meter.measure([&]() -> Status {
            ISO_TRY(repository->backUp(*m_keyspace.engine, m_keyspace.layout, kWorkers));
            return {};
        }));
        note("ours", cost);
        m_bytes["ours"] = folderBytes(repository->folder());
        return {};
    }

    Status shell(const std::string& name, const std::string& script)
    {
        const test::TempDir folder("isopeer");
        ISO_ASSIGN(const Cost cost, m_meter.measure([&] {
            return runShell("cd " + folder.path().string() + "\n" + script);
        }));
        note(name, cost);
        m_bytes[name] = folderBytes(folder.path().string());
        return {};
    }

    void note(const std::string& name, const Cost& cost)
    {
        m_seconds[name].push_back(cost.seconds);
        m_cpu[name].push_back(cost.cpuSeconds);
    }

    /// Every leaf through `stages`, two at a time.
    [[nodiscard]] std::string leavesThrough(const std::string& format,
                                            const std::string& stages) const
    {
        std::string script =
            psqlVariables() + "one() { \"$BIN/psql\" -X -q -c \"COPY $1 TO STDOUT " + format +
            "\" | " + stages + "; }\nexport -f one\nexport BIN PGHOST PGPORT PGUSER PGDATABASE\n" +
            "printf '%s\\n'";
        for (const engine::ShardLayout& shard : m_keyspace.layout.shards) {
            script += " " + shard.leaves.front().name;
        }
        return script + " | xargs -P 2 -I{} bash -c 'set -euo pipefail; one {}'\n";
    }

    [[nodiscard]] std::string pipeScript() const
    {
        const std::string key(64, 'a');
        const std::string iv(32, '0');
        return leavesThrough("(FORMAT binary)", "zstd -q -1 -c | openssl enc -aes-256-ctr -K " +
                                                    key + " -iv " + iv +
                                                    " | tee $1.bin | sha256sum > $1.sum");
    }

    [[nodiscard]] std::string textScript() const
    {
        return leavesThrough("", "zstd -q -3 -c > $1.zst");
    }

    [[nodiscard]] std::string dumpScript() const
    {
        return psqlVariables() +
               "export PGHOST PGPORT PGUSER PGDATABASE\n\"$BIN/pg_dump\" -Fd -j2 -t '" + m_table +
               "*' -f dump\n";
    }

    [[nodiscard]] std::string psqlVariables() const
    {
        demo::PrivateServer& server = m_cluster.server();
        return "BIN=" + server.binaries().string() + "\nPGHOST=" + server.folder().string() +
               "\nPGPORT=" + std::to_string(server.port()) +
               "\nPGUSER=postgres\nPGDATABASE=postgres\n";
    }

    void printAll()
    {
        const std::string prefix = m_table + " ";
        const std::size_t n = benchRepeats();
        const auto speed = [&](const std::string& who) {
            return m_heapBytes / 1e6 / median(m_seconds[who]);
        };
        const auto cpuPerGb = [&](const std::string& who) {
            return median(m_cpu[who]) / (m_heapBytes / 1e9);
        };
        print({"full", prefix + "speed", "MB/s of heap", speed("ours"), speed("pipe"),
               "COPY BINARY | zstd -1 | AES-256 | SHA-256, two at a time", n});
        print({"full", prefix + "speed", "MB/s of heap", speed("ours"), speed("pg_dump"),
               "pg_dump -Fd -j2", n});
        print({"full", prefix + "speed", "MB/s of heap", speed("ours"), speed("copy"),
               "COPY BINARY > /dev/null, two at a time: the most the server can send", n});
        print({"full", prefix + "cpu, client and server", "s/GB of heap", cpuPerGb("ours"),
               cpuPerGb("copy"), "COPY BINARY > /dev/null, two at a time", n});
        print({"full", prefix + "cpu, client and server", "s/GB of heap", cpuPerGb("ours"),
               cpuPerGb("pipe"), "COPY BINARY | zstd -1 | AES-256 | SHA-256, two at a time", n});
        print({"full", prefix + "cpu, client and server", "s/GB of heap", cpuPerGb("ours"),
               cpuPerGb("pg_dump"), "pg_dump -Fd -j2", n});
        print({"full", prefix + "repository bytes", "bytes", m_bytes["ours"], m_bytes["text"],
               "COPY text | zstd -3", 1});
    }

    test::PgCluster& m_cluster;
    const std::string m_table;
    SystemClock m_clock;
    CostMeter m_meter;
    BenchKeyspace m_keyspace;
    double m_heapBytes = 0;
    std::map<std::string, std::vector<double>> m_seconds;
    std::map<std::string, std::vector<double>> m_cpu;
    std::map<std::string, double> m_bytes;
};

} // namespace

Status benchFull()
{
    const std::uint64_t rows = benchRows(5'000'000);
    ISO_ASSIGN(const auto cluster, startBenchCluster());
    tell("making " + std::to_string(rows) + " rows of realistic columns");
    ISO_TRY(makeRealisticTable(*cluster, "bench_orders", rows, kShards));
    ISO_TRY(FullBench(*cluster, "bench_orders").run());
    tell("making pgbench_accounts");
    ISO_TRY(cluster->tool("pgbench", {"-i", "-q", "-s",
                                      std::to_string(std::max<std::uint64_t>(1, rows / 100'000)),
                                      "--partitions=8", "--partition-method=range"}));
    return FullBench(*cluster, "pgbench_accounts").run();
}

} // namespace isotherm::bench
