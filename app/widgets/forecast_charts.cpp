// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/forecast_charts.h"

#include "app/viewmath/text.h"
#include "app/viewmath/viewport.h"
#include "app/widgets/theme.h"

#include <QAreaSeries>
#include <QBarCategoryAxis>
#include <QBarSeries>
#include <QBarSet>
#include <QChart>
#include <QChartView>
#include <QDateTimeAxis>
#include <QEvent>
#include <QLegend>
#include <QLegendMarker>
#include <QLineSeries>
#include <QTimeZone>
#include <QVBoxLayout>
#include <QValueAxis>
#include <algorithm>
#include <cmath>
#include <memory>

namespace isotherm
{
namespace
{

QChartView* addView(QWidget* parent, const QString& name)
{
    auto* view = new QChartView(parent);
    view->setRenderHint(QPainter::Antialiasing);
    view->setFrameShape(QFrame::NoFrame);
    view->setAccessibleName(name);
    auto* layout = new QVBoxLayout(parent);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(view);
    return view;
}

/// In the colours of the console, and as dense as its tables.
std::unique_ptr<QChart> makeChart(const QWidget& widget, const QString& title)
{
    const Theme& theme = Theme::of(widget.palette());
    auto chart = std::make_unique<QChart>();
    chart->setBackgroundBrush(theme.panel);
    chart->setBackgroundRoundness(0.0);
    chart->setMargins({2, 0, 2, 0});
    chart->setTitle(title);
    chart->setTitleBrush(theme.text);
    chart->legend()->setLabelColor(theme.muted);
    // Beside the plot: in a dock there is more width than height.
    chart->legend()->setAlignment(Qt::AlignRight);
    return chart;
}

void styleAxis(QAbstractAxis* axis, const Theme& theme)
{
    axis->setLabelsColor(theme.muted);
    axis->setTitleBrush(theme.muted);
    axis->setGridLineColor(mixed(theme.panel, theme.border, 0.8));
    axis->setLinePenColor(theme.border);
}

void replaceChart(QChartView* view, std::unique_ptr<QChart> chart)
{
    const std::unique_ptr<QChart> old(view->chart());
    view->setChart(chart.release());
}

/// The axis writes times as clocks of this machine show them: moved, so that they read as in
/// `zone`.
void showIn(viewmath::ForecastLines& lines, const Zone& zone)
{
    if (lines.measured.empty() && lines.expected.empty()) {
        return;
    }
    const double any = lines.expected.empty() ? lines.measured.front().front().seconds
                                              : lines.expected.front().seconds;
    const WallTime at = viewmath::fromSeconds(any);
    const Zone machine(QTimeZone::systemTimeZone());
    const auto by = static_cast<double>((zone.offset()(at) - machine.offset()(at)).count());
    for (auto* points : {&lines.expected, &lines.low, &lines.high}) {
        for (viewmath::ChartPoint& point : *points) {
            point.seconds += by;
        }
    }
    for (auto& piece : lines.measured) {
        for (viewmath::ChartPoint& point : piece) {
            point.seconds += by;
        }
    }
}

qreal toMillis(double seconds)
{
    return std::round(seconds * 1000.0);
}

QLineSeries* makeLine(const std::vector<viewmath::ChartPoint>& points, QObject* parent)
{
    auto* line = new QLineSeries(parent);
    for (const viewmath::ChartPoint& point : points) {
        line->append(toMillis(point.seconds), point.value);
    }
    return line;
}

QLineSeries* addLine(QChart& chart, const std::vector<viewmath::ChartPoint>& points,
                     const QPen& pen)
{
    QLineSeries* line = makeLine(points, &chart);
    line->setPen(pen);
    chart.addSeries(line);
    return line;
}

/// Between two lines, which live as long as it does.
QAreaSeries* addBand(QChart& chart, const viewmath::ForecastLines& lines, const QColor& colour)
{
    auto* band = new QAreaSeries(&chart);
    band->setUpperSeries(makeLine(lines.high, band));
    band->setLowerSeries(makeLine(lines.low, band));
    band->setPen(Qt::NoPen);
    band->setBrush(colour);
    chart.addSeries(band);
    return band;
}

} // namespace

ForecastErrorChart::ForecastErrorChart(QWidget* parent)
    : QWidget(parent), m_view(addView(this, tr("Forecast error by how long ahead")))
{
    refresh();
}

QChart& ForecastErrorChart::chart()
{
    return *m_view->chart();
}

void ForecastErrorChart::setQuality(const std::vector<HorizonQuality>& horizons)
{
    if (horizons != m_horizons) {
        m_horizons = horizons;
        refresh();
    }
}

void ForecastErrorChart::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        refresh();
    }
}

void ForecastErrorChart::refresh()
{
    const Theme& theme = Theme::of(palette());
    std::unique_ptr<QChart> chart = makeChart(*this, tr("Forecast error (0.1 is about 10 %)"));
    auto* ours = new QBarSet(tr("Isotherm"));
    auto* naive = new QBarSet(tr("as yesterday or last week"));
    ours->setColor(theme.accent);
    naive->setColor(theme.muted);
    QStringList leads;
    double top = 0.1;
    for (const HorizonQuality& horizon : m_horizons) {
        if (std::isnan(horizon.error)) {
            continue; // nothing has come true yet
        }
        const double other = std::isnan(horizon.naiveError) ? 0.0 : horizon.naiveError;
        leads << text::duration(horizon.lead);
        *ours << horizon.error;
        *naive << other;
        top = std::max({top, horizon.error, other});
    }
    auto* bars = new QBarSeries(chart.get());
    bars->append(ours);
    bars->append(naive);
    chart->addSeries(bars);
    auto* across = new QBarCategoryAxis(chart.get());
    across->append(leads);
    if (leads.isEmpty()) {
        chart->setTitle(tr("no forecast has come true yet"));
    }
    auto* up = new QValueAxis(chart.get());
    up->setRange(0.0, std::ceil(top * 11.0) / 10.0);
    up->setLabelFormat(QStringLiteral("%.2f"));
    chart->addAxis(across, Qt::AlignBottom);
    chart->addAxis(up, Qt::AlignLeft);
    bars->attachAxis(across);
    bars->attachAxis(up);
    styleAxis(across, theme);
    styleAxis(up, theme);
    replaceChart(m_view, std::move(chart));
}

ShardForecastChart::ShardForecastChart(QWidget* parent)
    : QWidget(parent), m_view(addView(this, tr("Measured and expected load of the shard")))
{
    refresh();
}

QChart& ShardForecastChart::chart()
{
    return *m_view->chart();
}

void ShardForecastChart::setLines(const viewmath::ForecastLines& lines, const QString& title,
                                  const Zone& zone)
{
    m_lines = lines;
    showIn(m_lines, zone);
    m_title = title;
    m_zone = zone;
    refresh();
}

void ShardForecastChart::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        refresh();
    }
}

void ShardForecastChart::refresh()
{
    const Theme& theme = Theme::of(palette());
    // Unit and zone stand in the title: beside the axes they would take the plot's room.
    const QString zone = m_zone.name(
        viewmath::fromSeconds(m_lines.expected.empty() ? 0.0 : m_lines.expected.back().seconds));
    const QString axes = QStringLiteral("  ·  ") + text::metricUnit(HeatMetric::Rows) +
                         QStringLiteral("  ·  ") + zone;
    std::unique_ptr<QChart> chart =
        makeChart(*this, m_lines.measured.empty() ? m_title : m_title + axes);
    std::vector<QAbstractSeries*> all;
    if (!m_lines.expected.empty()) {
        QAreaSeries* band = addBand(*chart, m_lines, mixed(theme.panel, theme.warm, 0.35));
        band->setName(tr("80 % interval"));
        QLineSeries* expected =
            addLine(*chart, m_lines.expected, QPen(theme.hot, 1.6, Qt::DashLine));
        expected->setName(tr("expected"));
        all = {band, expected};
    }
    for (const std::vector<viewmath::ChartPoint>& piece : m_lines.measured) {
        QLineSeries* line = addLine(*chart, piece, QPen(theme.accent, 1.4));
        line->setName(tr("measured"));
        // One name for all pieces.
        for (QLegendMarker* marker : chart->legend()->markers(line)) {
            marker->setVisible(&piece == &m_lines.measured.front());
        }
        all.push_back(line);
    }
    auto* across = new QDateTimeAxis(chart.get());
    across->setFormat(QStringLiteral("HH:mm"));
    across->setTickCount(5);
    auto* up = new QValueAxis(chart.get());
    up->setRange(0.0, m_lines.top * 1.05);
    up->setTickCount(4);
    up->setLabelFormat(QStringLiteral("%.0f"));
    chart->addAxis(across, Qt::AlignBottom);
    chart->addAxis(up, Qt::AlignLeft);
    for (QAbstractSeries* series : all) {
        series->attachAxis(across);
        series->attachAxis(up);
    }
    styleAxis(across, theme);
    styleAxis(up, theme);
    chart->legend()->setVisible(!all.empty());
    replaceChart(m_view, std::move(chart));
}

} // namespace isotherm
