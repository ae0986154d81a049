// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/heat_view.h"

#include "app/viewmath/margins.h"
#include "app/viewmath/text.h"
#include "app/widgets/heat_axes.h"
#include "app/widgets/margin_bars.h"
#include "app/widgets/theme.h"

#include <QGridLayout>
#include <QLabel>
#include <algorithm>

namespace isotherm
{
namespace
{

constexpr double kShortestTime = 5.0;
constexpr double kFewestRows = 1.0;
/// Turns of the wheel within this time are one step of the zoom stack.
constexpr qint64 kOneGesture = 700;
/// The histograms follow a pan when it pauses: their cost must not slow the map.
constexpr int kMarginDelay = 40;

} // namespace

HeatView::HeatView(QWidget* parent)
    : QWidget(parent), m_canvas(new HeatCanvas(this)), m_keys(new KeyAxis(this)),
      m_times(new TimeAxis(this)), m_top(new MarginBars(MarginBars::Edge::Top, this)),
      m_right(new MarginBars(MarginBars::Edge::Right, this)), m_legend(new HeatLegend(this)),
      m_corner(new QLabel(this))
{
    build();
    connectCanvas();
    m_marginTimer.setSingleShot(true);
    m_marginTimer.setInterval(kMarginDelay);
    connect(&m_marginTimer, &QTimer::timeout, this, &HeatView::updateMargins);
    setFocusProxy(m_canvas);
}

void HeatView::build()
{
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(0);
    m_corner->setObjectName(QStringLiteral("heatCorner"));
    m_corner->setAlignment(Qt::AlignRight | Qt::AlignBottom);
    m_corner->setContentsMargins(4, 0, 8, 4);
    m_corner->setWordWrap(true);
    m_corner->setFixedWidth(m_keys->sizeHint().width());
    m_right->setToolTip(tr("Mean of each row over the time on screen"));
    grid->addWidget(m_corner, 0, 0);
    grid->addWidget(m_top, 0, 1);
    grid->addWidget(m_keys, 1, 0);
    grid->addWidget(m_canvas, 1, 1);
    grid->addWidget(m_right, 1, 2);
    grid->addWidget(m_legend, 1, 3);
    grid->addWidget(m_times, 2, 1);
    grid->setColumnStretch(1, 1);
    grid->setRowStretch(1, 1);
}

void HeatView::connectCanvas()
{
    connect(m_canvas, &HeatCanvas::viewportRequested, this, &HeatView::request);
    connect(m_canvas, &HeatCanvas::boxSelected, this, &HeatView::selectBox);
    connect(m_canvas, &HeatCanvas::selectionCleared, this,
            [this] { Q_EMIT selectionRequested({}); });
    connect(m_canvas, &HeatCanvas::zoomOutRequested, this, &HeatView::zoomBack);
    connect(m_canvas, &HeatCanvas::resetRequested, this, &HeatView::reset);
    connect(m_canvas, &HeatCanvas::zoomToSelectionRequested, this, &HeatView::zoomToSelection);
    connect(m_canvas, &HeatCanvas::restoreRequested, this, &HeatView::restoreRequested);
    connect(m_canvas, &HeatCanvas::hoveredCellChanged, this, &HeatView::showPointer);
    connect(m_keys, &KeyAxis::rowClicked, this, &HeatView::selectRow);
}

viewmath::Span HeatView::allRows() const
{
    return {0.0, std::max(1.0, static_cast<double>(m_rowCount))};
}

void HeatView::setMatrix(const HeatMatrix* matrix, bool fresh)
{
    m_matrix = matrix;
    const std::size_t rows = matrix != nullptr ? matrix->rows.size() : 0;
    const bool sameRows = rows == m_rowCount;
    m_rowCount = rows;
    updateScale(fresh);
    m_canvas->setMatrix(m_matrix, m_scaleTop);
    if (!sameRows) {
        applyRows(allRows());
    }
    updateAxes();
}

void HeatView::updateScale(bool fresh)
{
    constexpr double kTooHigh = 4;     // then one colour would be left for everything
    constexpr double kHighestCut = 50; // spikes are at most so many times the top
    if (m_matrix == nullptr) {
        return;
    }
    double top = 1.0;
    if (m_matrix->metric != HeatMetric::Temperature) {
        // Where nothing lasts, what there was for a moment must not all be the hottest colour.
        const double least = viewmath::largestValue(m_matrix->max) / kHighestCut;
        top = viewmath::niceCeiling(
            std::max(least, viewmath::sustainedValue(m_matrix->max, m_matrix->rows.size())));
    }
    if (fresh || top > m_scaleTop || top * kTooHigh < m_scaleTop) {
        m_scaleTop = top;
    }
}

void HeatView::columnsChanged(std::size_t first)
{
    if (m_matrix == nullptr) {
        return;
    }
    const double before = m_scaleTop;
    updateScale(false);
    if (before != m_scaleTop) {
        m_canvas->setMatrix(m_matrix, m_scaleTop);
    } else {
        m_canvas->columnsChanged(first);
    }
    updateAxes();
}

void HeatView::setTime(viewmath::Span visible, viewmath::Span bounds)
{
    m_bounds = bounds;
    m_canvas->setViewport({visible, m_canvas->viewport().rows});
    m_times->setTime(visible);
    m_marginTimer.start();
}

void HeatView::applyRows(viewmath::Span rows)
{
    const viewmath::Span clamped =
        rows.clampedTo(allRows(), std::min(kFewestRows, allRows().length()));
    m_canvas->setViewport({m_canvas->viewport().time, clamped});
    m_keys->setRows(m_matrix != nullptr ? &m_matrix->rows : nullptr, clamped);
    m_marginTimer.start();
}

void HeatView::updateAxes()
{
    m_keys->setRows(m_matrix != nullptr ? &m_matrix->rows : nullptr, m_canvas->viewport().rows);
    if (m_matrix != nullptr) {
        m_legend->setScale(m_matrix->metric, m_canvas->heatStyle().map, m_canvas->scale());
    }
    m_marginTimer.start();
}

void HeatView::updateMargins()
{
    if (m_matrix == nullptr) {
        m_top->setValues({}, 0.0, {}, 1.0);
        m_right->setValues({}, 0.0, {}, 1.0);
        return;
    }
    const viewmath::Viewport& viewport = m_canvas->viewport();
    viewmath::Margins margins = viewmath::marginsOf(*m_matrix, viewport);
    const viewmath::ColumnGrid& grid = m_canvas->grid();
    const viewmath::Span columns{grid.columnAt(viewport.time.begin),
                                 grid.columnAt(viewport.time.end)};
    const auto columnTop = static_cast<double>(margins.columnTop);
    m_corner->setText(text::metricTitle(m_matrix->metric) + QLatin1Char('\n') +
                      tr("up to %1").arg(text::heatValue(m_matrix->metric, columnTop)));
    m_corner->setToolTip(m_matrix->metric == HeatMetric::Temperature
                             ? tr("The histogram above: mean of all rows on screen")
                             : tr("The histogram above: all rows on screen together"));
    m_top->setValues(std::move(margins.columns), static_cast<double>(margins.firstColumn), columns,
                     columnTop);
    m_right->setValues(std::move(margins.rows), static_cast<double>(margins.firstRow),
                       viewport.rows, static_cast<double>(margins.rowTop));
}

void HeatView::setZone(const Zone& zone)
{
    m_canvas->setZone(zone);
    m_times->setZone(zone);
}

void HeatView::setStyle(const HeatStyle& style)
{
    m_canvas->setStyle(style);
    updateAxes();
}

void HeatView::setLimits(const HeatLimits& limits)
{
    m_legend->setLimits(limits);
}

void HeatView::setMarks(std::vector<HeatMark> marks)
{
    m_canvas->setMarks(std::move(marks));
}

void HeatView::setSelection(const HeatSelection& selection)
{
    m_selection = selection;
    m_canvas->setSelection(selection);
    m_keys->setSelectedShards(selection.shards);
}

void HeatView::setForecasts(const viewmath::ForecastTable* coming,
                            const viewmath::ForecastTable* past)
{
    m_canvas->setForecasts(coming, past);
    m_legend->setForecastShown(coming != nullptr && !coming->empty());
}

void HeatView::setDimmed(bool dimmed)
{
    m_canvas->setDimmed(dimmed);
}

void HeatView::setNotice(const QString& title, const QString& detail)
{
    m_canvas->setNotice(title, detail);
}

void HeatView::request(const viewmath::Viewport& wanted, bool remember)
{
    const viewmath::Viewport before = m_canvas->viewport();
    const viewmath::Span time = wanted.time.clampedTo(m_bounds, kShortestTime);
    const viewmath::Span rows =
        wanted.rows.clampedTo(allRows(), std::min(kFewestRows, allRows().length()));
    if (time == before.time && rows == before.rows) {
        return;
    }
    if (remember && (!m_sincePush.isValid() || m_sincePush.elapsed() > kOneGesture)) {
        m_stack.push(before);
        Q_EMIT zoomStackChanged();
    }
    m_sincePush.start();
    applyRows(rows);
    if (time != before.time) {
        Q_EMIT timeRequested(time);
    }
}

void HeatView::zoomIn()
{
    const viewmath::Viewport& now = m_canvas->viewport();
    request({now.time.zoomed(0.5, 0.5), now.rows}, true);
}

void HeatView::zoomOut()
{
    const viewmath::Viewport& now = m_canvas->viewport();
    request({now.time.zoomed(2.0, 0.5), now.rows}, true);
}

std::optional<viewmath::Viewport> HeatView::selectionViewport() const
{
    if (m_matrix == nullptr || (m_selection.shards.empty() && !m_selection.time)) {
        return std::nullopt;
    }
    viewmath::Viewport wanted = m_canvas->viewport();
    wanted.time = m_selection.time.value_or(wanted.time);
    if (!m_selection.shards.empty()) {
        viewmath::Span rows{1e18, -1.0};
        for (std::size_t row = 0; row < m_matrix->rows.size(); ++row) {
            if (std::ranges::find(m_selection.shards, m_matrix->rows[row].shard) !=
                m_selection.shards.end()) {
                rows.begin = std::min(rows.begin, static_cast<double>(row));
                rows.end = std::max(rows.end, static_cast<double>(row) + 1.0);
            }
        }
        wanted.rows = rows.end > rows.begin ? rows : wanted.rows;
    }
    return wanted;
}

void HeatView::zoomToSelection()
{
    if (const auto wanted = selectionViewport()) {
        m_sincePush.invalidate();
        request(*wanted, true);
        m_sincePush.invalidate();
    }
}

void HeatView::zoomBack()
{
    if (const auto last = m_stack.pop()) {
        request(*last, false);
        m_sincePush.invalidate();
        Q_EMIT zoomStackChanged();
    }
}

void HeatView::reset()
{
    request({m_bounds, allRows()}, false);
    m_stack.clear();
    m_sincePush.invalidate();
    Q_EMIT zoomStackChanged();
}

void HeatView::selectBox(const viewmath::BoxSelection& box)
{
    if (m_matrix == nullptr) {
        return;
    }
    HeatSelection selection;
    for (std::size_t row = box.firstRow; row <= box.lastRow && row < m_matrix->rows.size(); ++row) {
        const ShardId shard = m_matrix->rows[row].shard;
        if (selection.shards.empty() || selection.shards.back() != shard) {
            selection.shards.push_back(shard);
        }
    }
    selection.time = box.time;
    Q_EMIT selectionRequested(selection);
}

void HeatView::selectRow(std::size_t row, bool extend)
{
    HeatSelection selection;
    if (extend) {
        selection = m_selection;
    }
    const ShardId shard = m_matrix->rows[row].shard;
    const auto found = std::ranges::find(selection.shards, shard);
    if (found == selection.shards.end()) {
        selection.shards.push_back(shard);
    } else {
        selection.shards.erase(found);
    }
    selection.time = m_selection.time;
    Q_EMIT selectionRequested(selection);
}

void HeatView::showPointer()
{
    const QPoint at = m_canvas->mapFromGlobal(QCursor::pos());
    const auto cell = viewmath::cellAt(
        m_canvas->grid(), m_canvas->viewport(),
        {static_cast<double>(m_canvas->width()), static_cast<double>(m_canvas->height())},
        {static_cast<double>(at.x()), static_cast<double>(at.y())});
    if (!cell || m_matrix == nullptr) {
        m_legend->setPointer(std::nullopt);
        m_keys->setHighlight(std::nullopt);
        return;
    }
    const float value = m_canvas->heatStyle().statistic == viewmath::Statistic::Max
                            ? m_matrix->maxAt(cell->row, cell->column)
                            : m_matrix->meanAt(cell->row, cell->column);
    m_legend->setPointer(std::isnan(value) ? std::nullopt
                                           : std::optional(static_cast<double>(value)));
    m_keys->setHighlight(cell->row);
}

QImage HeatView::picture()
{
    updateMargins();
    return grab().toImage();
}

} // namespace isotherm
