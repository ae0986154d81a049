// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/sharding_view.h"

#include "agent/sharding/lifecycle.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <thread>
#include <utility>

namespace isotherm::runtime
{
namespace
{

using sharding::ShardFacts;
using sharding::ShardingState;

constexpr double kDetailAbove = 0.8;
constexpr auto kKeysGoodFor = std::chrono::minutes(10);
constexpr auto kNodeGoodFor = std::chrono::seconds(10);

/// Rates to loads; what was not measured stays so.
std::vector<float> toLoads(const std::vector<float>& rates, double limit)
{
    std::vector<float> loads;
    loads.reserve(rates.size());
    for (const float rate : rates) {
        loads.push_back(static_cast<float>(static_cast<double>(rate) / limit));
    }
    return loads;
}

std::vector<ShardId> idsOf(const std::vector<ShardFacts>& shards)
{
    std::vector<ShardId> ids;
    ids.reserve(shards.size());
    for (const ShardFacts& shard : shards) {
        ids.push_back(shard.id);
    }
    return ids;
}

} // namespace

ShardingView::ShardingView(Parts parts, Sources sources, sharding::Policy policy,
                           std::uint32_t nodeCores)
    : m_parts(parts), m_sources(std::move(sources)),
      m_nodeCores(nodeCores > 0 ? nodeCores : std::max(1U, std::thread::hardware_concurrency())),
      m_policy(std::move(policy)), m_tracker(m_policy.window)
{
}

void ShardingView::setPolicy(const sharding::Policy& policy)
{
    const std::lock_guard lock(m_mutex);
    m_policy = policy;
}

sharding::Policy ShardingView::policy() const
{
    const std::lock_guard lock(m_mutex);
    return m_policy;
}

double ShardingView::hottest() const
{
    const std::lock_guard lock(m_mutex);
    return m_hottest;
}

std::vector<ShardFacts> ShardingView::shards() const
{
    std::vector<ShardFacts> shards;
    for (const auto& keyspace : m_parts.topology.keyspaces()) {
        for (std::size_t i = 0; i < keyspace->shards.size(); ++i) {
            const ShardRecord& record = keyspace->shards[i];
            ShardFacts shard;
            shard.id = record.id;
            shard.keyspace = record.keyspace;
            shard.node = record.node;
            shard.range = record.range;
            shard.rangeText = record.rangeText;
            shard.keyTypes = keyspace->layout.keyTypes;
            shard.isDefault = record.isDefault;
            shard.rows = keyspace->layout.shards[i].rows;
            shard.size = keyspace->layout.shards[i].size;
            shards.push_back(std::move(shard));
        }
    }
    return shards;
}

Result<bool> ShardingView::observe()
{
    constexpr auto kFurthestBack = std::chrono::minutes(5);
    const auto newest = m_parts.heat.newest();
    if (!newest) {
        return false;
    }
    const std::vector<ShardFacts> all = shards();
    const std::lock_guard lock(m_mutex);
    const WallTime to = std::chrono::floor<std::chrono::seconds>(*newest);
    if (m_fed && *m_fed > to) {
        m_fed.reset(); // the clock went back
    }
    const WallTime from = std::max(m_fed.value_or(to - m_policy.window * std::chrono::seconds(1)),
                                   to - kFurthestBack);
    if (from >= to || all.empty()) {
        return false;
    }
    const std::vector<ShardId> series = idsOf(all);
    ISO_ASSIGN(const std::vector<heat::HeatSeries> rates,
               m_parts.heat.series(HeatMetric::Rows, {std::chrono::seconds(1), from, to}, series));
    m_hottest = 0;
    for (std::size_t i = 0; i < rates.size(); ++i) {
        const auto limit = m_parts.temperatures.reference(all[i].keyspace);
        if (!limit || limit->rowsPerSecond <= 0) {
            continue;
        }
        for (std::size_t second = 0; second < rates[i].mean.size(); ++second) {
            heat::Rates measured = heat::kMissingRates;
            measured[2] = rates[i].mean[second];
            const auto load = sharding::loadOf(measured, {.rows = limit->rowsPerSecond});
            if (load) {
                m_tracker.add(all[i].id,
                              rates[i].start + rates[i].step * static_cast<int>(second + 1), *load);
                m_hottest = std::max(m_hottest, *load / m_policy.splitAbove);
            }
        }
    }
    m_tracker.forgetBefore(to - std::chrono::hours(1));
    m_fed = to;
    return true;
}

Result<ShardingState> ShardingView::state(sharding::Look look)
{
    ShardingState state;
    state.now = m_parts.clock.wallNow();
    state.shards = shards();
    {
        const std::lock_guard lock(m_mutex);
        state.policy = m_policy;
        for (ShardFacts& shard : state.shards) {
            m_tracker.fill(shard);
        }
    }
    ISO_TRY(addChanges(state));
    addForecasts(state);
    if (look == sharding::Look::SplitsAndMerges) {
        addHistories(state);
    }
    addNodes(state);
    for (ShardFacts& shard : state.shards) {
        if (sharding::hotSign(shard, state)) {
            addDetails(shard);
        }
    }
    return state;
}

void ShardingView::addForecasts(ShardingState& state) const
{
    double load = 0;
    double expected = 0;
    bool complete = !state.shards.empty();
    for (ShardFacts& shard : state.shards) {
        const auto limit = m_parts.temperatures.reference(shard.keyspace);
        if (m_sources.forecast && limit && limit->rowsPerSecond > 0) {
            shard.forecast = m_sources.forecast(shard.id);
        }
        for (sharding::ForecastStep& step : shard.forecast) {
            step.low /= limit->rowsPerSecond;
            step.median /= limit->rowsPerSecond;
            step.high /= limit->rowsPerSecond;
        }
        load += shard.decayed.fiveMinutes;
        complete = complete && !shard.forecast.empty();
        expected += shard.forecast.empty() ? 0 : shard.forecast.front().median;
    }
    if (complete) {
        state.clusterLoad = load;
        state.clusterForecast = expected;
    }
}

void ShardingView::addHistories(ShardingState& state) const
{
    const auto newest = m_parts.heat.newest();
    if (!newest || state.shards.empty()) {
        return;
    }
    const std::vector<ShardId> series = idsOf(state.shards);
    const WallTime minute = std::chrono::floor<std::chrono::minutes>(*newest);
    const auto ten = std::chrono::minutes(10);
    const WallTime tenth = minute - (minute.time_since_epoch() % ten);
    const auto hour = m_parts.heat.series(
        HeatMetric::Rows, {std::chrono::minutes(1), minute - std::chrono::hours(1), minute},
        series);
    const auto season =
        m_parts.heat.series(HeatMetric::Rows, {ten, tenth - state.policy.season, tenth}, series);
    if (!hour.ok() || !season.ok()) {
        return; // nothing is merged without
    }
    for (std::size_t i = 0; i < state.shards.size(); ++i) {
        ShardFacts& shard = state.shards[i];
        const auto limit = m_parts.temperatures.reference(shard.keyspace);
        if (limit && limit->rowsPerSecond > 0) {
            shard.lastHour = toLoads((*hour)[i].max, limit->rowsPerSecond);
            shard.lastSeason = toLoads((*season)[i].mean, limit->rowsPerSecond);
        }
    }
}

Status ShardingView::addChanges(ShardingState& state)
{
    ISO_ASSIGN(const auto recent, m_parts.book.recent());
    const std::vector<ChangeRecord>& changes = *recent;
    std::set<ShardId> taken;
    std::map<std::pair<std::string, std::string>, WallTime> born; // by keyspace and range
    for (const ChangeRecord& change : changes) {
        if (isOpen(change.state)) {
            taken.insert(change.sources.begin(), change.sources.end());
            state.openMerges[change.keyspace] += change.kind == ChangeKind::Merge ? 1 : 0;
        }
        for (const ChangePart& part : change.parts) {
            if (change.state == ChangeState::Done && change.finishedAt) {
                born.emplace(std::pair(change.keyspace, part.rangeText), *change.finishedAt);
            }
        }
        state.changesLastHour += change.proposedBy == sharding::kPlannerName &&
                                         change.proposedAt + std::chrono::hours(1) > state.now
                                     ? 1
                                     : 0;
    }
    state.history = sharding::historyOf(changes);
    state.speed = sharding::speedOf(changes);
    for (ShardFacts& shard : state.shards) {
        shard.changing =
            taken.contains(shard.id) || m_parts.jobs.hasActive(JobKind::Reshard, shard.id);
        if (const auto when = born.find({shard.keyspace, shard.rangeText}); when != born.end()) {
            shard.created = when->second;
        }
    }
    return {};
}

std::shared_ptr<engine::SurveyPort> ShardingView::survey()
{
    if (!m_survey) {
        if (auto opened = m_parts.engine.openSurvey(); opened.ok()) {
            m_survey = std::move(opened).value();
        }
    }
    return m_survey;
}

void ShardingView::askNode(Activity& activity)
{
    const Instant now = m_parts.clock.now();
    if (activity.asked != Instant{} && now - activity.asked < kNodeGoodFor) {
        return;
    }
    const auto port = survey();
    const auto answer =
        port ? port->activity() : Result<engine::NodeActivity>(makeError(Code::Unimplemented, ""));
    const bool follows = answer.ok() && activity.asked != Instant{} &&
                         answer->serverTime > activity.last.serverTime &&
                         answer->worked >= activity.last.worked;
    activity.busy.reset();
    if (follows) {
        const double worked =
            std::chrono::duration<double>(answer->worked - activity.last.worked).count();
        const double passed =
            std::chrono::duration<double>(answer->serverTime - activity.last.serverTime).count();
        activity.busy = std::min(1.0, worked / (passed * m_nodeCores));
    }
    activity.last = answer.ok() ? answer.value() : engine::NodeActivity{};
    activity.asked = now;
    activity.freeSpace.reset();
    if (auto target = m_parts.engine.openRestoreTarget(); target.ok()) {
        activity.freeSpace = (*target)->freeSpace();
    }
}

void ShardingView::addNodes(ShardingState& state)
{
    for (const ShardFacts& shard : state.shards) {
        state.nodes[shard.node].load += shard.decayed.halfMinute;
    }
    const std::lock_guard lock(m_asking);
    askNode(m_activity);
    for (auto& [name, node] : state.nodes) { // the one server of this cluster
        node.busy = m_activity.busy;
        node.freeSpace = m_activity.freeSpace;
    }
}

void ShardingView::addDetails(ShardFacts& shard)
{
    const auto place = m_parts.topology.find(shard.id);
    if (!place.ok()) {
        return;
    }
    if (m_sources.keys) {
        shard.keys = m_sources.keys(place->record(), shard.keyTypes);
    }
    const auto to = m_parts.heat.newest();
    if (to) {
        const std::vector<ShardId> series = {shard.id};
        const heat::HeatSpan span{std::chrono::seconds(10), *to - std::chrono::minutes(1), *to};
        const auto rows = m_parts.heat.series(HeatMetric::Rows, span, series);
        const auto reads = m_parts.heat.series(HeatMetric::Reads, span, series);
        const auto writes = m_parts.heat.series(HeatMetric::Writes, span, series);
        double seen = 0;
        double scans = 0;
        for (std::size_t i = 0;
             rows.ok() && reads.ok() && writes.ok() && i < rows->front().mean.size(); ++i) {
            const float row = rows->front().mean[i] - writes->front().mean[i];
            const float read = reads->front().mean[i];
            seen += std::isnan(row) || std::isnan(read) ? 0 : row;
            scans += std::isnan(row) || std::isnan(read) ? 0 : read;
        }
        shard.rowsPerRead = scans > 0 ? seen / scans : 0;
    }
    const std::uint64_t leaf = place->layout().leaves.front().objectId;
    const std::lock_guard lock(m_asking);
    Bounds& bounds = m_bounds[leaf];
    const Instant now = m_parts.clock.now();
    if (bounds.asked == Instant{} || now - bounds.asked >= kKeysGoodFor) {
        bounds.asked = now;
        if (const auto port = survey()) {
            bounds.keys = port->rowBounds(leaf, place->keyspace->layout.keyColumns, shard.keyTypes)
                              .valueOr({});
        }
    }
    shard.rowBounds = bounds.keys;
}

} // namespace isotherm::runtime
