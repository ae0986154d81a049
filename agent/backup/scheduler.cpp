// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/scheduler.h"

#include "agent/backup/catalog.h"
#include "shared/base/time_text.h"

#include <algorithm>
#include <utility>

namespace isotherm::backup
{
namespace
{

/// Who waits has its place by what was true some moments ago: not too many.
constexpr std::size_t kMostWaiting = 32;

} // namespace

std::vector<ComingHeat> comingHeatOf(const heat::TemperatureModel& temperatures, ShardId shard)
{
    std::vector<ComingHeat> coming;
    if (const auto path = temperatures.comingTemperatures(shard)) {
        for (std::size_t i = 0; i < path->ratios.size(); ++i) {
            const WallTime start = path->start + path->step * static_cast<int>(i);
            coming.push_back({start, start + path->step, path->ratios[i]});
        }
    }
    return coming;
}

Scheduler::Scheduler(Parts parts, SchedulerOptions options)
    : m_parts(parts), m_options(std::move(options)),
      m_book(parts.topology, parts.backups, parts.load, m_options.rotation),
      m_policy(m_options.policy)
{
}

Status Scheduler::tick()
{
    // One moment for all of it: what is due "now" must not lie behind the moment it is compared
    // with.
    const WallTime now = m_parts.clock.wallNow();
    ISO_ASSIGN(const std::vector<Candidate> all, candidates(now));
    const auto active = static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [this](const Candidate& candidate) {
            return m_parts.jobs.hasActive(JobKind::Backup, candidate.entry.shard);
        }));
    const std::size_t wanted = m_options.maxConcurrent + takeDone();
    std::size_t room = wanted > active ? wanted - active : 0;
    bool firstsWait = std::none_of(all.begin(), all.end(), [this](const Candidate& candidate) {
        return candidate.first && m_parts.jobs.hasActive(JobKind::Backup, candidate.entry.shard);
    });
    Status first; // one shard in trouble must not keep the others waiting
    for (const Candidate& candidate : all) {
        if (candidate.entry.due > now) {
            break; // sorted
        }
        if (m_parts.jobs.hasActive(JobKind::Backup, candidate.entry.shard)) {
            continue;
        }
        if (candidate.first && std::exchange(firstsWait, false)) {
            room = std::max<std::size_t>(room, 1);
        }
        const Status served = serve(candidate, room);
        first = first.ok() ? served : first;
    }
    return first;
}

std::size_t Scheduler::takeDone()
{
    const std::lock_guard lock(m_mutex);
    return std::min(std::exchange(m_doneSinceTick, 0), kMostWaiting);
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
    ISO_ASSIGN(const std::vector<Candidate> all, candidates(m_parts.clock.wallNow()));
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
        ++m_doneSinceTick; // those that fail in no time are no reason to try more of them
        m_failures.erase(shard);
        m_notBefore.erase(shard);
        m_book.forget();
    } else {
        m_notBefore[shard] = m_parts.clock.wallNow() + retryDelay(++m_failures[shard]);
        m_lastError = job.state == JobState::Failed ? job.error : m_lastError;
    }
}

Status Scheduler::failing() const
{
    const std::lock_guard lock(m_mutex);
    const auto count = std::count_if(m_failures.begin(), m_failures.end(), [this](const auto& one) {
        return m_parts.topology.find(one.first).ok(); // it may be gone meanwhile
    });
    if (count == 0 || m_lastError.empty()) { // cancelled ones are no trouble
        return {};
    }
    return makeError(Code::Unavailable,
                     "the last backup of " + std::to_string(count) +
                         (count == 1 ? " shard" : " shards") + " failed: " + m_lastError,
                     "each is tried again by itself; isothermctl jobs list shows them");
}

void Scheduler::setPolicy(const SchedulePolicy& policy)
{
    const std::lock_guard lock(m_mutex);
    m_policy = policy;
}

Result<std::vector<Scheduler::Candidate>> Scheduler::candidates(WallTime now) const
{
    const SchedulePolicy policy = this->policy();
    ISO_ASSIGN(const auto newest, m_parts.backups.newestPerShard());
    ISO_ASSIGN(const auto schedules, m_parts.schedules.all());
    std::map<ShardId, FullTurn> turns;
    if (m_parts.captured) {
        ISO_ASSIGN(turns, m_book.turns(now));
    }
    std::vector<Candidate> candidates;
    for (const auto& keyspace : m_parts.topology.keyspaces()) {
        const std::string shape = shapeOf(keyspace->layout.tables);
        for (std::size_t i = 0; i < keyspace->shards.size(); ++i) {
            const ShardRecord& shard = keyspace->shards[i];
            const auto backup = newest.find(shard.id);
            if (backup == newest.end()) {
                ISO_ASSIGN(const bool begun, isHeldOrBegun(shard));
                if (begun) {
                    continue;
                }
            }
            const ShardFacts facts =
                factsOf({keyspace, i},
                        backup != newest.end() ? std::optional(backup->second) : std::nullopt);
            const DueTime due = nextBackup(facts, policy, now);
            Candidate candidate{{shard.id, shard.keyspace, shard.rangeText, due.due,
                                 BackupKind::Full, facts.temperature, due.interval, due.reason},
                                due.urgency,
                                {keyspace, i}};
            candidate.first = backup == newest.end();
            const auto schedule = schedules.find(shard.id);
            if (backup != newest.end() && m_parts.captured && m_parts.captured(candidate.place)) {
                chooseKind(candidate, due, backup->second, turns, now);
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

/// In this order: when it is held no longer, what it was held for is in the catalogue.
Result<bool> Scheduler::isHeldOrBegun(const ShardRecord& shard) const
{
    if (!m_parts.held) {
        return false;
    }
    if (m_parts.held(shard)) {
        return true;
    }
    ISO_ASSIGN(const auto newest, m_parts.backups.newest(shard.id, std::nullopt));
    return newest.has_value();
}

ChainFacts Scheduler::chainOf(const topology::ShardPlace& place,
                              const std::optional<BackupRecord>& newest) const
{
    ChainFacts chain;
    chain.captured = m_parts.captured && m_parts.captured(place);
    chain.hasBackup = newest.has_value();
    if (newest) {
        chain.deltas = newest->deltas;
        chain.sinceDatabase = newest->sinceDatabase;
    }
    const std::lock_guard lock(m_mutex);
    if (const auto wait = m_notBefore.find(place.record().id); wait != m_notBefore.end()) {
        chain.notBefore = wait->second;
    }
    return chain;
}

void Scheduler::chooseKind(Candidate& candidate, const DueTime& due, const BackupRecord& newest,
                           const std::map<ShardId, FullTurn>& turns, WallTime now) const
{
    ChainFacts chain = chainOf(candidate.place, newest);
    if (const auto turn = turns.find(candidate.entry.shard); turn != turns.end()) {
        chain.turn = turn->second;
    }
    BackupChoice choice = chooseBackup(due, chain, m_book.rules(), now);
    candidate.entry.due = choice.due;
    candidate.entry.kind = choice.kind;
    candidate.entry.reason = std::move(choice.reason);
}

Result<std::vector<ScheduleEntry>> Scheduler::entriesAhead(const Ahead& wanted) const
{
    const WallTime now = m_parts.clock.wallNow();
    AheadOptions options{policy(), m_book.rules(), wanted.until.value_or(WallTime{}),
                         wanted.fullsOnly, wanted.limit};
    if (!wanted.until) {
        options.until = m_book.endOfNextRotation(now);
    }
    ISO_ASSIGN(const auto newest, m_parts.backups.newestPerShard());
    ISO_ASSIGN(auto turns, m_book.turnsUntil(now, options.until));
    std::vector<AheadShard> shards;
    for (const auto& keyspace : m_parts.topology.keyspaces()) {
        if (!wanted.keyspace.empty() && wanted.keyspace != keyspace->stored.record.name) {
            continue;
        }
        for (std::size_t i = 0; i < keyspace->shards.size(); ++i) {
            const topology::ShardPlace place{keyspace, i};
            const auto found = newest.find(place.record().id);
            const auto backup = found == newest.end() ? std::nullopt : std::optional(found->second);
            shards.push_back({factsOf(place, backup), chainOf(place, backup),
                              place.record().keyspace, place.record().rangeText,
                              std::move(turns[place.record().id]),
                              static_cast<std::uint32_t>(keyspace->layout.tables.size())});
        }
    }
    return scheduleAhead(shards, now, options);
}

SchedulePolicy Scheduler::policy() const
{
    const std::lock_guard lock(m_mutex);
    return m_policy;
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
    facts.coming = comingHeatOf(m_parts.temperatures, facts.shard);
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
    job.turn = candidate.first ? jobs::Turn::First : jobs::Turn::InOrder;
    ISO_ASSIGN(const JobId id, m_parts.jobs.submit(job));
    m_parts.log.info("backup.scheduled", candidate.entry.reason,
                     {{"shard", static_cast<std::int64_t>(candidate.entry.shard.get())},
                      {"job", static_cast<std::int64_t>(id.get())}});
    return {};
}

} // namespace isotherm::backup
