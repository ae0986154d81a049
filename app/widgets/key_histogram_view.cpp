// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/key_histogram_view.h"

#include "app/viewmath/text.h"
#include "app/widgets/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <array>
#include <cmath>

namespace isotherm
{
namespace
{

constexpr double kMargin = 10.0;
constexpr double kTop = 16.0;
constexpr double kGrabPixels = 7.0;

QString percent(double share)
{
    return QLocale().toString(share * 100.0, 'f', share < 0.0995 ? 1 : 0) + QChar(0xa0) +
           QLatin1Char('%');
}

/// Neighbouring parts differ in lightness too, not by hue alone.
QColor partColour(const Theme& theme, std::size_t part)
{
    const std::array<QColor, 2> colours = {mixed(theme.panel, theme.accent, 0.8),
                                           mixed(theme.panel, theme.accent, 0.45)};
    return colours.at(part % colours.size());
}

} // namespace

KeyHistogramView::KeyHistogramView(QWidget* parent) : QWidget(parent)
{
    setMinimumHeight(120);
    setMouseTracking(true);
    setAccessibleName(tr("Load along the keys, with cut points"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void KeyHistogramView::setHistogram(std::vector<KeyBar> bars, viewmath::BarCuts cuts)
{
    if (m_dragged) {
        return; // the next refresh comes when the hand has let go
    }
    m_bars = std::move(bars);
    m_cuts = std::move(cuts);
    m_chosen = std::min(m_chosen, m_cuts.empty() ? 0 : m_cuts.size() - 1);
    update();
}

void KeyHistogramView::setMovable(bool movable)
{
    m_movable = movable;
    setFocusPolicy(movable ? Qt::StrongFocus : Qt::NoFocus);
    update();
}

QRectF KeyHistogramView::plot() const
{
    const double labels = fontMetrics().height() * 2.0 + 8.0;
    return {kMargin, kTop, std::max(1.0, width() - 2.0 * kMargin),
            std::max(1.0, height() - kTop - labels)};
}

double KeyHistogramView::xOf(double bar) const
{
    const QRectF area = plot();
    return area.left() +
           bar / static_cast<double>(std::max<std::size_t>(m_bars.size(), 1)) * area.width();
}

double KeyHistogramView::barAt(double x) const
{
    const QRectF area = plot();
    return (x - area.left()) / area.width() * static_cast<double>(m_bars.size());
}

std::optional<std::size_t> KeyHistogramView::cutAt(double x) const
{
    const double reach = kGrabPixels / plot().width() * static_cast<double>(m_bars.size());
    return viewmath::nearestCut(m_cuts, barAt(x), reach);
}

void KeyHistogramView::paintEvent(QPaintEvent* /*event*/)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Theme& theme = Theme::of(palette());
    const QRectF area = plot();
    if (m_bars.empty()) {
        painter.setPen(theme.muted);
        painter.drawText(rect(), Qt::AlignCenter, tr("no keys were sampled yet"));
        return;
    }
    paintBars(painter, area);
    painter.setPen(QPen(theme.border, 1.0));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    paintParts(painter, area);
    paintCuts(painter, area);
}

void KeyHistogramView::paintBars(QPainter& painter, const QRectF& area) const
{
    const Theme& theme = Theme::of(palette());
    double top = 1e-9;
    for (const KeyBar& bar : m_bars) {
        top = std::max({top, bar.loadShare, bar.rowShare});
    }
    std::size_t part = 0;
    for (std::size_t i = 0; i < m_bars.size(); ++i) {
        while (part < m_cuts.size() && i >= m_cuts[part]) {
            ++part;
        }
        const double left = xOf(static_cast<double>(i));
        const double width = std::max(1.0, xOf(static_cast<double>(i) + 1.0) - left - 1.0);
        const double load = m_bars[i].loadShare / top * area.height();
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_bars[i].singleKey ? theme.hot : partColour(theme, part));
        painter.drawRect(QRectF(left, area.bottom() - load, width, load));
        const double rows = area.bottom() - m_bars[i].rowShare / top * area.height();
        painter.setPen(QPen(theme.muted, 1.0));
        painter.drawLine(QPointF(left, rows), QPointF(left + width, rows));
    }
}

void KeyHistogramView::paintParts(QPainter& painter, const QRectF& area) const
{
    const Theme& theme = Theme::of(palette());
    const QFontMetricsF metrics(font());
    const std::vector<viewmath::PartShare> parts = viewmath::partShares(m_bars, m_cuts);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const double left = xOf(i == 0 ? 0.0 : static_cast<double>(m_cuts[i - 1]));
        const double right =
            xOf(static_cast<double>(i < m_cuts.size() ? m_cuts[i] : m_bars.size()));
        const QRectF label(left, area.bottom() + 3.0, right - left, metrics.height());
        const QString said = percent(parts[i].load);
        if (metrics.horizontalAdvance(said) <= label.width()) {
            painter.setPen(theme.text);
            painter.drawText(label, Qt::AlignCenter, said);
        }
    }
    painter.setPen(theme.muted);
    const QRectF keys(area.left(), area.bottom() + 4.0 + metrics.height(), area.width(),
                      metrics.height());
    painter.drawText(keys, Qt::AlignLeft, text::fromUtf8(m_bars.front().label));
    painter.drawText(keys, Qt::AlignRight, text::fromUtf8(m_bars.back().label) + QChar(0x2026));
    double lastRight =
        area.left() + metrics.horizontalAdvance(text::fromUtf8(m_bars.front().label));
    for (const std::size_t cut : m_cuts) {
        const QString key = text::fromUtf8(m_bars[cut].label);
        const double width = metrics.horizontalAdvance(key);
        const double left = xOf(static_cast<double>(cut)) - width / 2.0;
        if (left > lastRight + 6.0 && left + width < area.right() - 60.0) {
            painter.setPen(theme.text);
            painter.drawText(QRectF(left, keys.top(), width + 2.0, keys.height()), Qt::AlignLeft,
                             key);
            lastRight = left + width;
        }
    }
}

void KeyHistogramView::paintCuts(QPainter& painter, const QRectF& area) const
{
    const Theme& theme = Theme::of(palette());
    for (std::size_t i = 0; i < m_cuts.size(); ++i) {
        const double x = xOf(static_cast<double>(m_cuts[i])) - 0.5;
        const bool marked = m_movable && (m_dragged == i || (hasFocus() && m_chosen == i));
        painter.setPen(QPen(theme.panel, 4.0));
        painter.drawLine(QPointF(x, kTop - 8.0), QPointF(x, area.bottom()));
        painter.setPen(QPen(marked ? theme.accent : theme.text, marked ? 2.4 : 1.6));
        painter.drawLine(QPointF(x, kTop - 8.0), QPointF(x, area.bottom()));
        if (m_movable) {
            painter.setBrush(marked ? theme.accent : theme.text);
            painter.setPen(Qt::NoPen);
            painter.drawEllipse(QPointF(x, kTop - 9.0), 4.5, 4.5);
        }
    }
}

void KeyHistogramView::move(std::size_t cut, double bar)
{
    const viewmath::BarCuts moved = viewmath::movedCut(m_cuts, cut, bar, m_bars.size());
    if (moved != m_cuts) {
        m_cuts = moved;
        update();
        Q_EMIT cutsMoving(m_cuts);
    }
}

void KeyHistogramView::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && m_movable) {
        m_dragged = cutAt(event->position().x());
        m_before = m_cuts;
        m_chosen = m_dragged.value_or(m_chosen);
        update();
    }
}

void KeyHistogramView::mouseMoveEvent(QMouseEvent* event)
{
    if (m_dragged) {
        move(*m_dragged, barAt(event->position().x()));
        return;
    }
    setCursor(m_movable && cutAt(event->position().x()) ? Qt::SplitHCursor : Qt::ArrowCursor);
}

void KeyHistogramView::mouseReleaseEvent(QMouseEvent* event)
{
    if (!m_dragged || event->button() != Qt::LeftButton) {
        return;
    }
    move(*m_dragged, barAt(event->position().x()));
    m_dragged.reset();
    update();
    if (m_cuts != m_before) {
        Q_EMIT cutsMoved(m_cuts);
    }
}

void KeyHistogramView::keyPressEvent(QKeyEvent* event)
{
    const bool sideways = event->key() == Qt::Key_Left || event->key() == Qt::Key_Right;
    const bool along = event->key() == Qt::Key_Up || event->key() == Qt::Key_Down;
    if (!m_movable || m_cuts.empty() || (!sideways && !along)) {
        QWidget::keyPressEvent(event);
        return;
    }
    if (along) {
        const std::size_t count = m_cuts.size();
        m_chosen = (m_chosen + (event->key() == Qt::Key_Down ? 1 : count - 1)) % count;
        update();
        return;
    }
    const viewmath::BarCuts before = m_cuts;
    move(m_chosen,
         static_cast<double>(m_cuts[m_chosen]) + (event->key() == Qt::Key_Right ? 1.0 : -1.0));
    if (m_cuts != before) {
        Q_EMIT cutsMoved(m_cuts);
    }
}

bool KeyHistogramView::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip && !m_bars.empty()) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const double at = std::clamp(std::floor(barAt(help->pos().x())), 0.0,
                                     static_cast<double>(m_bars.size()) - 1.0);
        const KeyBar& bar = m_bars[static_cast<std::size_t>(at)];
        QStringList lines{bar.singleKey ? tr("the key %1").arg(text::fromUtf8(bar.label))
                                        : tr("keys from %1").arg(text::fromUtf8(bar.label)),
                          tr("%1 of the load, %2 of the rows")
                              .arg(percent(bar.loadShare), percent(bar.rowShare))};
        QToolTip::showText(help->globalPos(), lines.join(QLatin1Char('\n')), this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace isotherm
