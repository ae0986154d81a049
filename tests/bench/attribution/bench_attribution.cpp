// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/attribution/attribution_world.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
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

/// Transactions a second as pgbench prints them.
Result<double> tps(AttributionWorld& world, int seconds)
{
    ISO_ASSIGN(const std::string output,
               world.cluster().tool("pgbench", {"-n", "-S", "-M", "prepared", "-c", "4", "-T",
                                                std::to_string(seconds)}));
    const std::size_t at = output.find("tps = ");
    if (at == std::string::npos) {
        return makeError(Code::Internal, "pgbench printed no tps");
    }
    return std::stod(output.substr(at + 6));
}

/// What the agent does all the time: counters every second (as when somebody watches), the log.
class Collectors
{
public:
    explicit Collectors(AttributionWorld& world)
        : m_thread([this, &world](const std::stop_token& stop) {
              std::vector<std::uint64_t> leaves;
              for (const engine::ShardLayout& shard : world.keyspace().layout.shards) {
                  leaves.push_back(shard.leaves.front().objectId);
              }
              while (!stop.stop_requested()) {
                  m_failed =
                      m_failed || !world.engine().sampleAccess(leaves).ok() || !world.follow().ok();
                  std::this_thread::sleep_for(std::chrono::seconds(1));
              }
          })
    {
    }
    [[nodiscard]] bool failed() const { return m_failed; }

private:
    std::atomic<bool> m_failed{false};
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

/// Pairs of runs one after the other, in turns first; and pairs without collectors for the noise.
Status benchCollectCost()
{
    AttributionWorld::Options options;
    options.sampleRate = 0.01;
    ISO_ASSIGN(const auto world, AttributionWorld::make(options));
    ISO_TRY(world->cluster().tool("pgbench", {"-i", "-q", "-s", "5"}));
    ISO_TRY(world->run({.spread = Spread::Uniform, .mode = "prepared", .transactions = 20'000}));
    constexpr int kPairs = 10;
    constexpr int kSeconds = 8;
    std::vector<double> ratios;
    std::vector<double> noise;
    for (int pair = 0; pair < kPairs; ++pair) {
        double with = 0;
        double without = 0;
        double again = 0;
        for (int step = 0; step < 3; ++step) {
            const int what = (step + pair) % 3;
            ISO_TRY(setSampling(*world, what == 0 ? 0.01 : 0));
            std::unique_ptr<Collectors> collectors =
                what == 0 ? std::make_unique<Collectors>(*world) : nullptr;
            ISO_ASSIGN(const double rate, tps(*world, kSeconds));
            if (collectors && collectors->failed()) {
                return makeError(Code::Internal, "a collector failed");
            }
            (what == 0 ? with : what == 1 ? without : again) = rate;
        }
        ratios.push_back(1 - with / without);
        noise.push_back(std::abs(1 - again / without));
    }
    std::printf("{\"bench\":\"collect-cost\",\"metric\":\"lost throughput, median of %d pairs\","
                "\"unit\":\"ratio\",\"ours\":%.4f,\"peer\":%.2f,\"peer_name\":\"budget\",\"n\":%d,"
                "\"noise\":%.4f}\n",
                kPairs, medianOf(ratios), kBudgetCost, kPairs, medianOf(noise));
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
