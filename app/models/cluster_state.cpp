// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/cluster_state.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace isotherm
{
namespace
{

/// Enough for every list and lane; older jobs are asked for when somebody wants to see them.
constexpr std::size_t kJobsKept = 2'000;

/// Replaces the records that have the same id and appends the others.
template <class Record, class IdOf>
void upsert(std::vector<Record>& known, const std::vector<Record>& changed, IdOf idOf)
{
    std::unordered_map<std::decay_t<decltype(idOf(known.front()))>, std::size_t> index;
    for (std::size_t i = 0; i < known.size(); ++i) {
        index.emplace(idOf(known[i]), i);
    }
    for (const Record& record : changed) {
        const auto [found, added] = index.emplace(idOf(record), known.size());
        if (added) {
            known.push_back(record);
        } else {
            known[found->second] = record;
        }
    }
}

} // namespace

ClusterState::ClusterState(QObject* parent) : QObject(parent) {}

void ClusterState::apply(const StateChange& change)
{
    m_heardSince.start();
    if (change.snapshot) {
        m_shards.clear();
        m_jobs.clear();
        m_backups.clear();
        m_schedule.clear();
    }
    const bool shardsTouched =
        change.snapshot || !change.shards.empty() || !change.removedShards.empty();
    const bool backupsTouched =
        change.snapshot || !change.backups.empty() || !change.schedule.empty();
    const bool jobsTouched = change.snapshot || !change.jobs.empty();
    if (shardsTouched) {
        mergeShards(change);
    }
    if (jobsTouched) {
        mergeJobs(change);
    }
    if (backupsTouched) {
        mergeBackups(change);
    }
    if (change.status) {
        m_status = change.status;
        const auto ours = std::chrono::time_point_cast<std::chrono::microseconds>(
            std::chrono::system_clock::now());
        m_skew = std::chrono::duration_cast<std::chrono::milliseconds>(change.status->now - ours);
        Q_EMIT statusChanged();
    }
    if (shardsTouched) {
        Q_EMIT shardsChanged();
    }
    if (backupsTouched) {
        Q_EMIT backupsChanged();
    }
    if (jobsTouched) {
        Q_EMIT jobsChanged();
    }
}

void ClusterState::mergeShards(const StateChange& change)
{
    upsert(m_shards, change.shards, [](const ShardRecord& shard) { return shard.id; });
    if (!change.removedShards.empty()) {
        const std::unordered_set<ShardId> gone(change.removedShards.begin(),
                                               change.removedShards.end());
        std::erase_if(m_shards, [&](const ShardRecord& shard) { return gone.contains(shard.id); });
    }
    std::ranges::sort(m_shards, [](const ShardRecord& a, const ShardRecord& b) {
        return std::tie(a.keyspace, a.isDefault, a.range.begin, a.id) <
               std::tie(b.keyspace, b.isDefault, b.range.begin, b.id);
    });
}

void ClusterState::mergeJobs(const StateChange& change)
{
    upsert(m_jobs, change.jobs, [](const JobRecord& job) { return job.id; });
    std::ranges::sort(m_jobs, [](const JobRecord& a, const JobRecord& b) {
        return std::tie(a.created, a.id) > std::tie(b.created, b.id);
    });
    if (m_jobs.size() > kJobsKept) {
        m_jobs.resize(kJobsKept);
    }
}

void ClusterState::mergeBackups(const StateChange& change)
{
    // A manifest's name is only unique within its shard.
    upsert(m_backups, change.backups, [](const BackupRecord& backup) {
        return std::to_string(backup.shard.get()) + '/' + backup.id;
    });
    std::ranges::sort(m_backups, {}, &BackupRecord::asOf);
    if (change.snapshot || !change.schedule.empty()) {
        m_schedule = change.schedule;
    }
}

void ClusterState::setLink(LinkState state, const QString& reason,
                           std::chrono::milliseconds retryIn)
{
    m_link = state;
    m_reason = reason;
    m_retryIn = retryIn;
    m_retrySince.start();
    Q_EMIT linkChanged();
}

void ClusterState::setIdentity(const AgentIdentity& identity)
{
    m_identity = identity;
    Q_EMIT linkChanged();
}

void ClusterState::clear()
{
    m_status.reset();
    m_heardSince.invalidate();
    apply({.snapshot = true,
           .status = {},
           .shards = {},
           .removedShards = {},
           .jobs = {},
           .backups = {},
           .schedule = {}});
    m_heardSince.invalidate();
    Q_EMIT statusChanged();
}

const ShardRecord* ClusterState::shard(ShardId id) const
{
    const auto found = std::ranges::find(m_shards, id, &ShardRecord::id);
    return found == m_shards.end() ? nullptr : &*found;
}

const JobRecord* ClusterState::job(JobId id) const
{
    const auto found = std::ranges::find(m_jobs, id, &JobRecord::id);
    return found == m_jobs.end() ? nullptr : &*found;
}

std::chrono::milliseconds ClusterState::retryIn() const
{
    if (m_link != LinkState::Disconnected || !m_retrySince.isValid()) {
        return std::chrono::milliseconds(0);
    }
    return std::max(m_retryIn - std::chrono::milliseconds(m_retrySince.elapsed()),
                    std::chrono::milliseconds(0));
}

std::optional<std::chrono::milliseconds> ClusterState::dataAge() const
{
    if (!m_heardSince.isValid()) {
        return std::nullopt;
    }
    return std::chrono::milliseconds(m_heardSince.elapsed());
}

WallTime ClusterState::now() const
{
    return std::chrono::time_point_cast<std::chrono::microseconds>(
               std::chrono::system_clock::now()) +
           m_skew;
}

QString ClusterState::whyReadOnly() const
{
    if (m_link != LinkState::Connected) {
        return tr("Not connected to the agent: changes are off until the connection is back.");
    }
    if (m_identity.role == Role::Viewer) {
        return tr("Your role is viewer: changes need the role operator.");
    }
    return {};
}

} // namespace isotherm
