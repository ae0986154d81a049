// SPDX-License-Identifier: Apache-2.0
#include "agent/drill/drill_chores.h"

#include "agent/drill/drill_handler.h"

#include <algorithm>
#include <charconv>

namespace isotherm::drill
{
namespace
{

/// The quiet hour is looked for in so long a time.
constexpr std::chrono::hours kSearch{24};
/// Nothing here is urgent enough to ask the metadata every second.
constexpr std::chrono::seconds kLookEvery{5};

} // namespace

DrillWishes DrillChores::wishes() const
{
    const std::lock_guard lock(m_mutex);
    return m_wishes;
}

void DrillChores::setWishes(const DrillWishes& wishes)
{
    const std::lock_guard lock(m_mutex);
    m_wishes = wishes;
}

jobs::JobSpec DrillChores::jobFor(const ShardRecord& shard, const std::string& caller)
{
    jobs::JobSpec job;
    job.kind = JobKind::Drill;
    job.title = "drill: restore and compare " + shard.keyspace + " " + shard.rangeText;
    job.requestedBy = caller;
    job.params = drillParams(shard.id, VerifyLevel::Compared);
    return job;
}

Result<bool> DrillChores::isUnderWay()
{
    ISO_ASSIGN(const auto active, m_parts.jobs.jobs({/*activeOnly=*/true, /*limit=*/100'000}));
    return std::any_of(active.begin(), active.end(),
                       [](const JobRecord& job) { return job.kind == JobKind::Drill; });
}

Result<std::optional<ShardId>> DrillChores::nextShard(const topology::KeyspaceView& keyspace)
{
    ISO_ASSIGN(const auto tried, m_parts.drills.lastTried());
    ISO_ASSIGN(const auto backups, m_parts.backups.newestPerShard());
    std::optional<ShardId> next;
    std::optional<WallTime> longestAgo;
    for (const ShardRecord& shard : keyspace.shards) {
        if (!backups.contains(shard.id)) {
            continue;
        }
        const auto last = tried.find(shard.id);
        const WallTime when = last == tried.end() ? WallTime{} : last->second;
        if (!next || when < *longestAgo) {
            next = shard.id;
            longestAgo = when;
        }
    }
    return next;
}

/// The last drill of any of its shards; of none, when the keyspace was first seen.
Result<WallTime> DrillChores::lastOf(const topology::KeyspaceView& keyspace, WallTime now)
{
    ISO_ASSIGN(const auto tried, m_parts.drills.lastTried());
    std::optional<WallTime> last;
    for (const ShardRecord& shard : keyspace.shards) {
        if (const auto found = tried.find(shard.id); found != tried.end()) {
            last = std::max(last.value_or(found->second), found->second);
        }
    }
    if (last) {
        return *last;
    }
    const std::string name = "drill.since." + keyspace.stored.record.name;
    ISO_ASSIGN(const auto stored, m_parts.facts.get(name));
    std::int64_t micros = 0;
    if (stored && std::from_chars(stored->data(), stored->data() + stored->size(), micros).ec ==
                      std::errc()) {
        return fromUnixMicros(micros);
    }
    ISO_TRY(m_parts.facts.set(name, std::to_string(toUnixMicros(now))));
    return now;
}

Status DrillChores::serve(const topology::KeyspaceView& keyspace, WallTime now)
{
    const std::string& name = keyspace.stored.record.name;
    ISO_ASSIGN(const WallTime last, lastOf(keyspace, now));
    if (now < last + wishes().every) {
        m_plans.erase(name);
        return {};
    }
    auto plan = m_plans.find(name);
    if (plan == m_plans.end()) {
        ISO_ASSIGN(const std::optional<ShardId> shard, nextShard(keyspace));
        if (!shard) {
            return {};
        }
        const WallTime when = m_parts.quietHours.quietest(*shard, now, now + kSearch);
        plan = m_plans.emplace(name, Plan{*shard, when}).first;
    }
    if (now < plan->second.when) {
        return {};
    }
    ISO_ASSIGN(const bool underWay, isUnderWay());
    if (underWay) {
        return {};
    }
    const auto place = m_parts.topology.find(plan->second.shard);
    m_plans.erase(plan);
    if (place.ok()) { // else it is gone: another's turn
        ISO_TRY(m_parts.jobs.submit(jobFor(place->record(), "scheduler")));
    }
    return {};
}

Status DrillChores::tick()
{
    const Instant steady = m_parts.clock.now();
    if (!wishes().enabled || (m_looked && steady - *m_looked < kLookEvery)) {
        return {};
    }
    m_looked = steady;
    Status first;
    for (const auto& keyspace : m_parts.topology.keyspaces()) {
        const Status served = serve(*keyspace, m_parts.clock.wallNow());
        first = first.ok() ? served : first;
    }
    return first;
}

} // namespace isotherm::drill
