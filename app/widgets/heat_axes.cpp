// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/heat_axes.h"

#include "app/viewmath/key_labels.h"
#include "app/viewmath/text.h"
#include "app/widgets/theme.h"
#include "app/widgets/time_axis_painter.h"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace isotherm
{
namespace
{

constexpr int kKeyAxisWidth = 168;

} // namespace

KeyAxis::KeyAxis(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Expanding);
    setToolTip(tr("Click a key range to select its shard; Shift adds to the selection."));
}

void KeyAxis::setRows(const std::vector<HeatRow>* rows, viewmath::Span visible)
{
    m_rows = rows;
    m_visible = visible;
    update();
}

void KeyAxis::setHighlight(std::optional<std::size_t> row)
{
    if (row != m_highlight) {
        m_highlight = row;
        update();
    }
}

void KeyAxis::setSelectedShards(std::vector<ShardId> shards)
{
    m_selected = std::move(shards);
    std::ranges::sort(m_selected);
    update();
}

QSize KeyAxis::sizeHint() const
{
    return {kKeyAxisWidth, 200};
}

void KeyAxis::paintEvent(QPaintEvent* /*event*/)
{
    QPainter painter(this);
    const Theme& theme = Theme::of(palette());
    painter.fillRect(rect(), theme.panel);
    if (m_rows == nullptr || m_rows->empty()) {
        return;
    }
    painter.setRenderHint(QPainter::Antialiasing);
    const QFontMetricsF metrics(font());
    const double gap = metrics.height() + 3.0;
    const double right = width() - 8.0;
    const bool manyKeyspaces = m_rows->front().keyspace != m_rows->back().keyspace;
    for (const viewmath::KeyLabel& label : viewmath::keyLabels(*m_rows, m_visible, height(), gap)) {
        const HeatRow& row = (*m_rows)[label.firstRow];
        const bool selected = std::ranges::binary_search(m_selected, row.shard);
        const bool highlighted =
            m_highlight && *m_highlight >= label.firstRow && *m_highlight < label.endRow;
        QString said = text::fromUtf8(row.label);
        if (manyKeyspaces && label.keyspaceStart) {
            said = text::fromUtf8(row.keyspace) + QStringLiteral(" ") + said;
        }
        QFont used = font();
        used.setBold(selected);
        painter.setFont(used);
        const QColor plain = highlighted ? theme.text : theme.muted;
        painter.setPen(selected ? theme.accent : plain);
        const QString shown = QFontMetricsF(used).elidedText(said, Qt::ElideMiddle, right - 8.0);
        painter.drawText(QRectF(4.0, label.y - gap / 2.0, right - 4.0, gap),
                         Qt::AlignRight | Qt::AlignVCenter, shown);
        painter.setPen(theme.border);
        painter.drawLine(QPointF(width() - 5.0, label.y), QPointF(width(), label.y));
    }
}

void KeyAxis::mousePressEvent(QMouseEvent* event)
{
    if (m_rows == nullptr || m_rows->empty()) {
        return;
    }
    const double row = std::floor(m_visible.valueAt(event->position().y() / height()));
    if (row >= 0.0 && row < static_cast<double>(m_rows->size())) {
        Q_EMIT rowClicked(static_cast<std::size_t>(row),
                          event->modifiers().testFlag(Qt::ShiftModifier));
    }
}

TimeAxis::TimeAxis(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void TimeAxis::setTime(viewmath::Span time)
{
    m_time = time;
    update();
}

void TimeAxis::setZone(const Zone& zone)
{
    m_zone = zone;
    update();
}

QSize TimeAxis::sizeHint() const
{
    return {200, static_cast<int>(QFontMetricsF(font()).height() * 2.0) + 10};
}

void TimeAxis::paintEvent(QPaintEvent* /*event*/)
{
    QPainter painter(this);
    const Theme& theme = Theme::of(palette());
    painter.fillRect(rect(), theme.panel);
    paintTimeAxis(painter, QRectF(rect()), m_time, m_zone, theme);
}

} // namespace isotherm
