// SPDX-License-Identifier: Apache-2.0
#include "agent/sharding/decide.h"
#include "agent/sharding/key_loads.h"
#include "agent/sharding/load.h"
#include "tests/bench/planner/measures.h"
#include "tests/harness/keys.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace isotherm::bench
{
namespace
{

using namespace sharding;

constexpr WallTime kStart = fromUnixMicros(1'790'000'000'000'000);
constexpr int kRounds = 300;

using test::keyOf;

ShardFacts hotShard()
{
    ShardFacts shard;
    shard.id = ShardId(7);
    shard.keyspace = "orders";
    shard.node = "db1";
    shard.range = {keyOf(0), keyOf(10'000)};
    shard.keyTypes = {KeyType::Integer};
    shard.rows = 1'000'000;
    shard.size = ByteCount(1'000'000'000);
    shard.keys.observations = 10'000;
    for (int i = 0; i < 100; ++i) {
        KeyBar bar;
        bar.from = keyOf(i * 100);
        bar.loadShare = 0.01;
        shard.keys.bars.push_back(bar);
    }
    return shard;
}

bool splits(ShardFacts shard, const LoadTracker& tracker, WallTime now)
{
    tracker.fill(shard);
    ShardingState state;
    state.now = now;
    state.nodes["db1"] = {0.6, shard.decayed.halfMinute, std::nullopt};
    state.shards = {std::move(shard)};
    return !decide(state, Look::Splits).splits.empty();
}

/// Seconds from the first hot one to the decision. Two seconds of the first twelve are dips; none
/// before the load came may be taken for hot.
double secondsToDecision(std::mt19937_64& random, int& falseAlarms)
{
    const ShardFacts shard = hotShard();
    std::lognormal_distribution<double> noise(0, 0.15);
    const double before = std::uniform_real_distribution<double>(0.1, 0.7)(random);
    const double after = std::uniform_real_distribution<double>(1.4, 2.5)(random);
    const int quiet = 30 + static_cast<int>(random() % 60);
    int dips[2] = {static_cast<int>(random() % 12), 0};
    do {
        dips[1] = static_cast<int>(random() % 12);
    } while (dips[1] == dips[0]);
    LoadTracker tracker(Policy().window);
    for (int second = 0; second < quiet + 60; ++second) {
        const int hotFor = second - quiet;
        const bool dip = hotFor >= 0 && (hotFor % 12 == dips[0] || hotFor % 12 == dips[1]);
        const double level = hotFor < 0 ? before : dip ? 0.5 : after;
        const double load = std::clamp(noise(random), 0.75, 1.4) * level;
        const WallTime now = kStart + std::chrono::seconds(second + 1);
        tracker.add(shard.id, now, load);
        if (splits(shard, tracker, now)) {
            falseAlarms += hotFor < 0 ? 1 : 0;
            return hotFor + 1;
        }
    }
    return 999;
}

/// Load by key after Zipf, no key with a quarter of it, in random order.
std::vector<double> zipfWeights(std::mt19937_64& random, std::size_t keys)
{
    const double exponent = std::uniform_real_distribution<double>(0.0, 1.05)(random);
    std::vector<double> weights(keys);
    double sum = 0;
    for (std::size_t i = 0; i < keys; ++i) {
        weights[i] = 1 / std::pow(static_cast<double>(i + 5), exponent);
        sum += weights[i];
    }
    for (double& weight : weights) {
        weight /= sum;
    }
    std::shuffle(weights.begin(), weights.end(), random);
    return weights;
}

/// |L - R| / (L + R) of the true load, after a cut that knew 20,000 sampled accesses.
double balanceOfHalves(std::mt19937_64& random)
{
    const std::size_t keys = 10'000;
    const std::vector<double> weights = zipfWeights(random, keys);
    std::discrete_distribution<std::int64_t> pick(weights.begin(), weights.end());
    heat::KeySketchOptions options;
    options.seed = random();
    heat::KeySketch sketch(options);
    for (int i = 0; i < 20'000; ++i) {
        sketch.add(i % 2 == 0 ? heat::KeyUse::Reads : heat::KeyUse::Writes, keyOf(pick(random)), 1,
                   kStart + std::chrono::milliseconds(i * 6));
    }
    const KeyLoads loads =
        keyLoadsOf(sketch, {keyOf(0), keyOf(static_cast<std::int64_t>(keys))}, {KeyType::Integer});
    const CutAnswer answer = chooseCuts(loads, {2, {}}, {});
    if (!answer.plan || answer.plan->cuts.size() != 1) {
        return 1;
    }
    double left = 0;
    for (std::size_t i = 0; i < keys && keyOf(static_cast<std::int64_t>(i)) < answer.plan->cuts[0];
         ++i) {
        left += weights[i];
    }
    return std::abs(2 * left - 1);
}

} // namespace

void measureReactive()
{
    std::mt19937_64 random(20);
    std::vector<double> latency;
    int falseAlarms = 0;
    for (int round = 0; round < kRounds; ++round) {
        latency.push_back(secondsToDecision(random, falseAlarms));
    }
    print("hot to decision, two dips in twelve, slowest", "s", percentile(latency, 1), 12, kRounds);
    print("hot to decision, median", "s", percentile(latency, 0.5), 12, kRounds);
    print("decisions before the load came", "", falseAlarms, 0, kRounds);
    std::vector<double> balance;
    for (int round = 0; round < kRounds; ++round) {
        balance.push_back(balanceOfHalves(random));
    }
    print("balance |L-R|/(L+R), median", "", percentile(balance, 0.5), 0.05, kRounds);
    print("balance |L-R|/(L+R), p95", "", percentile(balance, 0.95), 0.12, kRounds);
}

} // namespace isotherm::bench
