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

struct Bench
{
    const char* name;
    const char* what;
    Status (*run)();
};

constexpr std::array<Bench, 8> kBenches = {{
    {"full", "full backups of 8 shards against a pipe of standard tools and pg_dump", &benchFull},
    {"rows", "1,000 rows by key out of millions", &benchRows1000},
    {"one-shard", "one shard against zstd -d | COPY FREEZE + primary key", &benchOneShard},
    {"shard-of-n", "one shard of 16, 64 and 256 against pg_restore -t", &benchShardOfMany},
    {"increment", "an increment of 6,000 rows in 1 of 16 shards", &benchIncrement},
    {"heatmap", "painting 10,000 shards x 1,440 columns", &benchHeatmap},
    {"capture-cost", "pgbench with and without capture, and beside pg_dump", &benchCapture},
    {"codec", "the repository's codec alone", &benchCodec},
    {"planner", "sharding decisions on simulated load: latency, balance, reversals, prediction",
     &benchPlanner},
}};

/// Benches with a program of their own print their lines themselves.
Status runSibling(const char* program)
{
    const std::filesystem::path path =
        std::filesystem::read_symlink("/proc/self/exe").parent_path() / program;
    const int code = std::system(("QT_QPA_PLATFORM=offscreen '" + path.string() + "'").c_str());
    return code == 0 ? Status() : Status(makeError(Code::Internal, path.string() + " failed"));
}

int runNamed(const char* name)
{
    for (const Bench& bench : kBenches) {
        if (std::strcmp(bench.name, name) != 0) {
            continue;
        }
        const Status status = bench.run();
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

Status benchHeatmap()
{
    return runSibling("bench-heatmap");
}

Status benchCapture()
{
    return runSibling("bench-capture");
}

Status benchCodec()
{
    return runSibling("bench-codec");
}

Status benchPlanner()
{
    return runSibling("isotherm-bench-planner");
}

} // namespace isotherm::bench

int main(int argc, char** argv)
{
    if (argc < 2 || std::strcmp(argv[1], "--list") == 0) {
        for (const auto& bench : isotherm::bench::kBenches) {
            std::printf("%-10s %s\n", bench.name, bench.what);
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
