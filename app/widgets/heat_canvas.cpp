// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/heat_canvas.h"

#include "app/viewmath/key_labels.h"
#include "app/viewmath/text.h"
#include "app/widgets/heat_overlay.h"
#include "app/widgets/theme.h"

#include <QAccessible>
#include <QEvent>
#include <QPaintEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace isotherm
{
namespace
{

/// Both hatches repeat after this many pixels: a strip that starts on a multiple fits its
/// neighbours.
constexpr int kHatchPeriod = 56;

viewmath::Rgb toRgb(const QColor& colour)
{
    return colour.rgb() | 0xff000000U;
}

} // namespace

HeatCanvas::HeatCanvas(QWidget* parent) : QWidget(parent)
{
    setAttribute(Qt::WA_OpaquePaintEvent);
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::CrossCursor);
    setMinimumSize(160, 80);
    setAccessibleName(tr("Heat map"));
    setAccessibleDescription(tr(
        "Heat by key and time. Arrow keys move the cell, Shift and arrow keys select, R restores "
        "the selection. The same numbers are in Heat, Show as table."));
}

void HeatCanvas::setMatrix(const HeatMatrix* matrix, double scaleTop)
{
    m_matrix = matrix;
    m_scaleTop = scaleTop;
    const HeatMatrix empty;
    m_scene.rebuild(matrix != nullptr ? *matrix : empty, m_style.statistic,
                    {scaleTop, m_style.brightness, m_style.logarithmic});
    const viewmath::ColumnGrid& grid = m_scene.grid();
    for (auto* cell : {&m_hover, &m_cursor, &m_anchor}) {
        if (*cell && ((*cell)->row >= grid.rows || (*cell)->column >= grid.columns)) {
            cell->reset();
        }
    }
    invalidate();
}

void HeatCanvas::columnsChanged(std::size_t first)
{
    if (m_matrix == nullptr) {
        return;
    }
    m_scene.refresh(*m_matrix, first);
    repaintColumns(m_scene.grid().timeOf(static_cast<double>(first)));
}

void HeatCanvas::setStyle(const HeatStyle& style)
{
    m_style = style;
    setMatrix(m_matrix, m_scaleTop);
}

void HeatCanvas::setViewport(const viewmath::Viewport& viewport)
{
    if (viewport != m_viewport) {
        m_viewport = viewport;
        invalidate();
    }
}

void HeatCanvas::setZone(const Zone& zone)
{
    m_zone = zone;
    update();
}

void HeatCanvas::setMarks(std::vector<HeatMark> marks)
{
    m_marks = std::move(marks);
    update();
}

void HeatCanvas::setSelection(const HeatSelection& selection)
{
    m_selection = selection;
    update();
}

void HeatCanvas::setForecasts(const viewmath::ForecastTable* coming,
                              const viewmath::ForecastTable* past)
{
    m_coming = coming;
    m_past = past;
    update();
}

void HeatCanvas::setDimmed(bool dimmed)
{
    if (dimmed != m_dimmed) {
        m_dimmed = dimmed;
        update();
    }
}

void HeatCanvas::setNotice(const QString& title, const QString& detail)
{
    if (title != m_noticeTitle || detail != m_noticeDetail) {
        m_noticeTitle = title;
        m_noticeDetail = detail;
        update();
    }
}

void HeatCanvas::setCursorCell(std::optional<viewmath::CellIndex> cell)
{
    m_cursor = cell;
    update();
    announceCursor();
}

void HeatCanvas::announceCursor()
{
    if (!m_cursor) {
        return;
    }
    const QString said = describe(*m_cursor).join(QStringLiteral(", "));
    setAccessibleDescription(said);
    if (QAccessible::isActive()) {
        QAccessibleEvent event(this, QAccessible::DescriptionChanged);
        QAccessible::updateAccessibility(&event);
    }
}

QStringList HeatCanvas::describe(viewmath::CellIndex cell) const
{
    if (m_matrix == nullptr || cell.row >= m_matrix->rows.size() ||
        cell.column >= m_matrix->columns) {
        return {};
    }
    const HeatRow& row = m_matrix->rows[cell.row];
    const float mean = m_matrix->meanAt(cell.row, cell.column);
    const float max = m_matrix->maxAt(cell.row, cell.column);
    const WallTime from = m_matrix->columnStart(cell.column);
    const WallTime to = m_matrix->columnStart(cell.column + 1);
    QStringList lines;
    lines << text::fromUtf8(row.keyspace) + QLatin1Char(' ') + text::fromUtf8(row.label);
    if (cell.column >= m_matrix->forecastFrom) {
        lines
            << tr("expected %1").arg(text::heatValue(m_matrix->metric, static_cast<double>(mean)));
    } else if (std::isnan(mean) && std::isnan(max)) {
        lines << tr("not measured");
    } else {
        lines << tr("mean %1").arg(text::heatValue(m_matrix->metric, static_cast<double>(mean)));
        lines << tr("max %1").arg(text::heatValue(m_matrix->metric, static_cast<double>(max)));
    }
    lines << expectedLines(cell);
    lines << m_zone.full(from);
    lines << tr("until %1 (%2)").arg(m_zone.clock(to), text::duration(m_matrix->step));
    return lines;
}

QStringList HeatCanvas::expectedLines(viewmath::CellIndex cell) const
{
    const bool coming = cell.column >= m_matrix->forecastFrom;
    const viewmath::ForecastTable* table = coming ? m_coming : m_past;
    if (table == nullptr) {
        return {};
    }
    const double middle = grid().timeOf(static_cast<double>(cell.column) + 0.5);
    const auto value = table->at(m_matrix->rows[cell.row].shard, middle);
    if (!value) {
        return {};
    }
    const auto said = [this](float number) {
        return text::heatValue(m_matrix->metric, static_cast<double>(number));
    };
    const QString interval = tr("80 %: %1 to %2").arg(said(value->low), said(value->high));
    return coming ? QStringList{interval}
                  : QStringList{tr("an hour before, %1 was expected").arg(said(value->mean)),
                                interval};
}

viewmath::PixelSize HeatCanvas::pixelSize() const
{
    return {static_cast<double>(width()), static_cast<double>(height())};
}

viewmath::RasterColours HeatCanvas::rasterColours() const
{
    const Theme& theme = Theme::of(palette());
    return {viewmath::colourTable(m_style.map, toRgb(theme.missing)), toRgb(theme.missingStripe),
            toRgb(theme.panel)};
}

void HeatCanvas::invalidate()
{
    m_stale = true;
    update();
}

void HeatCanvas::repaintColumns(double fromSeconds)
{
    if (m_stale || m_picture.isNull()) {
        update();
        return;
    }
    const int pictureWidth = m_picture.width();
    const double x = std::floor(m_viewport.time.fraction(fromSeconds) * pictureWidth) - 1.0;
    if (x >= pictureWidth) {
        return; // new, but not on screen
    }
    const int left = static_cast<int>(std::max(x, 0.0)) / kHatchPeriod * kHatchPeriod;
    renderStrip(left, pictureWidth);
    const double ratio = devicePixelRatioF();
    update(QRect(static_cast<int>(std::floor(left / ratio)), 0, width(), height()));
}

void HeatCanvas::renderStrip(int left, int right)
{
    const viewmath::Span& time = m_viewport.time;
    const double pictureWidth = m_picture.width();
    const viewmath::Viewport strip{
        {time.valueAt(left / pictureWidth), time.valueAt(right / pictureWidth)}, m_viewport.rows};
    auto* pixels = reinterpret_cast<viewmath::Rgb*>(m_picture.bits());
    m_raster.render(m_scene, strip, rasterColours(),
                    {pixels + left, static_cast<std::size_t>(right - left),
                     static_cast<std::size_t>(m_picture.height()),
                     static_cast<std::size_t>(m_picture.bytesPerLine()) / sizeof(viewmath::Rgb)});
}

void HeatCanvas::renderPicture()
{
    const double ratio = devicePixelRatioF();
    const QSize size(static_cast<int>(std::lround(width() * ratio)),
                     static_cast<int>(std::lround(height() * ratio)));
    if (m_picture.size() != size) {
        m_picture = QImage(size, QImage::Format_RGB32);
    }
    m_picture.setDevicePixelRatio(ratio);
    if (!m_picture.isNull()) {
        renderStrip(0, m_picture.width());
    }
    m_stale = false;
}

const QImage& HeatCanvas::picture()
{
    if (m_stale) {
        renderPicture();
    }
    return m_picture;
}

void HeatCanvas::paintEvent(QPaintEvent* event)
{
    QPainter painter(this);
    const QImage& image = picture();
    const double ratio = devicePixelRatioF();
    const QRectF part(event->rect());
    painter.drawImage(
        part, image,
        QRectF(part.x() * ratio, part.y() * ratio, part.width() * ratio, part.height() * ratio));
    painter.setRenderHint(QPainter::Antialiasing);
    paintOverlay(painter);
}

void HeatCanvas::paintOverlay(QPainter& painter) const
{
    const Theme& theme = Theme::of(palette());
    const HeatOverlay overlay(painter, theme, rect());
    if (m_matrix != nullptr && !m_matrix->rows.empty()) {
        paintForecasts(painter);
        overlay.paintMarks(m_marks, *m_matrix, m_viewport);
        overlay.paintSelection(selectionRects());
    }
    if (m_drag == Drag::Select) {
        overlay.paintRubberBand(QRectF(m_dragFrom, m_dragTo).normalized());
    }
    if (m_dimmed) {
        overlay.paintDimmed();
    }
    if (!m_noticeTitle.isEmpty()) {
        overlay.paintNotice(m_noticeTitle, m_noticeDetail);
        return;
    }
    const auto shown = m_pinned || (hasFocus() && m_cursor && !m_hover) ? m_cursor : m_hover;
    if (m_cursor) {
        overlay.paintCursor(rectOf({m_cursor->row,
                                    m_cursor->row,
                                    {grid().timeOf(static_cast<double>(m_cursor->column)),
                                     grid().timeOf(static_cast<double>(m_cursor->column) + 1.0)}}));
    }
    if (shown && m_drag == Drag::None) {
        const QRectF cell = rectOf({shown->row,
                                    shown->row,
                                    {grid().timeOf(static_cast<double>(shown->column)),
                                     grid().timeOf(static_cast<double>(shown->column) + 1.0)}});
        overlay.paintTip(cell, describe(*shown), m_pinned);
    }
}

void HeatCanvas::paintForecasts(QPainter& painter) const
{
    const HeatOverlay overlay(painter, Theme::of(palette()), rect());
    if (m_past != nullptr && !m_past->empty()) {
        overlay.paintPastForecasts(*m_past, *m_matrix, m_viewport, [this](float value) {
            const double position = m_scene.scale().position(static_cast<double>(value));
            return QColor(viewmath::colourAt(m_style.map, position));
        });
    }
    if (m_matrix->forecastFrom < m_matrix->columns) {
        overlay.paintNow(m_viewport.time.fraction(viewmath::measuredEnd(*m_matrix)) * width());
    }
}

QRectF HeatCanvas::rectOf(const viewmath::BoxSelection& box) const
{
    const double left = m_viewport.time.fraction(box.time.begin) * width();
    const double right = m_viewport.time.fraction(box.time.end) * width();
    const double top = m_viewport.rows.fraction(static_cast<double>(box.firstRow)) * height();
    const double bottom =
        m_viewport.rows.fraction(static_cast<double>(box.lastRow) + 1.0) * height();
    return {left, top, right - left, bottom - top};
}

std::vector<QRectF> HeatCanvas::selectionRects() const
{
    std::vector<QRectF> rects;
    if (m_selection.shards.empty() && !m_selection.time) {
        return rects;
    }
    const viewmath::Span time = m_selection.time.value_or(m_viewport.time);
    const std::vector<HeatRow>& rows = m_matrix->rows;
    if (m_selection.shards.empty()) {
        rects.push_back(rectOf({0, rows.size() - 1, time}));
        return rects;
    }
    std::vector<ShardId> wanted = m_selection.shards;
    std::ranges::sort(wanted);
    for (std::size_t row = 0; row < rows.size(); ++row) {
        if (!std::ranges::binary_search(wanted, rows[row].shard)) {
            continue;
        }
        std::size_t last = row;
        while (last + 1 < rows.size() && std::ranges::binary_search(wanted, rows[last + 1].shard)) {
            ++last;
        }
        rects.push_back(rectOf({row, last, time}));
        row = last;
    }
    return rects;
}

void HeatCanvas::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    invalidate();
}

void HeatCanvas::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        invalidate();
    }
}

} // namespace isotherm
