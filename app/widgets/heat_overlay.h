// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/widgets/heat_canvas.h"

#include <QColor>
#include <QRect>
#include <QStringList>
#include <functional>

class QPainter;

namespace isotherm
{

struct Theme;

/// What is drawn over the cells. Lives for one paint event.
class HeatOverlay
{
public:
    HeatOverlay(QPainter& painter, const Theme& theme, QRect area)
        : m_painter(painter), m_theme(theme), m_area(area)
    {
    }

    void paintMarks(const std::vector<HeatMark>& marks, const HeatMatrix& matrix,
                    const viewmath::Viewport& viewport) const;
    /// The line between what was measured and what is expected.
    void paintNow(double x) const;
    /// What was expected, in the colour that the map would have given it, along the lower edge of
    /// each row; nothing where rows are too thin.
    void paintPastForecasts(const viewmath::ForecastTable& past, const HeatMatrix& matrix,
                            const viewmath::Viewport& viewport,
                            const std::function<QColor(float)>& colourOf) const;
    void paintSelection(const std::vector<QRectF>& rects) const;
    void paintRubberBand(const QRectF& band) const;
    void paintCursor(const QRectF& cell) const;
    void paintDimmed() const;
    void paintNotice(const QString& title, const QString& detail) const;
    /// A card beside `cell`: the first line is its title.
    void paintTip(const QRectF& cell, const QStringList& lines, bool pinned) const;

private:
    void paintMark(const HeatMark& mark, QPointF at, double radius) const;

    QPainter& m_painter;
    const Theme& m_theme;
    QRectF m_area;
};

/// A filled diamond for a full backup, a hollow one for another.
void paintBackupGlyph(QPainter& painter, QPointF at, double radius, const QColor& colour,
                      bool filled);

/// Two arrows apart for a split, towards each other for a merge.
void paintChangeGlyph(QPainter& painter, QPointF at, double radius, bool split);

} // namespace isotherm
