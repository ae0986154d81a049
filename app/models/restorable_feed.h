// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/agent_gateway.h"
#include "shared/model/records.h"

#include <QObject>
#include <QString>
#include <QTimer>
#include <vector>

namespace isotherm
{

class ClusterState;

/// What each shard can be restored to: asked for anew when backups changed. Keeps the last answer
/// while there is none newer. GUI thread.
class RestorableFeed : public QObject
{
    Q_OBJECT

public:
    /// Both must outlive the feed.
    RestorableFeed(AgentGateway& gateway, const ClusterState& state, QObject* parent = nullptr);

    [[nodiscard]] const std::vector<RestorableRange>& ranges() const { return m_ranges; }
    /// Why the last question was not answered; empty when it was.
    [[nodiscard]] const QString& problem() const { return m_problem; }

Q_SIGNALS:
    void changed();

private:
    void ask();
    void take(const Result<std::vector<RestorableRange>>& answer);

    AgentGateway& m_gateway;
    const ClusterState& m_state;
    std::vector<RestorableRange> m_ranges;
    QString m_problem;
    QTimer m_settle;
};

} // namespace isotherm
