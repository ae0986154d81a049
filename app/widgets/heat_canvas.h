// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/colour_map.h"
#include "app/viewmath/forecast_table.h"
#include "app/viewmath/heat_raster.h"
#include "app/viewmath/heat_scene.h"
#include "app/viewmath/viewport.h"
#include "app/viewmath/zone.h"
#include "shared/model/heat_matrix.h"

#include <QImage>
#include <QWidget>
#include <optional>
#include <vector>

namespace isotherm
{

/// How heat becomes colour.
struct HeatStyle
{
    viewmath::ColourMap map = viewmath::ColourMap::Inferno;
    viewmath::Statistic statistic = viewmath::Statistic::Max;
    bool logarithmic = false;
    double brightness = 0.0;

    friend bool operator==(const HeatStyle&, const HeatStyle&) = default;
};

/// What happened to a shard, as a glyph.
enum class HeatGlyph { FullBackup, Backup, Split, Merge };

/// A backup, a split or a merge on the map.
struct HeatMark
{
    ShardId shard;
    double time = 0; ///< seconds since the epoch
    HeatGlyph glyph = HeatGlyph::FullBackup;
};

/// The rows that are selected (whole shards) and the time; empty rows: all of them.
struct HeatSelection
{
    std::vector<ShardId> shards;
    std::optional<viewmath::Span> time;
};

/// The map itself: paints cells, marks, selection and cursor, and turns mouse and keys into
/// requests. It never moves by itself: the owner answers a request with setViewport().
class HeatCanvas : public QWidget
{
    Q_OBJECT

public:
    explicit HeatCanvas(QWidget* parent = nullptr);

    /// `matrix` stays the owner's and must outlive the canvas or the next call. Call again whenever
    /// all of it changed.
    void setMatrix(const HeatMatrix* matrix, double scaleTop);
    /// Columns from `first` on are new or changed.
    void columnsChanged(std::size_t first);
    void setStyle(const HeatStyle& style);
    void setViewport(const viewmath::Viewport& viewport);
    void setZone(const Zone& zone);
    void setMarks(std::vector<HeatMark> marks);
    void setSelection(const HeatSelection& selection);
    /// What is expected (for the numbers of forecast columns), and what was expected of the past,
    /// drawn along the lower edge of each row. Both stay the owner's; nullptr: none.
    void setForecasts(const viewmath::ForecastTable* coming, const viewmath::ForecastTable* past);
    /// Old data: drawn pale.
    void setDimmed(bool dimmed);
    /// Said in the middle of the map; empty: nothing.
    void setNotice(const QString& title, const QString& detail);
    /// Puts the keyboard cursor on a cell, and shows its numbers.
    void setCursorCell(std::optional<viewmath::CellIndex> cell);

    [[nodiscard]] const viewmath::Viewport& viewport() const { return m_viewport; }
    [[nodiscard]] const HeatMatrix* matrix() const { return m_matrix; }
    [[nodiscard]] const HeatStyle& heatStyle() const { return m_style; }
    [[nodiscard]] const viewmath::ValueScale& scale() const { return m_scene.scale(); }
    [[nodiscard]] const viewmath::ColumnGrid& grid() const { return m_scene.grid(); }
    [[nodiscard]] std::optional<viewmath::CellIndex> cursorCell() const { return m_cursor; }
    [[nodiscard]] bool tipPinned() const { return m_pinned; }
    /// The lines of the tip for a cell: title first.
    [[nodiscard]] QStringList describe(viewmath::CellIndex cell) const;
    /// The picture of the map alone, as it is on screen.
    [[nodiscard]] const QImage& picture();

Q_SIGNALS:
    void viewportRequested(const isotherm::viewmath::Viewport& viewport, bool remember);
    void boxSelected(const isotherm::viewmath::BoxSelection& box);
    void selectionCleared();
    void zoomOutRequested();
    void resetRequested();
    void zoomToSelectionRequested();
    void restoreRequested();
    void hoveredCellChanged();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    enum class Drag { None, Select, Pan };

    void invalidate();
    void repaintColumns(double fromSeconds);
    void renderPicture();
    void renderStrip(int left, int right);
    [[nodiscard]] viewmath::RasterColours rasterColours() const;
    [[nodiscard]] viewmath::PixelSize pixelSize() const;
    [[nodiscard]] QRectF rectOf(const viewmath::BoxSelection& box) const;
    [[nodiscard]] std::vector<QRectF> selectionRects() const;
    void paintOverlay(QPainter& painter) const;
    void paintForecasts(QPainter& painter) const;
    [[nodiscard]] QStringList expectedLines(viewmath::CellIndex cell) const;
    void moveCursor(int rows, int columns, bool extend);
    void showCell(viewmath::CellIndex cell);
    void zoomBy(double factor, QPointF anchor, bool rowsToo, bool timeToo);
    void announceCursor();

    const HeatMatrix* m_matrix = nullptr;
    viewmath::HeatScene m_scene;
    viewmath::HeatRaster m_raster;
    viewmath::Viewport m_viewport;
    HeatStyle m_style;
    double m_scaleTop = 1.0;
    Zone m_zone;
    std::vector<HeatMark> m_marks;
    const viewmath::ForecastTable* m_coming = nullptr;
    const viewmath::ForecastTable* m_past = nullptr;
    HeatSelection m_selection;
    QImage m_picture;
    bool m_stale = true;
    bool m_dimmed = false;
    QString m_noticeTitle;
    QString m_noticeDetail;

    std::optional<viewmath::CellIndex> m_hover;
    std::optional<viewmath::CellIndex> m_cursor;
    std::optional<viewmath::CellIndex> m_anchor; ///< where Shift+arrows started
    bool m_pinned = false;
    Drag m_drag = Drag::None;
    QPointF m_dragFrom;
    QPointF m_dragTo;
    viewmath::Viewport m_dragViewport;
};

} // namespace isotherm
