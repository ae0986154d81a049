// SPDX-License-Identifier: Apache-2.0
#include "agent/api/live_state.h"

#include "shared/proto/convert.h"

namespace isotherm::api
{
namespace
{

constexpr std::chrono::seconds kBackupsAtLeastEvery{5};

/// Adds the records of `after` that `before` has not, or has otherwise.
template <class Field, class Map>
void addChanged(Field* field, const Map& before, const Map& after)
{
    for (const auto& [id, record] : after) {
        const auto known = before.find(id);
        if (known == before.end() || !(known->second == record)) {
            *field->Add() = proto::toProto(record);
        }
    }
}

template <class Field, class Map>
void addEvery(Field* field, const Map& records)
{
    field->Reserve(static_cast<int>(records.size()));
    for (const auto& [id, record] : records) {
        *field->Add() = proto::toProto(record);
    }
}

/// A job that only moved on has made no backup yet.
bool jobsEnded(const std::map<JobId, JobRecord>& before, const std::map<JobId, JobRecord>& after)
{
    for (const auto& [id, job] : after) {
        const auto known = before.find(id);
        if (known == before.end() || known->second.state != job.state) {
            return true;
        }
    }
    return false;
}

} // namespace

Result<LiveState> readLiveState(AgentService& service, const LiveState* previous, Instant now)
{
    LiveState state;
    ISO_ASSIGN(state.status, service.status());
    ISO_ASSIGN(const std::vector<ShardRecord> shards, service.shards({}));
    for (const ShardRecord& shard : shards) {
        state.shards.emplace(shard.id, shard);
    }
    ISO_ASSIGN(const std::vector<JobRecord> jobs, service.jobs({}));
    for (const JobRecord& job : jobs) {
        state.jobs.emplace(job.id, job);
    }
    if (previous != nullptr && now - previous->backupsRead < kBackupsAtLeastEvery &&
        !jobsEnded(previous->jobs, state.jobs)) {
        state.backups = previous->backups;
        state.schedule = previous->schedule;
        state.backupsRead = previous->backupsRead;
        return state;
    }
    ISO_ASSIGN(const std::vector<BackupRecord> backups, service.backups({}));
    for (const BackupRecord& backup : backups) {
        state.backups.emplace(backup.id, backup);
    }
    ISO_ASSIGN(state.schedule, service.schedule());
    state.backupsRead = now;
    return state;
}

v1::LiveUpdate snapshotOf(const LiveState& state)
{
    v1::LiveUpdate update;
    update.set_snapshot(true);
    *update.mutable_status() = proto::toProto(state.status);
    addEvery(update.mutable_shards(), state.shards);
    addEvery(update.mutable_jobs(), state.jobs);
    addEvery(update.mutable_backups(), state.backups);
    proto::addAll(update.mutable_schedule(), state.schedule);
    update.set_schedule_changed(true);
    return update;
}

v1::LiveUpdate changesBetween(const LiveState& before, const LiveState& after)
{
    v1::LiveUpdate update;
    *update.mutable_status() = proto::toProto(after.status);
    addChanged(update.mutable_shards(), before.shards, after.shards);
    for (const auto& [id, shard] : before.shards) {
        if (!after.shards.contains(id)) {
            update.add_removed_shards(id.get());
        }
    }
    addChanged(update.mutable_jobs(), before.jobs, after.jobs);
    addChanged(update.mutable_backups(), before.backups, after.backups);
    if (before.schedule != after.schedule) {
        proto::addAll(update.mutable_schedule(), after.schedule);
        update.set_schedule_changed(true);
    }
    return update;
}

} // namespace isotherm::api
