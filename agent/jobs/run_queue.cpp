// SPDX-License-Identifier: Apache-2.0
#include "agent/jobs/run_queue.h"

#include <algorithm>

namespace isotherm::jobs
{
RunQueue::RunQueue(std::map<JobKind, std::size_t> maxPerKind) : m_maxPerKind(std::move(maxPerKind))
{
}

void RunQueue::add(metadata::StoredJob job, Turn turn)
{
    const JobId id = job.record.id;
    if (contains(id)) {
        return;
    }
    const Rank rank = job.record.state == JobState::Running ? Rank::Interrupted
                      : turn == Turn::First                 ? Rank::First
                                                            : Rank::InOrder;
    const Place place(rank, id);
    for (const ShardId shard : job.record.shards) {
        ++m_held[{job.record.kind, shard}];
    }
    m_places.emplace(id, place);
    m_waiting.emplace(place, std::move(job));
}

std::optional<metadata::StoredJob> RunQueue::takeNext()
{
    // A change of shards goes on for hours beside their backups: it only excludes other changes.
    std::unordered_set<ShardId> takenByChanges;
    std::unordered_set<ShardId> takenByOthers;
    const auto takenBy = [&](JobKind kind) -> std::unordered_set<ShardId>& {
        return kind == JobKind::Reshard ? takenByChanges : takenByOthers;
    };
    for (const auto& [id, job] : m_running) {
        takenBy(job.kind).insert(job.shards.begin(), job.shards.end());
    }
    for (auto next = m_waiting.begin(); next != m_waiting.end(); ++next) {
        const JobRecord& record = next->second.record;
        std::unordered_set<ShardId>& taken = takenBy(record.kind);
        const bool shardsFree =
            std::none_of(record.shards.begin(), record.shards.end(),
                         [&taken](ShardId shard) { return taken.contains(shard); });
        if (shardsFree && kindIsFree(record.kind)) {
            metadata::StoredJob job = std::move(next->second);
            m_places.erase(job.record.id);
            m_waiting.erase(next);
            m_running.emplace(job.record.id, Running{job.record.kind, job.record.shards});
            ++m_runningPerKind[job.record.kind];
            return job;
        }
        // Its shards are spoken for: a younger job must not overtake it on them.
        taken.insert(record.shards.begin(), record.shards.end());
    }
    return std::nullopt;
}

void RunQueue::finished(JobId id)
{
    const auto job = m_running.find(id);
    if (job != m_running.end()) {
        --m_runningPerKind[job->second.kind];
        release(job->second.kind, job->second.shards);
        m_running.erase(job);
    }
}

void RunQueue::hurry(JobKind kind, ShardId shard)
{
    std::vector<JobId> late;
    for (const auto& [place, job] : m_waiting) {
        const std::vector<ShardId>& shards = job.record.shards;
        if (place.first == Rank::InOrder && job.record.kind == kind &&
            std::find(shards.begin(), shards.end(), shard) != shards.end()) {
            late.push_back(place.second);
        }
    }
    for (const JobId id : late) {
        auto node = m_waiting.extract(m_places.at(id));
        node.key().first = Rank::First;
        m_places[id] = node.key();
        m_waiting.insert(std::move(node));
    }
}

std::optional<metadata::StoredJob> RunQueue::remove(JobId id)
{
    const auto place = m_places.find(id);
    if (place == m_places.end()) {
        return std::nullopt;
    }
    auto node = m_waiting.extract(place->second);
    m_places.erase(place);
    release(node.mapped().record.kind, node.mapped().record.shards);
    return std::move(node.mapped());
}

bool RunQueue::contains(JobId id) const
{
    return m_places.contains(id) || m_running.contains(id);
}

bool RunQueue::contains(JobKind kind, ShardId shard) const
{
    return m_held.contains({kind, shard});
}

void RunQueue::release(JobKind kind, const std::vector<ShardId>& shards)
{
    for (const ShardId shard : shards) {
        const auto held = m_held.find({kind, shard});
        if (held != m_held.end() && --held->second == 0) {
            m_held.erase(held);
        }
    }
}

bool RunQueue::kindIsFree(JobKind kind) const
{
    const auto limit = m_maxPerKind.find(kind);
    const auto running = m_runningPerKind.find(kind);
    return limit == m_maxPerKind.end() || running == m_runningPerKind.end() ||
           running->second < limit->second;
}

} // namespace isotherm::jobs
