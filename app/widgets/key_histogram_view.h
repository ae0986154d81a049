// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/key_histogram.h"
#include "shared/model/changes_records.h"

#include <QWidget>
#include <optional>
#include <vector>

namespace isotherm
{

/// The load along the keys of the shards that a change is about, with its cut points: each can be
/// dragged, or chosen with Tab-free keys (Up, Down) and moved with Left and Right.
class KeyHistogramView : public QWidget
{
    Q_OBJECT

public:
    explicit KeyHistogramView(QWidget* parent = nullptr);

    void setHistogram(std::vector<KeyBar> bars, viewmath::BarCuts cuts);
    /// Whether the cuts can be moved.
    void setMovable(bool movable);

    [[nodiscard]] const viewmath::BarCuts& cuts() const { return m_cuts; }
    [[nodiscard]] const std::vector<KeyBar>& bars() const { return m_bars; }
    [[nodiscard]] QSize sizeHint() const override { return {420, 132}; }
    /// Where the edge before `bar` is, in pixels.
    [[nodiscard]] double xOf(double bar) const;

Q_SIGNALS:
    /// While a cut is moved.
    void cutsMoving(const isotherm::viewmath::BarCuts& cuts);
    /// A cut was let go of at another place than before.
    void cutsMoved(const isotherm::viewmath::BarCuts& cuts);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] QRectF plot() const;
    [[nodiscard]] double barAt(double x) const;
    [[nodiscard]] std::optional<std::size_t> cutAt(double x) const;
    void paintBars(QPainter& painter, const QRectF& area) const;
    void paintParts(QPainter& painter, const QRectF& area) const;
    void paintCuts(QPainter& painter, const QRectF& area) const;
    void move(std::size_t cut, double bar);

    std::vector<KeyBar> m_bars;
    viewmath::BarCuts m_cuts;
    viewmath::BarCuts m_before; ///< when the drag began
    std::optional<std::size_t> m_dragged;
    std::size_t m_chosen = 0; ///< the cut that keys move
    bool m_movable = false;
};

} // namespace isotherm
