// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/time_axis_painter.h"

#include "app/viewmath/time_ticks.h"
#include "app/widgets/theme.h"

#include <QDateTime>
#include <QPainter>
#include <algorithm>

namespace isotherm
{
namespace
{

QString labelOf(const viewmath::TimeTick& tick, const Zone& zone)
{
    if (tick.unit == viewmath::TickUnit::Day || tick.dayStart) {
        return zone.day(tick.time);
    }
    return zone.dateTime(tick.time).toString(tick.unit == viewmath::TickUnit::Second
                                                 ? QStringLiteral("HH:mm:ss")
                                                 : QStringLiteral("HH:mm"));
}

} // namespace

std::vector<AxisTick> paintTimeAxis(QPainter& painter, const QRectF& area, viewmath::Span time,
                                    const Zone& zone, const Theme& theme)
{
    const QFontMetricsF metrics(painter.font());
    const double gap = metrics.horizontalAdvance(QStringLiteral("00:00:00")) * 1.7;
    std::vector<AxisTick> ticks;
    double lastRight = area.left() - 4.0;
    const QString zoneText = zone.day(viewmath::fromSeconds(time.end)) + QStringLiteral("  ·  ") +
                             zone.name(viewmath::fromSeconds(time.end));
    for (const viewmath::TimeTick& tick :
         viewmath::timeTicks(time, area.width(), gap, zone.offset())) {
        const double x = area.left() + time.fraction(viewmath::toSeconds(tick.time)) * area.width();
        ticks.push_back({x, tick.dayStart});
        const QString label = labelOf(tick, zone);
        const double width = metrics.horizontalAdvance(label);
        const double left = std::clamp(x - width / 2.0, area.left(), area.right() - width);
        painter.setPen(theme.muted);
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.top() + 4.0));
        if (left <= lastRight + 6.0) {
            continue;
        }
        painter.setPen(tick.dayStart ? theme.text : theme.muted);
        painter.drawText(QPointF(left, area.top() + 6.0 + metrics.ascent()), label);
        lastRight = left + width;
    }
    painter.setPen(mixed(theme.panel, theme.muted, 0.85));
    painter.drawText(
        QRectF(area.left(), area.top() + 6.0 + metrics.height(), area.width(), metrics.height()),
        Qt::AlignRight | Qt::AlignVCenter, zoneText);
    return ticks;
}

} // namespace isotherm
