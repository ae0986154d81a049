// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/restorable_picker.h"

#include "app/viewmath/text.h"
#include "app/widgets/theme.h"
#include "app/widgets/time_axis_painter.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace isotherm
{
namespace
{

constexpr double kMargin = 8.0;
constexpr double kBandTop = 14.0;
constexpr double kBandHeight = 16.0;
/// A moment, or a stretch of less than this, is still to be seen.
constexpr double kThinnest = 3.0;
/// Of what is shown, for one press of an arrow key.
constexpr double kKeyShare = 0.01;

} // namespace

RestorablePicker::RestorablePicker(QWidget* parent) : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setAccessibleName(tr("Moment to restore to"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize RestorablePicker::sizeHint() const
{
    return {400, static_cast<int>(kBandTop + kBandHeight + fontMetrics().height() * 2.0 + 12.0)};
}

void RestorablePicker::setRestorable(const viewmath::Restorable& restorable, viewmath::Span shown)
{
    m_restorable = restorable;
    m_shown = shown;
    update();
}

void RestorablePicker::setZone(const Zone& zone)
{
    m_zone = zone;
    update();
}

void RestorablePicker::setMoment(double seconds)
{
    m_moment = seconds;
    setAccessibleDescription(m_zone.full(viewmath::fromSeconds(seconds)));
    update();
}

void RestorablePicker::setMarks(std::vector<double> seconds)
{
    m_marks = std::move(seconds);
    update();
}

QRectF RestorablePicker::band() const
{
    return {kMargin, kBandTop, std::max(1.0, width() - 2.0 * kMargin), kBandHeight};
}

double RestorablePicker::xOf(double seconds) const
{
    const QRectF area = band();
    return area.left() + m_shown.fraction(seconds) * area.width();
}

double RestorablePicker::secondsAt(double x) const
{
    const QRectF area = band();
    return m_shown.valueAt(std::clamp((x - area.left()) / area.width(), 0.0, 1.0));
}

void RestorablePicker::paintEvent(QPaintEvent* /*event*/)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Theme& theme = Theme::of(palette());
    const QRectF area = band();
    painter.setPen(QPen(hasFocus() ? theme.accent : theme.border, 1.0));
    painter.setBrush(theme.window);
    painter.drawRoundedRect(area.adjusted(-0.5, -0.5, 0.5, 0.5), 3.0, 3.0);
    if (m_shown.length() <= 0.0) {
        return;
    }
    painter.save();
    painter.setClipRect(area);
    paintGaps(painter, area);
    painter.setPen(Qt::NoPen);
    painter.setBrush(mixed(theme.panel, theme.accent, 0.55));
    for (const viewmath::RestorableSpan& span : m_restorable.spans) {
        const double left = xOf(span.begin);
        const double right = std::max(xOf(span.end), left + kThinnest);
        painter.drawRect(QRectF(left, area.top(), right - left, area.height()));
    }
    painter.restore();
    for (const double mark : m_marks) {
        const double x = xOf(mark);
        if (x >= area.left() && x <= area.right()) {
            painter.setPen(QPen(theme.critical, 1.4));
            painter.drawLine(QPointF(x, area.top() - 5.0), QPointF(x, area.top() - 1.0));
        }
    }
    paintTimeAxis(painter, QRectF(area.left(), area.bottom() + 1.0, area.width(), 40.0), m_shown,
                  m_zone, theme);
    paintHandle(painter, area);
}

void RestorablePicker::paintGaps(QPainter& painter, const QRectF& area) const
{
    const Theme& theme = Theme::of(palette());
    painter.setPen(Qt::NoPen);
    painter.setBrush(QBrush(theme.critical, Qt::BDiagPattern));
    for (const viewmath::RestorableGap& gap : m_restorable.gaps) {
        const double left = xOf(gap.begin);
        const double right = std::max(xOf(gap.end), left + kThinnest);
        painter.drawRect(QRectF(left, area.top(), right - left, area.height()));
    }
}

void RestorablePicker::paintHandle(QPainter& painter, const QRectF& area) const
{
    const double x = xOf(m_moment);
    if (x < area.left() - 2.0 || x > area.right() + 2.0) {
        return;
    }
    const Theme& theme = Theme::of(palette());
    painter.setPen(QPen(theme.panel, 4.5));
    painter.drawLine(QPointF(x, area.top() - 4.0), QPointF(x, area.bottom() + 4.0));
    painter.setPen(QPen(theme.text, 2.0));
    painter.drawLine(QPointF(x, area.top() - 4.0), QPointF(x, area.bottom() + 4.0));
    painter.setBrush(theme.text);
    painter.setPen(Qt::NoPen);
    painter.drawEllipse(QPointF(x, area.top() - 6.0), 4.5, 4.5);
}

void RestorablePicker::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton) {
        Q_EMIT wished(secondsAt(event->position().x()));
    }
}

void RestorablePicker::mouseMoveEvent(QMouseEvent* event)
{
    if (event->buttons().testFlag(Qt::LeftButton)) {
        Q_EMIT wished(secondsAt(event->position().x()));
    }
}

void RestorablePicker::keyPressEvent(QKeyEvent* event)
{
    // With Ctrl by the second: the accident is often that close.
    const double step = event->modifiers().testFlag(Qt::ControlModifier)
                            ? 1.0
                            : std::max(1.0, m_shown.length() * kKeyShare);
    switch (event->key()) {
    case Qt::Key_Left:
        Q_EMIT wished(m_moment - step);
        return;
    case Qt::Key_Right:
        Q_EMIT wished(m_moment + step);
        return;
    case Qt::Key_Home:
        Q_EMIT wished(m_shown.begin);
        return;
    case Qt::Key_End:
        Q_EMIT wished(m_shown.end);
        return;
    default:
        QWidget::keyPressEvent(event);
    }
}

bool RestorablePicker::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const double at = secondsAt(help->pos().x());
        QStringList lines{m_zone.full(viewmath::fromSeconds(at))};
        for (const viewmath::RestorableGap& gap : m_restorable.gaps) {
            if (at > gap.begin && at < gap.end) {
                lines << (gap.cause.empty()
                              ? tr("gap: nothing can be restored to in here")
                              : tr("gap: %1").arg(text::fromUtf8(gap.cause)));
            }
        }
        QToolTip::showText(help->globalPos(), lines.join(QLatin1Char('\n')), this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace isotherm
