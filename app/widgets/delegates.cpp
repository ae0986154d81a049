// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/delegates.h"

#include "app/widgets/theme.h"

#include <QApplication>
#include <QPainter>

namespace isotherm
{

void DotDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                        const QModelIndex& index) const
{
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    const DotStyle dot = m_dotOf(index);
    if (!dot.colour.isValid()) {
        QStyledItemDelegate::paint(painter, option, index);
        return;
    }
    const QString said = item.text;
    item.text.clear();
    const QStyle* style = item.widget != nullptr ? item.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &item, painter, item.widget);
    const QRectF area = style->subElementRect(QStyle::SE_ItemViewItemText, &item, item.widget);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(dot.colour, 1.4));
    painter->setBrush(dot.hollow ? QBrush(Qt::NoBrush) : QBrush(dot.colour));
    painter->drawEllipse(QPointF(option.rect.left() + 11.0, option.rect.center().y() + 0.5), 4.0,
                         4.0);
    const QRectF textArea(option.rect.left() + 22.0, area.top(),
                          option.rect.right() - option.rect.left() - 24.0, area.height());
    painter->setPen(item.palette.color(QPalette::Text));
    painter->setFont(item.font);
    painter->drawText(
        textArea, Qt::AlignLeft | Qt::AlignVCenter,
        item.fontMetrics.elidedText(said, Qt::ElideMiddle, static_cast<int>(textArea.width())));
    painter->restore();
}

QSize DotDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    return QStyledItemDelegate::sizeHint(option, index) + QSize(18, 0);
}

void ProgressDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                             const QModelIndex& index) const
{
    QStyledItemDelegate::paint(painter, option, index);
    const double fraction = index.data(m_fractionRole).toDouble();
    const Theme& theme = Theme::of(option.palette);
    if (fraction < 0.0 || fraction >= 1.0) {
        return;
    }
    const QRectF track(option.rect.left() + 4.0, option.rect.bottom() - 4.0,
                       option.rect.width() - 8.0, 3.0);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(theme.border);
    painter->drawRoundedRect(track, 1.5, 1.5);
    painter->setBrush(theme.accent);
    painter->drawRoundedRect(QRectF(track.left(), track.top(), track.width() * fraction, 3.0), 1.5,
                             1.5);
    painter->restore();
}

} // namespace isotherm
