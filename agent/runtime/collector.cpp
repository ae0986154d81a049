// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/collector.h"

#include <utility>
#include <vector>

namespace isotherm::runtime
{

Collector::Collector(Parts parts, CollectorOptions options) : m_parts(parts), m_options(options) {}

Collector::~Collector()
{
    stop();
}

void Collector::start()
{
    m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Collector::stop()
{
    m_thread.request_stop();
    if (m_thread.joinable()) {
        m_thread.join();
    }
}

void Collector::setWatched(bool watched)
{
    m_watched = watched;
    nudge();
}

void Collector::setNearLimit(bool near)
{
    m_nearLimit = near;
    nudge();
}

void Collector::nudge()
{
    const std::lock_guard lock(m_mutex);
    m_nudged = true;
    m_wake.notify_all();
}

std::chrono::milliseconds Collector::interval() const
{
    return m_watched || m_nearLimit ? m_options.watchedInterval : m_options.interval;
}

std::optional<WallTime> Collector::lastSample() const
{
    const std::int64_t micros = m_lastSample;
    return micros == 0 ? std::nullopt : std::optional(fromUnixMicros(micros));
}

void Collector::run(const std::stop_token& stop)
{
    auto next = std::chrono::steady_clock::now();
    while (!stop.stop_requested()) {
        const Status status = sampleOnce();
        if (m_parts.health.follow("heat.not_sampled", status) && !status.ok()) {
            m_parts.log.warning("heat.not_sampled", status.error().text());
        }
        const auto pause = interval();
        next += pause; // from the plan, not from the end of the last one: no drift
        const auto now = std::chrono::steady_clock::now();
        if (next < now || next > now + pause) {
            next = now + pause;
        }
        std::unique_lock lock(m_mutex);
        m_wake.wait_until(lock, stop, next, [this] { return m_nudged; });
        m_nudged = false;
    }
}

Result<std::vector<heat::CellLeaves>> Collector::lookAtShards()
{
    const auto keyspaces = m_parts.topology.keyspaces();
    if (keyspaces != m_keyspaces) {
        for (const auto& keyspace : keyspaces) {
            ISO_TRY(m_parts.cells.assign(keyspace->stored.record.name, keyspace->shards,
                                         m_parts.clock.wallNow(), m_parts.tracker.shareBelow()));
        }
        m_keyspaces = keyspaces;
    }
    std::vector<heat::CellLeaves> series;
    for (const auto& keyspace : m_keyspaces) {
        std::vector<ShardId> shards;
        for (const ShardRecord& shard : keyspace->shards) {
            shards.push_back(shard.id);
        }
        const std::vector<heat::CellId> wholes = m_parts.cells.wholesOf(shards);
        for (std::size_t i = 0; i < shards.size(); ++i) {
            if (wholes[i] == heat::CellId()) {
                continue; // an empty range
            }
            heat::CellLeaves one{wholes[i], {}, !keyspace->shards[i].parents.empty()};
            for (const engine::LeafRef& leaf : keyspace->layout.shards[i].leaves) {
                one.leaves.push_back(leaf.objectId);
            }
            series.push_back(std::move(one));
        }
    }
    return series;
}

Status Collector::sampleOnce()
{
    ISO_ASSIGN(std::vector<heat::CellLeaves> series, lookAtShards());
    std::vector<std::uint64_t> leafIds;
    for (const heat::CellLeaves& one : series) {
        leafIds.insert(leafIds.end(), one.leaves.begin(), one.leaves.end());
    }
    if (leafIds.empty()) {
        return {};
    }
    std::vector<ShardRecord> shards;
    for (const auto& keyspace : m_keyspaces) {
        shards.insert(shards.end(), keyspace->shards.begin(), keyspace->shards.end());
    }
    m_meter.setCells(std::move(series));
    ISO_ASSIGN(const engine::AccessSample sample, m_parts.engine.sampleAccess(leafIds));
    m_parts.changes.observe(sample);
    m_costRatio = static_cast<double>(sample.cost.count()) /
                  static_cast<double>(std::chrono::microseconds(interval()).count());
    ++m_samples;
    std::optional<heat::RateSample> rates = m_meter.update(sample);
    if (!rates) {
        return {};
    }
    m_parts.writes.flush();
    m_parts.tracker.divide(*rates);
    ISO_TRY(m_parts.heat.record(*rates));
    ISO_TRY(m_parts.temperatures.update(rates->end, shards));
    m_lastSample = toUnixMicros(rates->end);
    ISO_TRY(m_parts.tracker.refine(m_parts.clock.wallNow()));
    ISO_TRY(m_parts.sketches.keep(m_parts.clock.wallNow()));
    return m_parts.bus.publish({kHeatTopic, std::to_string(m_samples), ""});
}

} // namespace isotherm::runtime
