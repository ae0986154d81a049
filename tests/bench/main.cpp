// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/bench_kit.h"
#include "tests/bench/benches.h"

#include <array>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>

namespace isotherm::bench
{
namespace
{

/// What is measured by a function of this program, or by a program of its own beside it.
struct Bench
{
    const char* name;
    const char* what;
    Status (*run)() = nullptr;
    const char* sibling = nullptr; ///< program and arguments; prints its lines itself
};

constexpr auto kBenches = std::to_array<Bench>({
    {"full", "full backups of 8 shards against a pipe of standard tools and pg_dump", &benchFull},
    {"rows", "1,000 rows by key out of millions", &benchRows1000},
    {"one-shard", "one shard against zstd -d | COPY FREEZE + primary key", &benchOneShard},
    {"shard-of-n", "one shard of 16, 64 and 256 against pg_restore -t", &benchShardOfMany},
    {"increment", "an increment of 6,000 rows in 1 of 16 shards", &benchIncrement},
    {"merge", "restoring to a point in time: merging versions", nullptr, "merge"},
    {"codec", "the repository's codec alone", nullptr, "codec"},
    {"capture-cost", "pgbench with and without capture, and beside pg_dump", nullptr, "capture"},
    {"heatmap", "painting 10,000 shards x 1,440 columns", nullptr, "heatmap"},
    {"forecast-cost", "forecasting 10,000 shards", nullptr, "forecast"},
    {"attribution", "reads divided over cells, against the truth", nullptr, "attribution"},
    {"collect-cost", "pgbench with and without collectors", nullptr, "attribution collect-cost"},
    {"planner", "sharding decisions on simulated load: latency, balance, reversals, prediction",
     nullptr, "planner"},
    {"cutover", "an online split against one transaction", nullptr, "cutover"},
});

Status runSibling(const char* sibling)
{
    const std::filesystem::path folder =
        std::filesystem::read_symlink("/proc/self/exe").parent_path();
    const std::string program = "isotherm-bench-" + std::string(sibling);
    const int code =
        std::system(("QT_QPA_PLATFORM=offscreen '" + folder.string() + "'/" + program).c_str());
    return code == 0 ? Status() : Status(makeError(Code::Internal, program + " failed"));
}

int runNamed(const char* name)
{
    for (const Bench& bench : kBenches) {
        if (std::strcmp(bench.name, name) != 0) {
            continue;
        }
        const Status status = bench.run != nullptr ? bench.run() : runSibling(bench.sibling);
        if (!status.ok()) {
            std::fprintf(stderr, "bench %s: %s\n", name, status.error().text().c_str());
            return 1;
        }
        return 0;
    }
    std::fprintf(stderr, "there is no bench \"%s\"\nhint: isotherm-bench --list\n", name);
    return 2;
}

} // namespace

} // namespace isotherm::bench

int main(int argc, char** argv)
{
    if (argc < 2 || std::strcmp(argv[1], "--list") == 0) {
        for (const auto& bench : isotherm::bench::kBenches) {
            std::printf("%-14s %s\n", bench.name, bench.what);
        }
        return 0;
    }
    for (int i = 1; i < argc; ++i) {
        if (const int code = isotherm::bench::runNamed(argv[i]); code != 0) {
            return code;
        }
    }
    return 0;
}
