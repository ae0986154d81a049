// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/bench_kit.h"

#include "tests/harness/process.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>

namespace isotherm::bench
{
namespace
{

double seconds(const timeval& time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

double ownCpu(int who)
{
    rusage usage{};
    ::getrusage(who, &usage);
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct ProcessTimes
{
    long parent = 0;
    double own = 0;
    double endedChildren = 0;
};

/// /proc/PID/stat: fields 4 (parent), 14–15 (own ticks), 16–17 (of children that ended).
ProcessTimes timesOf(const std::filesystem::path& process)
{
    std::ifstream file(process / "stat");
    std::string text;
    std::getline(file, text);
    ProcessTimes times;
    const std::size_t name = text.rfind(')');
    if (name == std::string::npos) {
        return times;
    }
    std::istringstream fields(text.substr(name + 2));
    std::vector<std::string> values;
    for (std::string value; fields >> value;) {
        values.push_back(value);
    }
    if (values.size() < 15) {
        return times;
    }
    const double tick = 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
    times.parent = std::stol(values[1]);
    times.own = (std::stod(values[11]) + std::stod(values[12])) * tick;
    times.endedChildren = (std::stod(values[13]) + std::stod(values[14])) * tick;
    return times;
}

std::uint64_t numberFromEnvironment(const char* name, std::uint64_t fallback)
{
    const char* text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : fallback;
}

} // namespace

void print(const Measurement& measurement)
{
    nlohmann::ordered_json line = {
        {"bench", measurement.bench}, {"metric", measurement.metric},
        {"unit", measurement.unit},   {"ours", measurement.ours},
        {"peer", measurement.peer},   {"peer_name", measurement.peerName}};
    line["ratio"] = measurement.peer > 0
                        ? nlohmann::ordered_json(measurement.ours / measurement.peer)
                        : nlohmann::ordered_json(nullptr);
    line["n"] = measurement.n;
    std::printf("%s\n", line.dump().c_str());
    std::fflush(stdout);
}

void tell(const std::string& line)
{
    std::fprintf(stderr, "bench: %s\n", line.c_str());
}

double median(std::vector<double> values)
{
    if (values.empty()) {
        return 0;
    }
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double CostMeter::cpuNow()
{
    double total = ownCpu(RUSAGE_SELF) + ownCpu(RUSAGE_CHILDREN);
    const auto postmaster = m_cluster.server().pid();
    if (!postmaster) {
        return total;
    }
    const ProcessTimes server = timesOf("/proc/" + std::to_string(*postmaster));
    total += server.own + server.endedChildren;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") == std::string::npos) {
            const ProcessTimes times = timesOf(entry.path());
            total += times.parent == *postmaster ? times.own + times.endedChildren : 0;
        }
    }
    return total;
}

Result<Cost> CostMeter::measure(const std::function<Status()>& work)
{
    const double cpuBefore = cpuNow();
    const auto before = std::chrono::steady_clock::now();
    ISO_TRY(work());
    Cost cost;
    cost.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
    cost.cpuSeconds = cpuNow() - cpuBefore;
    return cost;
}

Status runShell(const std::string& script)
{
    test::ProcessOptions options;
    options.program = "bash";
    options.arguments = {"-c", "set -euo pipefail\n" + script};
    ISO_ASSIGN(const test::ProcessResult result,
               test::Process::run(options, std::chrono::minutes(20)));
    if (result.exitCode != 0) {
        return makeError(Code::Internal, "script failed: " + result.standardError);
    }
    return {};
}

double folderBytes(const std::string& folder)
{
    double bytes = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        bytes += entry.is_regular_file() ? static_cast<double>(entry.file_size()) : 0.0;
    }
    return bytes;
}

std::uint64_t benchRows(std::uint64_t fallback)
{
    return numberFromEnvironment("ISOTHERM_BENCH_ROWS", fallback);
}

std::size_t benchRepeats()
{
    return numberFromEnvironment("ISOTHERM_BENCH_REPEATS", 5);
}

Result<std::unique_ptr<test::PgCluster>> startBenchCluster(const std::string& walLevel)
{
    test::PgClusterOptions options;
    options.settings = {{"shared_buffers", "2GB"},
                        {"max_wal_size", "16GB"},
                        {"maintenance_work_mem", "256MB"},
                        {"checkpoint_timeout", "30min"},
                        {"autovacuum", "off"},
                        {"wal_level", walLevel}};
    return test::PgCluster::start(options);
}

} // namespace isotherm::bench
