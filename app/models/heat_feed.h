// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/agent_gateway.h"
#include "app/models/view_context.h"
#include "shared/model/heat_matrix.h"

#include <QObject>
#include <QTimer>
#include <cstddef>

namespace isotherm
{

class ClusterState;

/// The heat to draw: short ranges that follow now come with the live stream, all others are asked
/// for, as finely as fits what is on screen. Keeps every column that arrives; who paints decides
/// how often. GUI thread.
class HeatFeed : public QObject
{
    Q_OBJECT

public:
    /// All three must outlive the feed.
    HeatFeed(AgentGateway& gateway, ViewContext& context, const ClusterState& state,
             QObject* parent = nullptr);

    /// Columns of the live stream.
    void applyLive(const HeatMatrix& heat, bool snapshot);
    /// Forgets everything and asks again: another agent, or F5.
    void restart();

    [[nodiscard]] const HeatMatrix& matrix() const { return m_matrix; }
    [[nodiscard]] bool loading() const { return m_loading; }
    /// Why the last question was not answered; empty when it was.
    [[nodiscard]] const QString& problem() const { return m_problem; }

Q_SIGNALS:
    void reset();
    void columnsChanged(std::size_t first);
    /// loading() or problem() changed.
    void stateChanged();

private:
    void choose();
    void refresh();
    void considerDetail();
    void query();
    void take(const Result<HeatMatrix>& answer, int question);
    [[nodiscard]] viewmath::Span wantedSpan() const;

    AgentGateway& m_gateway;
    ViewContext& m_context;
    const ClusterState& m_state;
    HeatMatrix m_matrix;
    bool m_live = true;
    bool m_loading = true;
    QString m_problem;
    viewmath::Span m_asked;
    int m_question = 0;
    QTimer m_settle;
    QTimer m_refresh;
};

} // namespace isotherm
