// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/agent_gateway.h"
#include "app/viewmath/viewport.h"
#include "shared/model/forecast_records.h"

#include <QObject>
#include <QString>
#include <QTimer>
#include <chrono>
#include <optional>
#include <vector>

namespace isotherm
{

class ClusterState;

/// What is expected of every shard, how good forecasts were, and on demand what was expected
/// earlier. Asked for once a minute: forecasts are made by the hour. Keeps the last answer. GUI
/// thread.
class ForecastFeed : public QObject
{
    Q_OBJECT

public:
    /// Both must outlive the feed.
    ForecastFeed(AgentGateway& gateway, const ClusterState& state, QObject* parent = nullptr);

    [[nodiscard]] const std::vector<ForecastSeries>& forecasts() const { return m_forecasts; }
    [[nodiscard]] const std::vector<ForecastQuality>& quality() const { return m_quality; }
    /// Made an hour ahead, for the span last wanted.
    [[nodiscard]] const std::vector<ForecastSeries>& past() const { return m_past; }
    /// Rows a second that are temperature 1, where all shards agree.
    [[nodiscard]] std::optional<double> reference() const { return m_reference; }
    /// Why the last question was not answered; empty when it was.
    [[nodiscard]] const QString& problem() const { return m_problem; }

    /// Which past is looked at; nullopt: none. Asked for again only when it left what is here.
    void wantPast(std::optional<viewmath::Span> span);
    void refresh();

Q_SIGNALS:
    void changed();
    void pastChanged();

private:
    struct Answer
    {
        std::vector<ForecastSeries> forecasts;
        std::vector<ForecastQuality> quality;
    };

    [[nodiscard]] static Result<Answer> askAgent(AgentService& agent);
    void askPast();

    AgentGateway& m_gateway;
    const ClusterState& m_state;
    std::vector<ForecastSeries> m_forecasts;
    std::vector<ForecastQuality> m_quality;
    std::vector<ForecastSeries> m_past;
    std::optional<double> m_reference;
    std::optional<viewmath::Span> m_pastWanted;
    viewmath::Span m_pastAsked;
    QString m_problem;
    QTimer m_timer;
    QTimer m_settle;
    int m_question = 0; ///< answers to older ones are dropped
    int m_pastQuestion = 0;
};

} // namespace isotherm
