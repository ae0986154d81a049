// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/heat_feed.h"

#include "app/models/cluster_state.h"
#include "app/viewmath/forecast_table.h"
#include "app/viewmath/heat_merge.h"
#include "app/viewmath/text.h"
#include "shared/model/agent_service.h"

#include <algorithm>

namespace isotherm
{
namespace
{

using namespace std::chrono_literals;
using viewmath::Span;

/// Up to here the live stream carries the whole range.
constexpr double kLongestLive = 3600.0;
/// Up to here in columns of one second.
constexpr double kFinestLive = 1200.0;
constexpr std::size_t kColumnLimit = 1536;
constexpr auto kSettle = 150ms;
constexpr auto kRefresh = 10s;

} // namespace

HeatFeed::HeatFeed(AgentGateway& gateway, ViewContext& context, const ClusterState& state,
                   QObject* parent)
    : QObject(parent), m_gateway(gateway), m_context(context), m_state(state)
{
    m_settle.setSingleShot(true);
    m_settle.setInterval(kSettle);
    m_refresh.setInterval(kRefresh);
    connect(&m_settle, &QTimer::timeout, this, &HeatFeed::query);
    connect(&m_refresh, &QTimer::timeout, this, &HeatFeed::refresh);
    connect(&context, &ViewContext::rangeChanged, this, &HeatFeed::choose);
    connect(&context, &ViewContext::metricChanged, this, &HeatFeed::restart);
    connect(&context, &ViewContext::visibleChanged, this, &HeatFeed::considerDetail);
}

void HeatFeed::restart()
{
    m_matrix = HeatMatrix{};
    m_loading = true;
    m_problem.clear();
    rebuildForecast();
    Q_EMIT reset();
    choose();
}

void HeatFeed::setForecasts(std::vector<ForecastSeries> series)
{
    m_series = std::move(series);
    rebuildForecast();
    viewmath::dropForecast(m_matrix);
    extend();
    Q_EMIT reset();
}

void HeatFeed::rebuildForecast()
{
    m_forecast = viewmath::ForecastTable(m_series, m_context.metric());
}

std::optional<std::size_t> HeatFeed::extend()
{
    if (m_context.full().end <= m_context.range().end) {
        return std::nullopt;
    }
    return viewmath::extendForecast(m_matrix, m_forecast, m_context.full().end);
}

void HeatFeed::choose()
{
    const double length = m_context.range().length();
    m_live = m_context.following() && length <= kLongestLive + 1.0;
    ++m_question; // answers on their way are for another picture
    if (extend()) {
        Q_EMIT reset(); // there is more of the future to see
    }
    if (m_live) {
        m_settle.stop();
        m_refresh.stop();
        m_gateway.followHeat(m_context.metric(), std::chrono::seconds(std::llround(length)),
                             length <= kFinestLive ? 1'000ms : 10'000ms);
        return;
    }
    m_gateway.followHeat(m_context.metric(), 0s, 1'000ms);
    m_settle.start();
    if (m_context.following()) {
        m_refresh.start();
    } else {
        m_refresh.stop();
    }
}

void HeatFeed::refresh()
{
    if (m_state.connected() && !m_live) {
        query();
    }
}

Span HeatFeed::wantedSpan() const
{
    const Span visible = m_context.visible();
    const double margin = visible.length() / 2.0;
    const Span range = m_context.range();
    return {std::max(visible.begin - margin, range.begin),
            std::min(visible.end + margin, range.end)};
}

void HeatFeed::considerDetail()
{
    if (m_live || m_settle.isActive()) {
        return;
    }
    const Span visible = m_context.visible();
    // While following, the refresh timer brings the newest columns.
    const double slack = visible.length() * 0.05;
    const double measured = std::min(visible.end, m_context.range().end);
    const bool uncovered = visible.begin < m_asked.begin - slack || measured > m_asked.end + slack;
    const bool coarse = m_asked.length() > 4.0 * visible.length();
    if (uncovered || coarse) {
        m_settle.start();
    }
}

void HeatFeed::query()
{
    if (m_live) {
        return;
    }
    m_asked = wantedSpan();
    const int question = ++m_question;
    const HeatQuery wanted{.metric = m_context.metric(),
                           .from = viewmath::fromSeconds(m_asked.begin),
                           .to = viewmath::fromSeconds(m_asked.end),
                           .columnLimit = kColumnLimit,
                           .shards = {},
                           .keyspace = {}};
    m_loading = true;
    Q_EMIT stateChanged();
    m_gateway.ask<HeatMatrix>(
        this, [wanted](AgentService& agent) { return agent.heat(wanted); },
        [this, question](const Result<HeatMatrix>& answer) { take(answer, question); });
}

void HeatFeed::take(const Result<HeatMatrix>& answer, int question)
{
    if (question != m_question) {
        return;
    }
    m_loading = false;
    if (answer.ok()) {
        m_problem.clear();
        m_matrix = answer.value();
        extend();
        Q_EMIT reset();
    } else {
        m_problem = text::error(answer.error());
    }
    Q_EMIT stateChanged();
}

void HeatFeed::applyLive(const HeatMatrix& heat, bool snapshot)
{
    if (!m_live || heat.metric != m_context.metric()) {
        return;
    }
    m_problem.clear();
    if (m_loading) {
        m_loading = false;
        Q_EMIT stateChanged();
    }
    const auto first = snapshot ? std::nullopt : viewmath::mergeColumns(m_matrix, heat);
    if (snapshot) {
        m_matrix = heat;
    }
    // Dropping moves every cell: not for each column, but when a quarter is too old.
    const auto window = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::duration<double>(m_context.range().length()));
    const WallTime measured = m_matrix.columnStart(m_matrix.forecastFrom);
    const bool outgrown = measured - m_matrix.start > window + window / 4;
    if (outgrown) {
        viewmath::dropColumnsBefore(m_matrix, measured - window);
    }
    extend();
    if (first && !outgrown) {
        Q_EMIT columnsChanged(*first);
    } else {
        Q_EMIT reset();
    }
}

} // namespace isotherm
