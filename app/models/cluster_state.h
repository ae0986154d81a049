// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/model/heat_matrix.h"
#include "shared/model/records.h"

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <chrono>
#include <optional>
#include <vector>

namespace isotherm
{

enum class LinkState { Connecting, Connected, Disconnected };

/// Who is connected to what; fixed for one connection.
struct AgentIdentity
{
    QString address;
    QString user;
    Role role = Role::Viewer;
    QString cluster;
};

/// What changed since the last message, all of it optional. `snapshot` replaces everything.
struct StateChange
{
    bool snapshot = false;
    std::optional<ClusterStatus> status;
    std::vector<ShardRecord> shards;
    std::vector<ShardId> removedShards;
    std::vector<JobRecord> jobs;
    std::vector<BackupRecord> backups;
    std::vector<ScheduleEntry> schedule;
};

/// The newest that is known of the cluster, on the GUI thread. Everything stays as it was while
/// disconnected, and says how old it is.
class ClusterState : public QObject
{
    Q_OBJECT

public:
    explicit ClusterState(QObject* parent = nullptr);

    void apply(const StateChange& change);
    void setLink(LinkState state, const QString& reason, std::chrono::milliseconds retryIn);
    void setIdentity(const AgentIdentity& identity);
    /// Forgets everything: another agent.
    void clear();

    [[nodiscard]] const std::optional<ClusterStatus>& status() const { return m_status; }
    [[nodiscard]] const std::vector<ShardRecord>& shards() const { return m_shards; }
    [[nodiscard]] const ShardRecord* shard(ShardId id) const;
    [[nodiscard]] const std::vector<JobRecord>& jobs() const { return m_jobs; } ///< newest first
    [[nodiscard]] const JobRecord* job(JobId id) const;
    [[nodiscard]] const std::vector<BackupRecord>& backups() const { return m_backups; }
    [[nodiscard]] const std::vector<ScheduleEntry>& schedule() const { return m_schedule; }
    [[nodiscard]] const AgentIdentity& identity() const { return m_identity; }

    [[nodiscard]] LinkState link() const { return m_link; }
    [[nodiscard]] bool connected() const { return m_link == LinkState::Connected; }
    [[nodiscard]] const QString& linkReason() const { return m_reason; }
    /// Until the next try to reconnect; 0 when connected or trying.
    [[nodiscard]] std::chrono::milliseconds retryIn() const;
    /// How long ago anything was last heard; nullopt before the first message.
    [[nodiscard]] std::optional<std::chrono::milliseconds> dataAge() const;
    /// The agent's clock minus ours.
    [[nodiscard]] std::chrono::milliseconds clockSkew() const { return m_skew; }
    /// Now by the agent's clock: the right edge of "live".
    [[nodiscard]] WallTime now() const;

    /// Why a change cannot be asked for now; empty when it can.
    [[nodiscard]] QString whyReadOnly() const;

Q_SIGNALS:
    void statusChanged();
    void shardsChanged();
    void jobsChanged();
    void backupsChanged();
    void linkChanged();

private:
    void mergeShards(const StateChange& change);
    void mergeJobs(const StateChange& change);
    void mergeBackups(const StateChange& change);

    std::optional<ClusterStatus> m_status;
    std::vector<ShardRecord> m_shards; ///< by keyspace, then key
    std::vector<JobRecord> m_jobs;
    std::vector<BackupRecord> m_backups; ///< oldest first
    std::vector<ScheduleEntry> m_schedule;
    AgentIdentity m_identity;
    LinkState m_link = LinkState::Connecting;
    QString m_reason;
    std::chrono::milliseconds m_retryIn{0};
    QElapsedTimer m_retrySince;
    QElapsedTimer m_heardSince;
    std::chrono::milliseconds m_skew{0};
};

} // namespace isotherm
