// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/heat_legend.h"

#include "app/viewmath/colour_map.h"
#include "app/viewmath/text.h"
#include "app/widgets/theme.h"

#include <QLinearGradient>
#include <QPainter>
#include <QPolygonF>
#include <algorithm>
#include <array>
#include <cmath>

namespace isotherm
{
namespace
{

constexpr int kWidth = 132;
constexpr double kBarWidth = 14.0;
constexpr double kMissingHeight = 30.0;
constexpr double kForecastHeight = 22.0;

double yOf(const QRectF& bar, double position)
{
    return bar.bottom() - position * bar.height();
}

} // namespace

HeatLegend::HeatLegend(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Expanding);
    setAccessibleName(tr("Colour scale"));
}

void HeatLegend::setScale(HeatMetric metric, viewmath::ColourMap map,
                          const viewmath::ValueScale& scale)
{
    m_metric = metric;
    m_map = map;
    m_scale = scale;
    update();
}

void HeatLegend::setLimits(const HeatLimits& limits)
{
    m_limits = limits;
    update();
}

void HeatLegend::setForecastShown(bool shown)
{
    m_forecast = shown;
    update();
}

void HeatLegend::setPointer(std::optional<double> value)
{
    if (value != m_pointer) {
        m_pointer = value;
        update();
    }
}

QSize HeatLegend::sizeHint() const
{
    return {kWidth, 200};
}

void HeatLegend::paintEvent(QPaintEvent* /*event*/)
{
    QPainter painter(this);
    const Theme& theme = Theme::of(palette());
    painter.fillRect(rect(), theme.panel);
    painter.setRenderHint(QPainter::Antialiasing);
    const QFontMetricsF metrics(font());
    const QRectF bar(14.0, metrics.height() / 2.0, kBarWidth,
                     height() - metrics.height() - kMissingHeight -
                         (m_forecast ? kForecastHeight : 0.0) - 8.0);
    if (bar.height() < 40.0) {
        return;
    }
    QLinearGradient gradient(bar.bottomLeft(), bar.topLeft());
    for (int i = 0; i <= 32; ++i) {
        gradient.setColorAt(i / 32.0, QColor(viewmath::colourAt(m_map, i / 32.0)));
    }
    painter.setPen(QPen(theme.border, 1.0));
    painter.setBrush(gradient);
    painter.drawRoundedRect(bar, 3.0, 3.0);
    paintTicks(painter, bar);
    paintLimits(painter, bar);
    const QRectF missing(bar.left(), height() - kMissingHeight + 4.0, kBarWidth, kBarWidth);
    paintMissing(painter, missing);
    if (m_forecast) {
        paintForecast(painter, missing.translated(0.0, -kForecastHeight));
    }
    if (m_pointer) {
        const double y = yOf(bar, m_scale.position(*m_pointer));
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.text);
        painter.drawPolygon(QPolygonF(
            {{bar.left() - 1.0, y}, {bar.left() - 9.0, y - 5.0}, {bar.left() - 9.0, y + 5.0}}));
    }
}

void HeatLegend::paintTicks(QPainter& painter, const QRectF& bar) const
{
    const Theme& theme = Theme::of(palette());
    const QFontMetricsF metrics(font());
    const int steps = bar.height() > 220.0 ? 5 : 2;
    for (int i = 0; i <= steps; ++i) {
        const double share = static_cast<double>(i) / steps;
        // Even steps of value on an even scale; even steps of the bar on a bent one.
        const bool bent = m_scale.logarithmic || m_scale.brightness != 0.0;
        const double value = bent ? m_scale.valueAt(share) : share * m_scale.top;
        const double y = yOf(bar, bent ? share : m_scale.position(value));
        painter.setPen(theme.muted);
        painter.drawLine(QPointF(bar.right() + 2.0, y), QPointF(bar.right() + 5.0, y));
        QString label = m_metric == HeatMetric::Temperature ? text::temperature(value)
                                                            : text::compactNumber(value);
        if (i == steps) {
            label = text::heatValue(m_metric, value);
            if (m_metric != HeatMetric::Temperature) {
                label.prepend(QStringLiteral("≥ ")); // spikes above are cut off
            }
        }
        painter.drawText(QRectF(bar.right() + 9.0, y - metrics.height() / 2.0,
                                width() - bar.right() - 9.0, metrics.height()),
                         Qt::AlignLeft | Qt::AlignVCenter, label);
    }
}

void HeatLegend::paintLimits(QPainter& painter, const QRectF& bar) const
{
    const Theme& theme = Theme::of(palette());
    const QFontMetricsF metrics(font());
    struct Limit
    {
        std::optional<double> value;
        QString name;
        QColor colour;
    };
    const std::array<Limit, 2> limits = {Limit{m_limits.hot, tr("hot"), theme.hot},
                                         Limit{m_limits.warm, tr("warm"), theme.warm}};
    double free = 0.0; // below the tag before: on a long scale the limits lie close together
    for (const Limit& limit : limits) {
        if (!limit.value || *limit.value > m_scale.top) {
            continue;
        }
        const double y = yOf(bar, m_scale.position(*limit.value));
        painter.setPen(QPen(QColor(0, 0, 0, 200), 3.0));
        painter.drawLine(QPointF(bar.left() - 3.0, y), QPointF(bar.right() + 3.0, y));
        painter.setPen(QPen(limit.colour, 1.6));
        painter.drawLine(QPointF(bar.left() - 4.0, y), QPointF(bar.right() + 34.0, y));
        const double textWidth = metrics.horizontalAdvance(limit.name) + 8.0;
        const QRectF tag(width() - textWidth - 4.0,
                         std::max(free, y - metrics.height() / 2.0 - 1.0), textWidth,
                         metrics.height() + 2.0);
        free = tag.bottom() + 1.0;
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.panel);
        painter.drawRect(tag.adjusted(-3.0, 0.0, 3.0, 0.0));
        painter.setBrush(mixed(theme.panel, limit.colour, 0.25));
        painter.drawRoundedRect(tag, 4.0, 4.0);
        painter.setPen(limit.colour);
        painter.drawText(tag, Qt::AlignCenter, limit.name);
    }
}

void HeatLegend::paintMissing(QPainter& painter, const QRectF& swatch) const
{
    const Theme& theme = Theme::of(palette());
    painter.setPen(QPen(theme.border, 1.0));
    painter.setBrush(theme.missing);
    painter.drawRect(swatch);
    painter.save();
    painter.setClipRect(swatch);
    painter.setPen(QPen(theme.missingStripe, 2.0));
    for (double x = -swatch.height(); x < swatch.width(); x += 6.0) {
        painter.drawLine(QPointF(swatch.left() + x, swatch.bottom()),
                         QPointF(swatch.left() + x + swatch.height(), swatch.top()));
    }
    painter.restore();
    paintName(painter, swatch, tr("not measured"));
}

void HeatLegend::paintForecast(QPainter& painter, const QRectF& swatch) const
{
    const QColor ground(viewmath::colourAt(m_map, 0.55));
    painter.setPen(QPen(Theme::of(palette()).border, 1.0));
    painter.setBrush(ground);
    painter.drawRect(swatch);
    painter.save();
    painter.setClipRect(swatch);
    painter.setPen(QPen(mixed(ground, Qt::white, 0.5), 1.0));
    for (double x = -swatch.height(); x < swatch.width(); x += 5.0) {
        painter.drawLine(QPointF(swatch.left() + x, swatch.bottom()),
                         QPointF(swatch.left() + x + swatch.height(), swatch.top()));
    }
    painter.restore();
    paintName(painter, swatch, tr("forecast"));
}

void HeatLegend::paintName(QPainter& painter, const QRectF& swatch, const QString& name) const
{
    painter.setPen(Theme::of(palette()).muted);
    painter.drawText(QRectF(swatch.right() + 9.0, swatch.top() - 2.0,
                            width() - swatch.right() - 9.0, swatch.height() + 4.0),
                     Qt::AlignLeft | Qt::AlignVCenter, name);
}

} // namespace isotherm
