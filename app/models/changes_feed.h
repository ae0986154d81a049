// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/agent_gateway.h"
#include "shared/model/changes_records.h"

#include <QObject>
#include <QString>
#include <QTimer>
#include <optional>
#include <vector>

namespace isotherm
{

class ClusterState;

/// Splits and merges, and the hot shards that are not split: asked for every few seconds, more
/// often while one runs. Keeps the last answer while disconnected. GUI thread.
class ChangesFeed : public QObject
{
    Q_OBJECT

public:
    /// Both must outlive the feed.
    ChangesFeed(AgentGateway& gateway, const ClusterState& state, QObject* parent = nullptr);

    /// nullopt before the first answer. Newest first.
    [[nodiscard]] const std::optional<std::vector<ChangeRecord>>& changes() const
    {
        return m_changes;
    }
    [[nodiscard]] const std::vector<ChangeRefusal>& refusals() const { return m_refusals; }
    [[nodiscard]] const ChangeRecord* change(ChangeId id) const;
    /// How many wait for a decision.
    [[nodiscard]] int waiting() const;
    /// Why the last question was not answered; empty when it was.
    [[nodiscard]] const QString& problem() const { return m_problem; }

    /// Asks now: something was decided.
    void refresh();

Q_SIGNALS:
    void changed();

private:
    struct Answer
    {
        std::vector<ChangeRecord> changes;
        std::vector<ChangeRefusal> refusals;
    };

    [[nodiscard]] static Result<Answer> askAgent(AgentService& agent);
    void take(const Result<Answer>& answer, int question);

    AgentGateway& m_gateway;
    const ClusterState& m_state;
    std::optional<std::vector<ChangeRecord>> m_changes;
    std::vector<ChangeRefusal> m_refusals;
    QString m_problem;
    QTimer m_timer;
    int m_question = 0; ///< answers to older ones are dropped
};

} // namespace isotherm
