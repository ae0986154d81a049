// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/agent_gateway.h"
#include "shared/model/upkeep_records.h"

#include <QObject>
#include <QString>
#include <QTimer>
#include <vector>

namespace isotherm
{

class ClusterState;

/// The rotation ahead, and what trial restores proved: asked for when backups changed, and every
/// few minutes. Keeps the last answer. GUI thread.
class UpkeepFeed : public QObject
{
    Q_OBJECT

public:
    /// Both must outlive the feed.
    UpkeepFeed(AgentGateway& gateway, const ClusterState& state, QObject* parent = nullptr);

    [[nodiscard]] const std::vector<ScheduleEntry>& ahead() const { return m_ahead; }
    [[nodiscard]] const std::vector<DrillReceipt>& drills() const { return m_drills; }
    /// The newest trial restore of a shard that passed; nullptr: none.
    [[nodiscard]] const DrillReceipt* proof(ShardId shard) const;
    [[nodiscard]] const QString& problem() const { return m_problem; }

    void refresh();

Q_SIGNALS:
    void changed();

private:
    struct Answer
    {
        std::vector<ScheduleEntry> ahead;
        std::vector<DrillReceipt> drills;
    };

    [[nodiscard]] static Result<Answer> askAgent(AgentService& agent);

    AgentGateway& m_gateway;
    const ClusterState& m_state;
    std::vector<ScheduleEntry> m_ahead;
    std::vector<DrillReceipt> m_drills;
    QString m_problem;
    QTimer m_settle;
    QTimer m_timer;
};

} // namespace isotherm
