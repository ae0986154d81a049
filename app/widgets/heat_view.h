// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/viewport.h"
#include "app/widgets/heat_canvas.h"
#include "app/widgets/heat_legend.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>
#include <optional>
#include <vector>

class QLabel;

namespace isotherm
{

class KeyAxis;
class MarginBars;
class TimeAxis;

/// The heat map with its axes, margins and legend. Rows are zoomed here; time is shared with other
/// views, so a change of it is a request.
class HeatView : public QWidget
{
    Q_OBJECT

public:
    explicit HeatView(QWidget* parent = nullptr);

    /// As in HeatCanvas::setMatrix. The scale's top is what the hottest row
    /// keeps up; unless `fresh` it grows, and shrinks only where it was much too high.
    void setMatrix(const HeatMatrix* matrix, bool fresh);
    void columnsChanged(std::size_t first);
    void setTime(viewmath::Span visible, viewmath::Span bounds);
    void setZone(const Zone& zone);
    void setStyle(const HeatStyle& style);
    void setLimits(const HeatLimits& limits);
    void setMarks(std::vector<HeatMark> marks);
    void setSelection(const HeatSelection& selection);
    /// As in HeatCanvas::setForecasts.
    void setForecasts(const viewmath::ForecastTable* coming, const viewmath::ForecastTable* past);
    void setDimmed(bool dimmed);
    void setNotice(const QString& title, const QString& detail);

    void zoomIn();
    void zoomOut();
    void zoomToSelection();
    void zoomBack(); ///< one step of the zoom stack
    void reset();
    [[nodiscard]] bool canZoomBack() const { return !m_stack.empty(); }

    [[nodiscard]] HeatCanvas& canvas() { return *m_canvas; }
    [[nodiscard]] const HeatCanvas& canvas() const { return *m_canvas; }
    /// Everything on a picture: map, axes, margins, legend.
    [[nodiscard]] QImage picture();

Q_SIGNALS:
    void timeRequested(isotherm::viewmath::Span visible);
    void selectionRequested(const isotherm::HeatSelection& selection);
    void restoreRequested();
    void zoomStackChanged();

private:
    void build();
    void connectCanvas();
    void request(const viewmath::Viewport& wanted, bool remember);
    void applyRows(viewmath::Span rows);
    void updateScale(bool fresh);
    void updateAxes();
    void updateMargins();
    void showPointer();
    void selectBox(const viewmath::BoxSelection& box);
    void selectRow(std::size_t row, bool extend);
    [[nodiscard]] viewmath::Span allRows() const;
    [[nodiscard]] std::optional<viewmath::Viewport> selectionViewport() const;

    HeatCanvas* m_canvas;
    KeyAxis* m_keys;
    TimeAxis* m_times;
    MarginBars* m_top;
    MarginBars* m_right;
    HeatLegend* m_legend;
    QLabel* m_corner;
    QTimer m_marginTimer;

    const HeatMatrix* m_matrix = nullptr;
    double m_scaleTop = 1.0;
    std::size_t m_rowCount = 0;
    viewmath::Span m_bounds;
    HeatSelection m_selection;
    viewmath::ZoomStack m_stack;
    QElapsedTimer m_sincePush;
};

} // namespace isotherm
