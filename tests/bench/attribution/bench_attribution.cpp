// SPDX-License-Identifier: Apache-2.0
#include "agent/attribution/sample_advice.h"
#include "tests/bench/attribution/attribution_world.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <numeric>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

/// isotherm-bench-attribution [attribution|collect-cost]: how true the division of reads over cells
/// is, and what the collectors cost the server.
namespace isotherm::bench
{
namespace
{

constexpr double kBudgetDistance = 0.05;
constexpr double kBudgetCost = 0.01;

Status benchAttribution()
{
    AttributionWorld::Options options;
    ISO_ASSIGN(const auto world, AttributionWorld::make(options));
    for (const Spread spread : {Spread::Uniform, Spread::Zipf, Spread::Moving}) {
        for (const char* mode : {"simple", "extended", "prepared"}) {
            ISO_ASSIGN(const AttributionOutcome outcome,
                       world->run({.spread = spread, .mode = mode, .transactions = 300'000}));
            std::printf(
                "{\"bench\":\"attribution\",\"metric\":\"total variation, %s, %s\",\"unit\":"
                "\"ratio\",\"ours\":%.4f,\"peer\":%.2f,\"peer_name\":\"budget\",\"n\":%llu,"
                "\"attributed\":%.3f}\n",
                spreadName(spread), mode, outcome.distance, kBudgetDistance,
                static_cast<unsigned long long>(outcome.statements), outcome.attributedShare);
            std::fflush(stdout);
        }
    }
    return {};
}

double medianOf(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// Seconds that this machine's cores were busy, the time that its host took from it left out.
double busySeconds()
{
    std::ifstream stat("/proc/stat");
    std::string label;
    std::array<double, 7> ticks{}; // user, nice, system, idle, iowait, irq, softirq
    stat >> label;
    for (double& one : ticks) {
        stat >> one;
    }
    const double all = std::accumulate(ticks.begin(), ticks.end(), 0.0);
    return (all - ticks[3] - ticks[4]) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

struct Speed
{
    double tps = 0;
    double cpu = 0; ///< µs of the whole machine per transaction: agent, server and clients
};

/// Transactions a second as pgbench prints them.
Result<Speed> speed(AttributionWorld& world, int seconds)
{
    const double before = busySeconds();
    ISO_ASSIGN(const std::string output,
               world.cluster().tool("pgbench", {"-n", "-S", "-M", "prepared", "-c", "4", "-T",
                                                std::to_string(seconds)}));
    const double used = busySeconds() - before;
    const std::size_t at = output.find("tps = ");
    if (at == std::string::npos) {
        return makeError(Code::Internal, "pgbench printed no tps");
    }
    const double tps = std::stod(output.substr(at + 6));
    return Speed{tps, used * 1e6 / (tps * seconds)};
}

/// What the agent does all the time: counters every second (as when somebody watches), the log.
class Collectors
{
public:
    explicit Collectors(AttributionWorld& world)
        : m_begin(std::chrono::steady_clock::now()),
          m_thread([this, &world](const std::stop_token& stop) {
              std::vector<std::uint64_t> leaves;
              for (const engine::ShardLayout& shard : world.keyspace().layout.shards) {
                  leaves.push_back(shard.leaves.front().objectId);
              }
              while (!stop.stop_requested()) {
                  collect(world, leaves);
                  std::this_thread::sleep_for(std::chrono::seconds(1));
              }
          })
    {
    }
    [[nodiscard]] bool failed() const { return m_failed; }

    /// Shares of a core: of this side, and of the server's session that answers us.
    struct Shares
    {
        double ours = 0;
        double servers = 0;
    };
    [[nodiscard]] Shares shares() const
    {
        const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - m_begin;
        return {m_cpu.load() / passed.count(), m_server.load() / passed.count()};
    }

private:
    void collect(AttributionWorld& world, const std::vector<std::uint64_t>& leaves)
    {
        const auto sample = world.engine().sampleAccess(leaves);
        m_failed = m_failed || !sample.ok() || !world.follow().ok();
        m_server =
            m_server + (sample.ok() ? std::chrono::duration<double>(sample->cost).count() : 0);
        std::timespec used{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
        m_cpu = static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
    }

    const std::chrono::steady_clock::time_point m_begin;
    std::atomic<bool> m_failed{false};
    std::atomic<double> m_cpu{0};
    std::atomic<double> m_server{0};
    std::jthread m_thread;
};

Status setSampling(AttributionWorld& world, double rate)
{
    ISO_TRY(world.cluster().exec("alter system set log_statement_sample_rate = " +
                                 std::to_string(rate)));
    ISO_TRY(world.cluster().exec("alter system set log_min_duration_sample = " +
                                 std::string(rate > 0 ? "0" : "-1")));
    ISO_TRY(world.cluster().exec("select pg_reload_conf()"));
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    return {};
}

/// What the collectors cost in pairs of runs, and how far runs without them differ.
class CostRatios
{
public:
    void add(double cost, double difference)
    {
        m_costs.push_back(cost);
        m_noise.push_back(difference);
    }
    /// With the standard error of the mean of that many pairs, by those without collectors.
    void print(const char* metric) const
    {
        const auto pairs = static_cast<double>(m_costs.size());
        const double mean = std::accumulate(m_costs.begin(), m_costs.end(), 0.0) / pairs;
        double squares = 0;
        for (const double difference : m_noise) {
            squares += difference * difference;
        }
        std::printf(
            "{\"bench\":\"collect-cost\",\"metric\":\"%s\",\"unit\":\"ratio\",\"ours\":%.4f,"
            "\"peer\":%.2f,\"peer_name\":\"budget\",\"n\":%zu,\"mean\":%.4f,"
            "\"standard_error\":%.4f}\n",
            metric, medianOf(m_costs), kBudgetCost, m_costs.size(), mean,
            std::sqrt(squares / pairs / pairs));
    }

private:
    std::vector<double> m_costs;
    std::vector<double> m_noise;
};

/// Pairs of runs one after the other, in turns first; and pairs without collectors for the noise.
Status benchCollectCost()
{
    AttributionWorld::Options options;
    options.sampleRate = 0.01;
    ISO_ASSIGN(const auto world, AttributionWorld::make(options));
    ISO_TRY(world->cluster().tool("pgbench", {"-i", "-q", "-s", "5"}));
    ISO_TRY(world->run({.spread = Spread::Uniform, .mode = "prepared", .transactions = 20'000}));
    ISO_TRY(setSampling(*world, 0));
    constexpr int kPairs = 60; // short ones: the machine's speed changes by the minute
    constexpr int kSeconds = 2;
    ISO_ASSIGN(const Speed alone, speed(*world, 2 * kSeconds));
    const double rate = attribution::SampleAdvice::kEnough / alone.tps;
    std::printf("{\"bench\":\"collect-cost\",\"metric\":\"sampling rate\",\"unit\":\"ratio\","
                "\"ours\":%.5f,\"peer\":null,\"peer_name\":\"\",\"n\":1}\n",
                rate);
    CostRatios throughput;
    CostRatios ofSampling;
    CostRatios cpu;
    std::vector<double> ours;
    std::vector<double> servers;
    for (int pair = 0; pair < kPairs; ++pair) {
        std::array<Speed, 4> speeds; // with, without, without once more, log sampled for nobody
        for (std::size_t step = 0; step < speeds.size(); ++step) {
            const std::size_t what = (step + static_cast<std::size_t>(pair)) % speeds.size();
            ISO_TRY(setSampling(*world, what == 0 || what == 3 ? rate : 0));
            std::unique_ptr<Collectors> collectors =
                what == 0 ? std::make_unique<Collectors>(*world) : nullptr;
            ISO_ASSIGN(speeds[what], speed(*world, kSeconds));
            if (collectors && collectors->failed()) {
                return makeError(Code::Internal, "a collector failed");
            }
            if (collectors) {
                ours.push_back(collectors->shares().ours);
                servers.push_back(collectors->shares().servers);
            }
        }
        const auto& [with, without, again, sampled] = speeds;
        throughput.add(1 - with.tps / without.tps, 1 - again.tps / without.tps);
        ofSampling.add(1 - sampled.tps / without.tps, 1 - again.tps / without.tps);
        cpu.add(with.cpu / without.cpu - 1, again.cpu / without.cpu - 1);
    }
    throughput.print("lost throughput");
    ofSampling.print("lost throughput, log sampled by the server and read by nobody");
    cpu.print("CPU of the whole machine per transaction, added");
    std::printf("{\"bench\":\"collect-cost\",\"metric\":\"of it the collectors' thread\",\"unit\":"
                "\"cores\",\"ours\":%.4f,\"peer\":null,\"peer_name\":\"\",\"n\":%zu}\n"
                "{\"bench\":\"collect-cost\",\"metric\":\"of it the server's answers\",\"unit\":"
                "\"cores\",\"ours\":%.4f,\"peer\":null,\"peer_name\":\"\",\"n\":%zu}\n",
                medianOf(ours), ours.size(), medianOf(servers), servers.size());
    return {};
}

} // namespace
} // namespace isotherm::bench

int main(int argc, char** argv)
{
    const bool cost = argc > 1 && std::strcmp(argv[1], "collect-cost") == 0;
    const isotherm::Status status =
        cost ? isotherm::bench::benchCollectCost() : isotherm::bench::benchAttribution();
    if (!status.ok()) {
        std::fprintf(stderr, "isotherm-bench-attribution: %s\n", status.error().text().c_str());
        return 1;
    }
    return 0;
}
