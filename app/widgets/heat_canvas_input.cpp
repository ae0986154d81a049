// SPDX-License-Identifier: GPL-3.0-or-later
// Mouse and keys of the heat map. What a gesture means is a request to the owner.
#include "app/widgets/heat_canvas.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

namespace isotherm
{
namespace
{

constexpr double kZoomStep = 1.25;
/// Below this height rows cannot be told apart: then + and − zoom along both axes.
constexpr double kSmallRow = 12.0;

viewmath::PixelPoint toPoint(QPointF point)
{
    return {point.x(), point.y()};
}

} // namespace

void HeatCanvas::mousePressEvent(QMouseEvent* event)
{
    m_dragFrom = event->position();
    m_dragTo = m_dragFrom;
    m_dragViewport = m_viewport;
    const bool panning =
        event->button() == Qt::MiddleButton ||
        (event->button() == Qt::LeftButton && event->modifiers().testFlag(Qt::AltModifier));
    if (panning) {
        m_drag = Drag::Pan;
        setCursor(Qt::ClosedHandCursor);
    } else if (event->button() == Qt::LeftButton) {
        m_drag = Drag::Select;
        m_pinned = false;
    } else {
        QWidget::mousePressEvent(event);
    }
}

void HeatCanvas::mouseMoveEvent(QMouseEvent* event)
{
    m_dragTo = event->position();
    if (m_drag == Drag::Pan) {
        const QPointF moved = m_dragTo - m_dragFrom;
        const viewmath::Span& time = m_dragViewport.time;
        const viewmath::Span& rows = m_dragViewport.rows;
        Q_EMIT viewportRequested({time.shifted(-moved.x() / width() * time.length()),
                                  rows.shifted(-moved.y() / height() * rows.length())},
                                 false);
        return;
    }
    const auto cell = viewmath::cellAt(grid(), m_viewport, pixelSize(), toPoint(m_dragTo));
    if (cell != m_hover || m_drag == Drag::Select) {
        m_hover = cell;
        update();
        Q_EMIT hoveredCellChanged();
    }
}

void HeatCanvas::mouseReleaseEvent(QMouseEvent* event)
{
    const Drag finished = m_drag;
    m_drag = Drag::None;
    setCursor(Qt::CrossCursor);
    update();
    if (finished != Drag::Select || event->button() != Qt::LeftButton) {
        return;
    }
    const QPointF to = event->position();
    if ((to - m_dragFrom).manhattanLength() < QApplication::startDragDistance()) {
        m_cursor = viewmath::cellAt(grid(), m_viewport, pixelSize(), toPoint(to));
        m_anchor = m_cursor;
        announceCursor();
        Q_EMIT selectionCleared();
        return;
    }
    const auto clamped = [this](QPointF point) {
        return viewmath::PixelPoint{std::clamp(point.x(), 0.0, width() - 1.0),
                                    std::clamp(point.y(), 0.0, height() - 1.0)};
    };
    if (const auto box = viewmath::boxBetween(grid(), m_viewport, pixelSize(), clamped(m_dragFrom),
                                              clamped(to))) {
        m_cursor.reset();
        Q_EMIT boxSelected(*box);
    }
}

void HeatCanvas::wheelEvent(QWheelEvent* event)
{
    const QPointF delta = event->pixelDelta().isNull() ? QPointF(event->angleDelta()) / 4.0
                                                       : QPointF(event->pixelDelta());
    const bool sideways =
        event->modifiers().testFlag(Qt::ShiftModifier) || std::abs(delta.x()) > std::abs(delta.y());
    if (sideways) {
        const double by = std::abs(delta.x()) > std::abs(delta.y()) ? delta.x() : delta.y();
        const viewmath::Span& time = m_viewport.time;
        Q_EMIT viewportRequested({time.shifted(-by / width() * time.length()), m_viewport.rows},
                                 false);
    } else if (delta.y() != 0.0) {
        const bool rows = event->modifiers().testFlag(Qt::ControlModifier);
        zoomBy(std::pow(kZoomStep, -delta.y() / 30.0), event->position(), rows, !rows);
    }
    event->accept();
}

void HeatCanvas::zoomBy(double factor, QPointF anchor, bool rowsToo, bool timeToo)
{
    viewmath::Viewport wanted = m_viewport;
    if (timeToo) {
        wanted.time = wanted.time.zoomed(factor, anchor.x() / width());
    }
    if (rowsToo) {
        wanted.rows = wanted.rows.zoomed(factor, anchor.y() / height());
    }
    Q_EMIT viewportRequested(wanted, true);
}

void HeatCanvas::keyPressEvent(QKeyEvent* event)
{
    const bool extend = event->modifiers().testFlag(Qt::ShiftModifier);
    const bool thinRows = height() / m_viewport.rows.length() < kSmallRow;
    const QPointF middle(width() / 2.0, height() / 2.0);
    switch (event->key()) {
    case Qt::Key_Left:
        return moveCursor(0, -1, extend);
    case Qt::Key_Right:
        return moveCursor(0, 1, extend);
    case Qt::Key_Up:
        return moveCursor(-1, 0, extend);
    case Qt::Key_Down:
        return moveCursor(1, 0, extend);
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return zoomBy(1.0 / kZoomStep, middle, thinRows, true);
    case Qt::Key_Minus:
        return zoomBy(kZoomStep, middle, thinRows, true);
    case Qt::Key_0:
        Q_EMIT resetRequested();
        return;
    case Qt::Key_Backspace:
        Q_EMIT zoomOutRequested();
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        Q_EMIT zoomToSelectionRequested();
        return;
    case Qt::Key_Space:
        m_pinned = !m_pinned;
        if (m_hover) {
            m_cursor = m_hover;
        }
        update();
        return;
    case Qt::Key_R:
        Q_EMIT restoreRequested();
        return;
    case Qt::Key_Escape:
        m_drag = Drag::None;
        m_pinned = false;
        m_cursor.reset();
        update();
        Q_EMIT selectionCleared();
        return;
    default:
        QWidget::keyPressEvent(event);
    }
}

void HeatCanvas::moveCursor(int rows, int columns, bool extend)
{
    if (grid().rows == 0 || grid().columns == 0) {
        return;
    }
    const auto moved = [](std::size_t value, int by, std::size_t count) {
        const auto last = static_cast<std::ptrdiff_t>(count) - 1;
        return static_cast<std::size_t>(
            std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(value) + by, 0, last));
    };
    if (!m_cursor) {
        m_cursor = m_hover.value_or(viewmath::CellIndex{0, grid().columns - 1});
    } else {
        m_cursor = viewmath::CellIndex{moved(m_cursor->row, rows, grid().rows),
                                       moved(m_cursor->column, columns, grid().columns)};
    }
    m_hover.reset();
    showCell(*m_cursor);
    if (extend) {
        m_anchor = m_anchor.value_or(*m_cursor);
        const auto [firstRow, lastRow] = std::minmax(m_anchor->row, m_cursor->row);
        const auto [first, last] = std::minmax(m_anchor->column, m_cursor->column);
        Q_EMIT boxSelected({firstRow,
                            lastRow,
                            {grid().timeOf(static_cast<double>(first)),
                             grid().timeOf(static_cast<double>(last) + 1.0)}});
    } else {
        m_anchor = m_cursor;
    }
    announceCursor();
    update();
}

void HeatCanvas::showCell(viewmath::CellIndex cell)
{
    const auto follow = [](viewmath::Span span, double begin, double end) {
        if (begin < span.begin) {
            return span.shifted(begin - span.begin);
        }
        return end > span.end ? span.shifted(end - span.end) : span;
    };
    const double column = static_cast<double>(cell.column);
    const viewmath::Viewport wanted{
        follow(m_viewport.time, grid().timeOf(column), grid().timeOf(column + 1.0)),
        follow(m_viewport.rows, static_cast<double>(cell.row),
               static_cast<double>(cell.row) + 1.0)};
    if (wanted != m_viewport) {
        Q_EMIT viewportRequested(wanted, false);
    }
}

void HeatCanvas::leaveEvent(QEvent* event)
{
    QWidget::leaveEvent(event);
    m_hover.reset();
    update();
    Q_EMIT hoveredCellChanged();
}

} // namespace isotherm
