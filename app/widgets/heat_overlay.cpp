// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/heat_overlay.h"

#include "app/widgets/theme.h"

#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace isotherm
{
namespace
{

/// Rows lower than this have no room for glyphs.
constexpr double kLowestMarkedRow = 12.0;
/// As thin as this, a strip of what was expected would hide what happened.
constexpr double kLowestRowWithPast = 9.0;
constexpr double kPastShare = 0.3;
/// More boxes than this are a picture of nothing.
constexpr double kMostPastBoxes = 20'000;
/// Closer marks than this would hide the heat: then only some are drawn.
constexpr double kMarkGap = 14.0;

} // namespace

void paintBackupGlyph(QPainter& painter, QPointF at, double radius, const QColor& colour,
                      bool filled)
{
    QPainterPath diamond;
    diamond.moveTo(at.x(), at.y() - radius);
    diamond.lineTo(at.x() + radius, at.y());
    diamond.lineTo(at.x(), at.y() + radius);
    diamond.lineTo(at.x() - radius, at.y());
    diamond.closeSubpath();
    painter.setPen(QPen(QColor(0, 0, 0, 150), 2.6));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(diamond);
    painter.setPen(QPen(colour, 1.3));
    painter.setBrush(filled ? QBrush(colour) : QBrush(Qt::NoBrush));
    painter.drawPath(diamond);
}

void paintChangeGlyph(QPainter& painter, QPointF at, double radius, bool split)
{
    const double tip = split ? radius * 1.5 : radius * 0.25;
    const double base = split ? radius * 0.25 : radius * 1.5;
    QPainterPath arrows;
    for (const double side : {-1.0, 1.0}) {
        arrows.moveTo(at.x(), at.y() + side * tip);
        arrows.lineTo(at.x() + radius, at.y() + side * base);
        arrows.lineTo(at.x() - radius, at.y() + side * base);
        arrows.closeSubpath();
    }
    painter.setPen(QPen(QColor(0, 0, 0, 190), 2.6));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(arrows);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(0x63, 0xe0, 0xf7));
    painter.drawPath(arrows);
}

void HeatOverlay::paintNow(double x) const
{
    if (x < 0.0 || x > m_area.width()) {
        return;
    }
    m_painter.setPen(QPen(QColor(0, 0, 0, 170), 3.0));
    m_painter.drawLine(QPointF(x, m_area.top()), QPointF(x, m_area.bottom()));
    m_painter.setPen(QPen(QColor(0xf4, 0xf7, 0xfa), 1.2));
    m_painter.drawLine(QPointF(x, m_area.top()), QPointF(x, m_area.bottom()));
}

void HeatOverlay::paintPastForecasts(const viewmath::ForecastTable& past, const HeatMatrix& matrix,
                                     const viewmath::Viewport& viewport,
                                     const std::function<QColor(float)>& colourOf) const
{
    const double rowHeight = m_area.height() / viewport.rows.length();
    const double step = past.step();
    if (rowHeight < kLowestRowWithPast || step <= 0.0 ||
        viewport.time.length() / step * viewport.rows.length() > kMostPastBoxes) {
        return;
    }
    const double end = std::min(viewport.time.end, viewmath::measuredEnd(matrix));
    const auto last = std::min(static_cast<double>(matrix.rows.size()), viewport.rows.end);
    m_painter.setPen(Qt::NoPen);
    for (double row = std::max(0.0, std::floor(viewport.rows.begin)); row < last; row += 1.0) {
        const ShardId shard = matrix.rows[static_cast<std::size_t>(row)].shard;
        const double bottom = viewport.rows.fraction(row + 1.0) * m_area.height();
        for (double t = std::floor(viewport.time.begin / step) * step; t < end; t += step) {
            const auto value = past.at(shard, t + step / 2.0);
            if (!value) {
                continue;
            }
            const double left = viewport.time.fraction(t) * m_area.width();
            const double right = viewport.time.fraction(std::min(t + step, end)) * m_area.width();
            const QRectF strip(left, bottom - rowHeight * kPastShare, right - left,
                               rowHeight * kPastShare);
            m_painter.setBrush(colourOf(value->mean));
            m_painter.drawRect(strip);
            m_painter.setBrush(QBrush(QColor(255, 255, 255, 90), Qt::Dense6Pattern));
            m_painter.drawRect(strip);
        }
    }
}

void HeatOverlay::paintMarks(const std::vector<HeatMark>& marks, const HeatMatrix& matrix,
                             const viewmath::Viewport& viewport) const
{
    const double rowHeight = m_area.height() / viewport.rows.length();
    if (rowHeight < kLowestMarkedRow || marks.empty()) {
        return;
    }
    std::unordered_map<ShardId, std::size_t> firstRow;
    for (std::size_t row = matrix.rows.size(); row-- > 0;) {
        firstRow[matrix.rows[row].shard] = row;
    }
    const double radius = std::clamp(rowHeight * 0.14, 2.2, 3.4);
    std::unordered_map<ShardId, double> lastX;
    for (const HeatMark& mark : marks) {
        const auto found = firstRow.find(mark.shard);
        const double x = viewport.time.fraction(mark.time) * m_area.width();
        if (found == firstRow.end() || x < -radius || x > m_area.width() + radius) {
            continue;
        }
        const auto [last, first] = lastX.emplace(mark.shard, x);
        const bool change = mark.glyph == HeatGlyph::Split || mark.glyph == HeatGlyph::Merge;
        if (!change && !first && x - last->second < kMarkGap) {
            continue;
        }
        last->second = change ? last->second : x;
        // At the top edge of the row: the heat itself stays readable.
        const double y =
            viewport.rows.fraction(static_cast<double>(found->second)) * m_area.height() + radius +
            2.0;
        if (y > -radius && y < m_area.height() + radius) {
            paintMark(mark, {x, y}, radius);
        }
    }
}

void HeatOverlay::paintMark(const HeatMark& mark, QPointF at, double radius) const
{
    switch (mark.glyph) {
    case HeatGlyph::FullBackup:
    case HeatGlyph::Backup:
        paintBackupGlyph(m_painter, at, radius, QColor(0xf4, 0xf7, 0xfa, 215),
                         mark.glyph == HeatGlyph::FullBackup);
        return;
    case HeatGlyph::Split:
    case HeatGlyph::Merge:
        paintChangeGlyph(m_painter, at, radius * 1.4, mark.glyph == HeatGlyph::Split);
        return;
    }
}

void HeatOverlay::paintSelection(const std::vector<QRectF>& rects) const
{
    for (const QRectF& rect : rects) {
        const QRectF visible = rect.adjusted(0.5, 0.5, -0.5, -0.5);
        // A dark line under the bright one: visible on every colour of every map.
        m_painter.setBrush(QColor(255, 255, 255, 26));
        m_painter.setPen(QPen(QColor(0, 0, 0, 170), 3.4));
        m_painter.drawRect(visible);
        m_painter.setBrush(Qt::NoBrush);
        m_painter.setPen(QPen(QColor(0x63, 0xe0, 0xf7), 1.6));
        m_painter.drawRect(visible);
    }
}

void HeatOverlay::paintRubberBand(const QRectF& band) const
{
    m_painter.setBrush(QColor(0x63, 0xe0, 0xf7, 40));
    m_painter.setPen(QPen(QColor(0x63, 0xe0, 0xf7), 1.0, Qt::DashLine));
    m_painter.drawRect(band);
}

void HeatOverlay::paintCursor(const QRectF& cell) const
{
    const QRectF visible = cell.width() < 6.0 || cell.height() < 6.0
                               ? cell.adjusted(-3.0, -3.0, 3.0, 3.0)
                               : cell.adjusted(-1.0, -1.0, 1.0, 1.0);
    m_painter.setBrush(Qt::NoBrush);
    m_painter.setPen(QPen(QColor(0, 0, 0, 200), 3.0));
    m_painter.drawRect(visible);
    m_painter.setPen(QPen(Qt::white, 1.4));
    m_painter.drawRect(visible);
}

void HeatOverlay::paintDimmed() const
{
    QColor veil = m_theme.window;
    veil.setAlpha(165);
    m_painter.fillRect(m_area, veil);
}

void HeatOverlay::paintNotice(const QString& title, const QString& detail) const
{
    QFont bold = m_painter.font();
    bold.setPointSizeF(bold.pointSizeF() * 1.25);
    bold.setBold(true);
    const QFont plain = m_painter.font();
    const double width = std::min(m_area.width() - 32.0, 560.0);
    const QFontMetricsF boldMetrics(bold);
    const QFontMetricsF plainMetrics(plain);
    const QRectF detailBox = plainMetrics.boundingRect(QRectF(0, 0, width - 48.0, 400.0),
                                                       Qt::AlignHCenter | Qt::TextWordWrap, detail);
    const double height = 36.0 + boldMetrics.height() + 8.0 + detailBox.height();
    const QRectF card(m_area.center().x() - width / 2.0, m_area.center().y() - height / 2.0, width,
                      height);
    m_painter.setPen(m_theme.border);
    m_painter.setBrush(m_theme.panel);
    m_painter.drawRoundedRect(card, 8.0, 8.0);
    m_painter.setFont(bold);
    m_painter.setPen(m_theme.text);
    m_painter.drawText(QRectF(card.left(), card.top() + 18.0, width, boldMetrics.height()),
                       Qt::AlignCenter, title);
    m_painter.setFont(plain);
    m_painter.setPen(m_theme.muted);
    m_painter.drawText(QRectF(card.left() + 24.0, card.top() + 26.0 + boldMetrics.height(),
                              width - 48.0, detailBox.height() + 2.0),
                       Qt::AlignHCenter | Qt::TextWordWrap, detail);
}

void HeatOverlay::paintTip(const QRectF& cell, const QStringList& lines, bool pinned) const
{
    if (lines.isEmpty()) {
        return;
    }
    QFont bold = m_painter.font();
    bold.setBold(true);
    const QFont plain = m_painter.font();
    const QFontMetricsF boldMetrics(bold);
    const QFontMetricsF metrics(plain);
    double width = boldMetrics.horizontalAdvance(lines.front());
    for (const QString& line : lines) {
        width = std::max(width, metrics.horizontalAdvance(line));
    }
    width += 24.0;
    const double lineHeight = metrics.height() + 2.0;
    const double height = lineHeight * static_cast<double>(lines.size()) + 18.0;
    double x = std::min(cell.right(), m_area.right()) + 12.0;
    if (x + width > m_area.right() - 4.0) {
        x = std::max(cell.left(), m_area.left()) - 12.0 - width;
    }
    x = std::clamp(x, 4.0, std::max(4.0, m_area.right() - width - 4.0));
    const double y = std::clamp(cell.center().y() - height / 2.0, 4.0,
                                std::max(4.0, m_area.bottom() - height - 4.0));
    const QRectF card(x, y, width, height);
    m_painter.setPen(QPen(pinned ? m_theme.accent : m_theme.border, pinned ? 1.6 : 1.0));
    QColor ground = m_theme.raised;
    ground.setAlpha(244);
    m_painter.setBrush(ground);
    m_painter.drawRoundedRect(card, 6.0, 6.0);
    double baseline = card.top() + 9.0 + metrics.ascent();
    for (qsizetype i = 0; i < lines.size(); ++i) {
        const bool first = i == 0;
        const bool number = i == 1 || i == 2;
        m_painter.setFont(first ? bold : plain);
        m_painter.setPen(first || number ? m_theme.text : m_theme.muted);
        m_painter.drawText(QPointF(card.left() + 12.0, baseline), lines[i]);
        baseline += lineHeight;
    }
    m_painter.setFont(plain);
}

} // namespace isotherm
