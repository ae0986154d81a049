// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/forecast_panel.h"

#include "app/models/forecast_feed.h"
#include "app/models/shard_tree_model.h"
#include "app/pages/step_layout.h"
#include "app/viewmath/change_text.h"
#include "app/viewmath/forecast_lines.h"
#include "app/viewmath/text.h"
#include "app/widgets/forecast_charts.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

namespace isotherm
{
namespace
{

/// The lines move by a column a second at most; a chart is dear to lay out.
constexpr int kRefreshMillis = 2'000;

} // namespace

ForecastPanel::ForecastPanel(const PageContext& context, const HeatFeed& feed, QWidget* parent)
    : QWidget(parent), m_context(context), m_feed(feed), m_state(stepLabel({}, "mutedLabel", this)),
      m_errors(new ForecastErrorChart(this)), m_shard(new ShardForecastChart(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 4, 8, 4);
    layout->addWidget(m_state);
    auto* row = new QHBoxLayout;
    row->addWidget(m_errors, 2);
    row->addWidget(m_shard, 3);
    layout->addLayout(row, 1);
    connect(&context.forecast, &ForecastFeed::changed, this, &ForecastPanel::refreshQuality);
    connect(&context.forecast, &ForecastFeed::pastChanged, this, &ForecastPanel::refreshShard);
    connect(&context.view, &ViewContext::selectionChanged, this, &ForecastPanel::refreshShard);
    connect(&context.view, &ViewContext::metricChanged, this, &ForecastPanel::refreshShard);
    m_refresh.setInterval(kRefreshMillis);
    connect(&m_refresh, &QTimer::timeout, this, &ForecastPanel::refreshShard);
    m_refresh.start();
    refreshQuality();
}

void ForecastPanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refreshShard();
}

QString ForecastPanel::stateText() const
{
    return m_state->text();
}

QStringList ForecastPanel::describe(const ForecastQuality& quality) const
{
    const Zone& zone = m_context.view.zone();
    QStringList said{text::fromUtf8(quality.keyspace) + QStringLiteral(": ") +
                     text::fromUtf8(quality.state)};
    if (quality.made) {
        said << tr("made %1").arg(zone.full(*quality.made));
    }
    if (quality.learned) {
        said << tr("learned from %1 on").arg(zone.full(*quality.learned));
    }
    if (quality.drifting > 0) {
        said << tr("%1 of %2 series drift")
                    .arg(text::count(quality.drifting), text::count(quality.series));
    }
    if (!quality.acted) {
        said << tr("forecast only: nothing acts on it");
    }
    for (const HorizonQuality& horizon : quality.horizons) {
        QStringList losing;
        for (const ModelShare& model : horizon.models) {
            if (model.left) {
                losing << text::fromUtf8(model.model);
            }
        }
        if (!losing.isEmpty()) {
            said << tr("%1 ahead without %2: it loses to yesterday or last week")
                        .arg(text::duration(horizon.lead), losing.join(QStringLiteral(", ")));
        }
    }
    return said;
}

void ForecastPanel::refreshQuality()
{
    const std::vector<ForecastQuality>& all = m_context.forecast.quality();
    QStringList lines;
    for (const ForecastQuality& quality : all) {
        lines << describe(quality).join(QStringLiteral("  ·  "));
    }
    if (!m_context.forecast.problem().isEmpty()) {
        lines << m_context.forecast.problem();
    } else if (lines.isEmpty()) {
        lines << tr("No forecast yet.");
    }
    m_state->setText(lines.join(QLatin1Char('\n')));
    // The keyspace of the selection, or the one with the most series.
    const auto& selected = m_context.view.selection().shards;
    const ShardRecord* shard = selected.empty() ? nullptr : m_context.state.shard(selected.front());
    const auto chosen = std::ranges::max_element(all, {}, [shard](const ForecastQuality& quality) {
        return std::pair(shard != nullptr && shard->keyspace == quality.keyspace, quality.series);
    });
    m_errors->setQuality(chosen == all.end() ? std::vector<HorizonQuality>{} : chosen->horizons);
    refreshShard();
}

void ForecastPanel::refreshShard()
{
    if (!isVisible()) {
        return;
    }
    const auto& selected = m_context.view.selection().shards;
    const ShardRecord* shard = selected.empty() ? nullptr : m_context.state.shard(selected.front());
    if (shard == nullptr) {
        m_shard->setLines({}, tr("Select a shard to see what is expected of it"), {});
        return;
    }
    if (m_feed.matrix().metric != HeatMetric::Rows) {
        m_shard->setLines({}, tr("Forecasts are of rows read and written: choose that metric"), {});
        return;
    }
    const viewmath::ForecastTable past(m_context.forecast.past(), HeatMetric::Rows);
    m_shard->setLines(viewmath::forecastLines(m_feed.matrix(), shard->id, past, m_feed.forecast()),
                      shardTitle(*shard), m_context.view.zone());
}

} // namespace isotherm
