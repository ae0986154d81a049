// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/forecast_feed.h"

#include "app/models/cluster_state.h"
#include "app/viewmath/forecast_table.h"
#include "app/viewmath/text.h"
#include "shared/model/agent_service.h"

#include <algorithm>

namespace isotherm
{
namespace
{

using namespace std::chrono_literals;

constexpr auto kEvery = 60s;
constexpr auto kSettle = 300ms;

} // namespace

ForecastFeed::ForecastFeed(AgentGateway& gateway, const ClusterState& state, QObject* parent)
    : QObject(parent), m_gateway(gateway), m_state(state)
{
    m_timer.setInterval(kEvery);
    m_settle.setSingleShot(true);
    m_settle.setInterval(kSettle);
    connect(&m_timer, &QTimer::timeout, this, &ForecastFeed::refresh);
    connect(&m_settle, &QTimer::timeout, this, &ForecastFeed::askPast);
    connect(&state, &ClusterState::linkChanged, this, [this] {
        if (!m_state.connected()) {
            m_timer.stop();
        } else if (!m_timer.isActive()) {
            m_timer.start();
            refresh();
        }
    });
}

Result<ForecastFeed::Answer> ForecastFeed::askAgent(AgentService& agent)
{
    Answer answer;
    ISO_ASSIGN(answer.forecasts, agent.forecast().forecasts({}));
    ISO_ASSIGN(answer.quality, agent.forecast().forecastQuality());
    return answer;
}

void ForecastFeed::refresh()
{
    const int question = ++m_question;
    m_gateway.ask<Answer>(
        this, [](AgentService& agent) { return askAgent(agent); },
        [this, question](const Result<Answer>& answer) {
            if (question != m_question) {
                return;
            }
            if (answer.ok()) {
                m_problem.clear();
                m_forecasts = answer.value().forecasts;
                m_quality = answer.value().quality;
                m_reference = viewmath::commonReference(m_forecasts);
            } else {
                m_problem = text::error(answer.error());
            }
            Q_EMIT changed();
        });
}

void ForecastFeed::wantPast(std::optional<viewmath::Span> span)
{
    m_pastWanted = span;
    if (!span) {
        ++m_pastQuestion;
        if (!m_past.empty()) {
            m_past.clear();
            Q_EMIT pastChanged();
        }
        m_pastAsked = {};
        return;
    }
    const bool covered = span->begin >= m_pastAsked.begin && span->end <= m_pastAsked.end;
    if (!covered && !m_settle.isActive()) {
        m_settle.start();
    }
}

void ForecastFeed::askPast()
{
    if (!m_pastWanted || !m_state.connected()) {
        return;
    }
    // Some more on both sides: panning must not ask at each step.
    const double margin = std::max(m_pastWanted->length() / 2.0, 3600.0);
    m_pastAsked = {m_pastWanted->begin - margin, m_pastWanted->end + margin};
    PastForecastQuery query;
    query.from = viewmath::fromSeconds(m_pastAsked.begin);
    query.to = viewmath::fromSeconds(m_pastAsked.end);
    const int question = ++m_pastQuestion;
    m_gateway.ask<std::vector<ForecastSeries>>(
        this, [query](AgentService& agent) { return agent.forecast().pastForecasts(query); },
        [this, question](const Result<std::vector<ForecastSeries>>& answer) {
            if (question == m_pastQuestion && answer.ok()) {
                m_past = answer.value();
                Q_EMIT pastChanged();
            }
        });
}

} // namespace isotherm
