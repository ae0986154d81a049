// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/planner/shard_simulation.h"

#include <algorithm>
#include <set>

namespace isotherm::bench
{
namespace
{

using namespace sharding;

constexpr std::chrono::seconds kStep{10};
constexpr std::chrono::seconds kChangeTakes{60};
constexpr std::uint64_t kStepsAMinute = 6;
constexpr std::uint64_t kStepsTenMinutes = 60;

const Key& keyOfCell(std::size_t cell)
{
    static const std::vector<Key> kKeys = [] {
        std::vector<Key> keys;
        for (std::size_t i = 0; i <= ShardSimulation::kCells; ++i) {
            std::string encoded;
            appendKeyInteger(encoded, static_cast<std::int64_t>(i));
            keys.emplace_back(encoded);
        }
        return keys;
    }();
    return kKeys[cell];
}

std::size_t cellOfKey(const Key& key)
{
    std::size_t cell = 0;
    while (cell < ShardSimulation::kCells && keyOfCell(cell) < key) {
        ++cell;
    }
    return cell;
}

void push(std::vector<float>& values, float value)
{
    values.erase(values.begin());
    values.push_back(value);
}

} // namespace

ShardSimulation::ShardSimulation(std::size_t shards, Load load)
    : m_load(std::move(load)), m_now(fromUnixMicros(1'790'000'000'000'000)), m_start(m_now),
      m_tracker(m_policy.window), m_minutes(kCells, std::vector<float>(60, 0)),
      m_tens(kCells, std::vector<float>(144, 0))
{
    for (std::size_t i = 0; i < shards; ++i) {
        m_shards.push_back({m_nextId++, i * kCells / shards, (i + 1) * kCells / shards,
                            m_now - std::chrono::hours(48)});
    }
}

void ShardSimulation::run(std::chrono::seconds duration)
{
    const WallTime end = m_now + duration;
    while (m_now < end) {
        step();
    }
}

void ShardSimulation::step()
{
    const auto since = std::chrono::floor<std::chrono::seconds>(m_now - m_start);
    std::vector<double> loads(kCells);
    for (std::size_t cell = 0; cell < kCells; ++cell) {
        loads[cell] = m_load(cell, since);
        float& minute = m_minutes[cell].back();
        minute = std::max(minute, static_cast<float>(loads[cell]));
        m_tens[cell].back() +=
            static_cast<float>(loads[cell] / static_cast<double>(kStepsTenMinutes));
    }
    m_now += kStep;
    ++m_steps;
    for (const Shard& shard : m_shards) {
        double load = 0;
        for (std::size_t cell = shard.begin; cell < shard.end; ++cell) {
            load += loads[cell];
        }
        m_tracker.add(ShardId(shard.id), m_now, load);
    }
    for (std::size_t cell = 0; cell < kCells; ++cell) {
        if (m_steps % kStepsAMinute == 0) {
            push(m_minutes[cell], 0);
        }
        if (m_steps % kStepsTenMinutes == 0) {
            push(m_tens[cell], 0);
        }
    }
    const std::vector<Pending> pending = m_pending;
    std::erase_if(m_pending, [this](const Pending& change) { return change.at <= m_now; });
    for (const Pending& change : pending) {
        if (change.at <= m_now) {
            apply(change);
        }
    }
    const Look look = m_steps % (5 * kStepsAMinute) == 0 ? Look::SplitsAndMerges : Look::Splits;
    carryOut(decide(state(look), look));
}

ShardFacts ShardSimulation::factsOf(const Shard& shard, Look look) const
{
    ShardFacts facts;
    facts.id = ShardId(shard.id);
    facts.keyspace = "orders";
    facts.node = "db1";
    facts.range = {keyOfCell(shard.begin), keyOfCell(shard.end)};
    facts.keyTypes = {KeyType::Integer};
    facts.rows = 100'000 * (shard.end - shard.begin);
    facts.size = ByteCount(200'000'000 * (shard.end - shard.begin));
    facts.created = shard.born;
    facts.changing = std::any_of(m_pending.begin(), m_pending.end(), [&shard](const Pending& p) {
        return std::find(p.sources.begin(), p.sources.end(), shard.id) != p.sources.end();
    });
    m_tracker.fill(facts);
    double total = 0;
    for (std::size_t cell = shard.begin; cell < shard.end && facts.decayed.halfMinute > 0.5;
         ++cell) {
        KeyBar bar;
        bar.from = keyOfCell(cell);
        bar.loadShare = static_cast<double>(m_minutes[cell][59]) +
                        static_cast<double>(m_minutes[cell][58]) + 1e-9;
        total += bar.loadShare;
        facts.keys.bars.push_back(std::move(bar));
    }
    for (KeyBar& bar : facts.keys.bars) {
        bar.loadShare /= total;
    }
    facts.keys.observations = 10'000;
    if (look == Look::SplitsAndMerges) { // the current buckets are not finished
        facts.lastHour.assign(59, 0);
        facts.lastSeason.assign(143, 0);
        for (std::size_t cell = shard.begin; cell < shard.end; ++cell) {
            for (std::size_t i = 0; i < facts.lastHour.size(); ++i) {
                facts.lastHour[i] += m_minutes[cell][i];
            }
            for (std::size_t i = 0; i < facts.lastSeason.size(); ++i) {
                facts.lastSeason[i] += m_tens[cell][i];
            }
        }
    }
    return facts;
}

ShardingState ShardSimulation::state(Look look) const
{
    ShardingState state;
    state.now = m_now;
    state.policy = m_policy;
    state.history = m_history;
    NodeFacts node{0.6, 0, std::nullopt};
    for (const Shard& shard : m_shards) {
        state.shards.push_back(factsOf(shard, look));
        node.load += state.shards.back().decayed.halfMinute;
    }
    state.nodes["db1"] = node;
    state.changesLastHour = static_cast<std::uint32_t>(
        std::count_if(m_history.begin(), m_history.end(), [this](const PastChange& change) {
            return change.when + std::chrono::hours(1) > m_now;
        }));
    return state;
}

void ShardSimulation::carryOut(const Decisions& decisions)
{
    const auto find = [this](ShardId id) {
        return *std::find_if(m_shards.begin(), m_shards.end(),
                             [id](const Shard& shard) { return shard.id == id.get(); });
    };
    for (const SplitPlan& plan : decisions.splits) {
        const Shard shard = find(plan.shard);
        Pending change{m_now + kChangeTakes, {shard.id}, {shard.begin}};
        for (const Key& cut : plan.cuts.cuts) {
            change.bounds.push_back(cellOfKey(cut));
        }
        change.bounds.push_back(shard.end);
        m_pending.push_back(std::move(change));
    }
    for (const MergePlan& plan : decisions.merges) {
        const Shard left = find(plan.shards[0]);
        const Shard right = find(plan.shards[1]);
        m_pending.push_back({m_now + kChangeTakes, {left.id, right.id}, {left.begin, right.end}});
    }
}

void ShardSimulation::apply(const Pending& change)
{
    std::erase_if(m_shards, [&change](const Shard& shard) {
        return std::find(change.sources.begin(), change.sources.end(), shard.id) !=
               change.sources.end();
    });
    for (std::size_t i = 0; i + 1 < change.bounds.size(); ++i) {
        m_shards.push_back({m_nextId++, change.bounds[i], change.bounds[i + 1], m_now});
    }
    std::sort(m_shards.begin(), m_shards.end(),
              [](const Shard& a, const Shard& b) { return a.begin < b.begin; });
    m_history.push_back({change.sources.size() > 1 ? ChangeKind::Merge : ChangeKind::Split,
                         "orders",
                         {keyOfCell(change.bounds.front()), keyOfCell(change.bounds.back())},
                         m_now});
}

std::vector<WallTime> ShardSimulation::reversalTimes(const KeyRange& range) const
{
    std::vector<WallTime> times;
    std::optional<ChangeKind> last;
    for (const PastChange& change : m_history) {
        if (change.range.overlaps(range)) {
            if (last && *last != change.kind) {
                times.push_back(change.when);
            }
            last = change.kind;
        }
    }
    return times;
}

std::size_t ShardSimulation::reversals() const
{
    std::set<WallTime> times;
    for (std::size_t cell = 0; cell < kCells; ++cell) {
        const auto of = reversalTimes({keyOfCell(cell), keyOfCell(cell + 1)});
        times.insert(of.begin(), of.end());
    }
    return times.size();
}

std::size_t ShardSimulation::reversalsADay() const
{
    std::size_t most = 0;
    for (std::size_t cell = 0; cell < kCells; ++cell) {
        const auto times = reversalTimes({keyOfCell(cell), keyOfCell(cell + 1)});
        for (std::size_t i = 0; i < times.size(); ++i) {
            const auto end =
                std::lower_bound(times.begin(), times.end(), times[i] + std::chrono::hours(24));
            most = std::max(most, static_cast<std::size_t>(
                                      end - (times.begin() + static_cast<std::ptrdiff_t>(i))));
        }
    }
    return most;
}

} // namespace isotherm::bench
