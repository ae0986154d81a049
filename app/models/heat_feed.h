// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/agent_gateway.h"
#include "app/models/view_context.h"
#include "app/viewmath/forecast_table.h"
#include "shared/model/heat_matrix.h"

#include <QObject>
#include <QTimer>
#include <cstddef>
#include <optional>
#include <vector>

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
    /// What is expected: drawn right of now while following. Kept until there is a newer one.
    void setForecasts(std::vector<ForecastSeries> series);
    /// Forgets everything and asks again: another agent, or F5.
    void restart();

    [[nodiscard]] const HeatMatrix& matrix() const { return m_matrix; }
    /// In the unit of the map; empty when this metric has no forecast.
    [[nodiscard]] const viewmath::ForecastTable& forecast() const { return m_forecast; }
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
    /// Brings the forecast columns up to the right edge.
    std::optional<std::size_t> extend();
    void rebuildForecast();
    [[nodiscard]] viewmath::Span wantedSpan() const;

    AgentGateway& m_gateway;
    ViewContext& m_context;
    const ClusterState& m_state;
    HeatMatrix m_matrix;
    std::vector<ForecastSeries> m_series;
    viewmath::ForecastTable m_forecast;
    bool m_live = true;
    bool m_loading = true;
    QString m_problem;
    viewmath::Span m_asked;
    int m_question = 0;
    QTimer m_settle;
    QTimer m_refresh;
};

} // namespace isotherm
