// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/view_export.h"

#include <QAbstractItemModel>
#include <QBuffer>
#include <QPainter>
#include <QPixmap>
#include <QSvgGenerator>
#include <QWidget>

namespace isotherm
{
namespace
{

QString field(QString value)
{
    const bool plain = !value.contains(QLatin1Char(',')) && !value.contains(QLatin1Char('"')) &&
                       !value.contains(QLatin1Char('\n')) && !value.contains(QLatin1Char('\r'));
    if (plain) {
        return value;
    }
    value.replace(QLatin1Char('"'), QStringLiteral("\"\""));
    return QLatin1Char('"') + value + QLatin1Char('"');
}

} // namespace

QByteArray widgetToPng(QWidget& widget)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    widget.grab().save(&buffer, "PNG");
    return bytes;
}

QByteArray widgetToSvg(QWidget& widget)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator svg;
    svg.setOutputDevice(&buffer);
    svg.setSize(widget.size());
    svg.setViewBox(widget.rect());
    QPainter painter(&svg);
    widget.render(&painter);
    painter.end();
    return bytes;
}

QByteArray modelToCsv(const QAbstractItemModel& model)
{
    QStringList lines;
    QStringList cells;
    for (int column = 0; column < model.columnCount(); ++column) {
        cells << field(model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
    }
    lines << cells.join(QLatin1Char(','));
    for (int row = 0; row < model.rowCount(); ++row) {
        cells.clear();
        for (int column = 0; column < model.columnCount(); ++column) {
            cells << field(model.index(row, column).data().toString());
        }
        lines << cells.join(QLatin1Char(','));
    }
    return (lines.join(QStringLiteral("\r\n")) + QStringLiteral("\r\n")).toUtf8();
}

} // namespace isotherm
