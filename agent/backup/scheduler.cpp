// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/scheduler.h"

#include "agent/backup/catalog.h"
#include "shared/base/time_text.h"

#include <algorithm>
#include <utility>

namespace isotherm::backup
{

Scheduler::Scheduler(Parts parts, SchedulerOptions options)
    : m_parts(parts), m_options(std::move(options)), m_policy(m_options.policy)
{
}

Status Scheduler::tick()
{
    const WallTime now = m_parts.clock.wallNow();
    ISO_ASSIGN(const std::vector<Candidate> all, candidates());
    const auto active = static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [this](const Candidate& candidate) {
            return m_parts.jobs.hasActive(JobKind::Backup, candidate.entry.shard);
        }));
    std::size_t room = m_options.maxConcurrent > active ? m_options.maxConcurrent - active : 0;
    Status first; // one shard in trouble must not keep the others waiting
    for (const Candidate& candidate : all) {
        if (candidate.entry.due > now) {
            break; // sorted
        }
        if (m_parts.jobs.hasActive(JobKind::Backup, candidate.entry.shard)) {
            continue;
        }
        const Status served = serve(candidate, room);
        first = first.ok() ? served : first;
    }
    return first;
}

Status Scheduler::serve(const Candidate& candidate, std::size_t& room)
{
    if (candidate.entry.kind == BackupKind::Unchanged) {
        const Status moved = moveOn(candidate);
        if (moved.ok()) {
            return {};
        }
        if (room > 0) { // what the last backup names is damaged or gone: the rows still are there
            m_parts.log.warning(
                "backup.not_moved_on", moved.error().text(),
                {{"shard", static_cast<std::int64_t>(candidate.entry.shard.get())}});
        }
    }
    if (room == 0) {
        return {};
    }
    ISO_TRY(submit(candidate));
    --room;
    return {};
}

Result<std::vector<ScheduleEntry>> Scheduler::entries() const
{
    ISO_ASSIGN(const std::vector<Candidate> all, candidates());
    std::vector<ScheduleEntry> entries;
    entries.reserve(all.size());
    for (const Candidate& candidate : all) {
        entries.push_back(candidate.entry);
    }
    return entries;
}

void Scheduler::noteFinished(const JobRecord& job)
{
    if (job.kind != JobKind::Backup || !isFinished(job.state) || job.shards.empty()) {
        return;
    }
    const std::lock_guard lock(m_mutex);
    const ShardId shard = job.shards.front();
    if (job.state == JobState::Done) {
        m_failures.erase(shard);
        m_notBefore.erase(shard);
        m_turnsMade = {}; // it may have had its turn
    } else {
        m_notBefore[shard] = m_parts.clock.wallNow() + retryDelay(++m_failures[shard]);
    }
}

void Scheduler::setPolicy(const SchedulePolicy& policy)
{
    const std::lock_guard lock(m_mutex);
    m_policy = policy;
}

Result<std::vector<Scheduler::Candidate>> Scheduler::candidates() const
{
    const WallTime now = m_parts.clock.wallNow();
    SchedulePolicy policy;
    {
        const std::lock_guard lock(m_mutex);
        policy = m_policy;
    }
    ISO_ASSIGN(const auto newest, m_parts.backups.newestPerShard());
    ISO_ASSIGN(const auto schedules, m_parts.schedules.all());
    ISO_ASSIGN(const auto fulls, turns(now));
    std::vector<Candidate> candidates;
    for (const auto& keyspace : m_parts.topology.keyspaces()) {
        const std::string shape = shapeOf(keyspace->layout.tables);
        for (std::size_t i = 0; i < keyspace->shards.size(); ++i) {
            const ShardRecord& shard = keyspace->shards[i];
            const auto backup = newest.find(shard.id);
            const ShardFacts facts =
                factsOf({keyspace, i},
                        backup != newest.end() ? std::optional(backup->second) : std::nullopt);
            const DueTime due = nextBackup(facts, policy, now);
            Candidate candidate{{shard.id, shard.keyspace, shard.rangeText, due.due,
                                 BackupKind::Full, facts.temperature, due.interval, due.reason},
                                due.urgency,
                                {keyspace, i}};
            const auto schedule = schedules.find(shard.id);
            if (backup != newest.end() && m_parts.captured && m_parts.captured(candidate.place)) {
                chooseKind(candidate, fulls, now);
            } else if (backup != newest.end() && schedule != schedules.end()) {
                candidate.schedule = schedule->second;
                candidate.shape = shape;
                noteUnchanged(candidate, backup->second);
            }
            candidates.push_back(std::move(candidate));
        }
    }
    std::sort(candidates.begin(), candidates.end(), goesBefore);
    return candidates;
}

Result<std::map<ShardId, FullTurn>> Scheduler::turns(WallTime now) const
{
    constexpr auto kGoodFor = std::chrono::minutes(1);
    {
        const std::lock_guard lock(m_mutex);
        if (!m_parts.captured || (now >= m_turnsMade && now < m_turnsMade + kGoodFor)) {
            return m_turns;
        }
    }
    ISO_ASSIGN(const auto fulls, m_parts.backups.newestFullPerShard());
    std::vector<RotationShard> shards;
    for (const auto& keyspace : m_parts.topology.keyspaces()) {
        for (std::size_t i = 0; i < keyspace->shards.size(); ++i) {
            const auto full = fulls.find(keyspace->shards[i].id);
            shards.push_back({keyspace->shards[i].id, keyspace->layout.shards[i].size,
                              full == fulls.end() ? std::nullopt : std::optional(full->second)});
        }
    }
    const ExpectedLoad unknown = [](ShardId, WallTime) { return std::optional<double>(); };
    std::map<ShardId, FullTurn> turns;
    for (FullTurn& turn : planRotation(std::move(shards), m_parts.load ? m_parts.load : unknown,
                                       now, m_options.rotation)) {
        const ShardId shard = turn.shard;
        turns.emplace(shard, std::move(turn));
    }
    const std::lock_guard lock(m_mutex);
    m_turns = turns;
    m_turnsMade = now;
    return turns;
}

void Scheduler::chooseKind(Candidate& candidate, const std::map<ShardId, FullTurn>& turns,
                           WallTime now) const
{
    candidate.entry.kind = BackupKind::Incremental;
    const auto turn = turns.find(candidate.entry.shard);
    if (turn == turns.end()) {
        return;
    }
    WallTime slot = std::max(turn->second.slot, now);
    {
        const std::lock_guard lock(m_mutex);
        if (const auto wait = m_notBefore.find(candidate.entry.shard); wait != m_notBefore.end()) {
            slot = std::max(slot, wait->second);
        }
    }
    if (slot <= candidate.entry.due) {
        candidate.entry.due = slot;
        candidate.entry.kind = BackupKind::Full;
        candidate.entry.reason = turn->second.reason;
    }
}

bool Scheduler::goesBefore(const Candidate& a, const Candidate& b)
{
    if (a.entry.due != b.entry.due) {
        return a.entry.due < b.entry.due;
    }
    if (a.urgency != b.urgency) {
        return a.urgency > b.urgency;
    }
    const double heatOfA = a.entry.temperature.value_or(-1);
    const double heatOfB = b.entry.temperature.value_or(-1);
    return heatOfA != heatOfB ? heatOfA > heatOfB : a.entry.shard < b.entry.shard;
}

void Scheduler::noteUnchanged(Candidate& candidate, const BackupRecord& newest) const
{
    const topology::KeyspaceView& keyspace = *candidate.place.keyspace;
    candidate.mark = unbindMark(candidate.schedule.changeMark, newest.id, candidate.shape);
    const auto until = m_parts.changes.unchangedUntil(
        candidate.mark, candidate.place.layout().leaves, keyspace.seen);
    if (until && *until > newest.asOf) {
        candidate.unchangedUntil = until;
        candidate.newestBackup = newest.id;
        candidate.entry.kind = BackupKind::Unchanged;
        candidate.entry.reason += "; unchanged since the last one: no data to write";
    }
}

ShardFacts Scheduler::factsOf(const topology::ShardPlace& place,
                              const std::optional<BackupRecord>& newest) const
{
    ShardFacts facts;
    facts.shard = place.record().id;
    facts.temperature = m_parts.temperatures.temperature(facts.shard);
    facts.predictedTemperature =
        m_parts.temperatures.predictedTemperature(facts.shard, m_options.policy.hot);
    facts.rpo = place.keyspace->stored.record.rpo;
    if (newest) {
        facts.lastBackup = newest->asOf;
    }
    const std::lock_guard lock(m_mutex);
    if (const auto wait = m_notBefore.find(facts.shard); wait != m_notBefore.end()) {
        facts.notBefore = wait->second;
    }
    return facts;
}

Status Scheduler::moveOn(const Candidate& candidate)
{
    ISO_ASSIGN(repository::Manifest manifest,
               m_parts.repository.loadManifest(candidate.newestBackup));
    manifest.previousManifest = manifest.id;
    manifest.kind = BackupKind::Unchanged;
    manifest.asOf = *candidate.unchangedUntil;
    manifest.started = m_parts.clock.wallNow();
    manifest.finished = manifest.started;
    ISO_ASSIGN(manifest.id, m_parts.repository.commitManifest(manifest));
    ISO_TRY(m_parts.backups.put(recordOf(manifest, m_options.tier)));
    metadata::ShardSchedule schedule = candidate.schedule;
    schedule.lastSkipped = manifest.started;
    schedule.lastSkipReason = "unchanged";
    schedule.changeMark = bindMark(candidate.mark, manifest.id, candidate.shape);
    ISO_TRY(m_parts.schedules.put(schedule));
    m_parts.log.info("backup.unchanged", "shard has not changed since its last backup",
                     {{"shard", static_cast<std::int64_t>(manifest.shard.get())},
                      {"manifest", manifest.id},
                      {"until", formatUtc(manifest.asOf)}});
    return {};
}

Status Scheduler::submit(const Candidate& candidate)
{
    jobs::JobSpec job;
    job.kind = JobKind::Backup;
    job.title = "back up " + candidate.entry.keyspace + " " + candidate.entry.rangeText;
    job.shards = {candidate.entry.shard};
    job.requestedBy = "scheduler";
    job.params = backupParams(candidate.entry.kind);
    ISO_ASSIGN(const JobId id, m_parts.jobs.submit(job));
    m_parts.log.info("backup.scheduled", candidate.entry.reason,
                     {{"shard", static_cast<std::int64_t>(candidate.entry.shard.get())},
                      {"job", static_cast<std::int64_t>(id.get())}});
    return {};
}

} // namespace isotherm::backup
