// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/share_bars.h"

#include "app/viewmath/change_text.h"
#include "app/widgets/theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>

namespace isotherm
{

ShareBars::ShareBars(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

int ShareBars::lineHeight() const
{
    return fontMetrics().height() + 8;
}

QSize ShareBars::sizeHint() const
{
    return {200, lineHeight() * static_cast<int>(m_bars.size())};
}

void ShareBars::setBars(std::vector<ShareBar> bars)
{
    m_bars = std::move(bars);
    QStringList said;
    for (const ShareBar& bar : m_bars) {
        said << bar.label + QLatin1Char(' ') + text::share(bar.share);
    }
    setAccessibleDescription(said.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

void ShareBars::paintEvent(QPaintEvent* /*event*/)
{
    QPainter painter(this);
    const Theme& theme = Theme::of(palette());
    double top = 1e-9;
    for (const ShareBar& bar : m_bars) {
        top = std::max(top, bar.share);
    }
    for (std::size_t i = 0; i < m_bars.size(); ++i) {
        const QRectF line(0.0, static_cast<double>(i) * lineHeight() + 1.0, width(),
                          lineHeight() - 2.0);
        painter.fillRect(
            QRectF(line.left(), line.top(), line.width() * m_bars[i].share / top, line.height()),
            mixed(theme.panel, theme.accent, 0.3));
        const QString share = text::share(m_bars[i].share);
        const double shareWidth = fontMetrics().horizontalAdvance(share) + 12.0;
        painter.setPen(theme.text);
        const QString label = fontMetrics().elidedText(
            m_bars[i].label, Qt::ElideRight, static_cast<int>(line.width() - shareWidth - 8.0));
        painter.drawText(line.adjusted(6.0, 0.0, -shareWidth, 0.0),
                         Qt::AlignLeft | Qt::AlignVCenter, label);
        painter.setPen(theme.muted);
        painter.drawText(line.adjusted(0.0, 0.0, -6.0, 0.0), Qt::AlignRight | Qt::AlignVCenter,
                         share);
    }
}

bool ShareBars::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const auto line = static_cast<std::size_t>(std::max(help->pos().y() / lineHeight(), 0));
        QToolTip::showText(help->globalPos(), line < m_bars.size() ? m_bars[line].tip : QString(),
                           this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace isotherm
