// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/restorable.h"
#include "app/viewmath/viewport.h"
#include "app/viewmath/zone.h"

#include <QWidget>
#include <vector>

namespace isotherm
{

/// A time line of what can be restored to, with its gaps, and a handle on the moment chosen. The
/// handle only stays where something can be restored; who owns the picker clamps and answers.
class RestorablePicker : public QWidget
{
    Q_OBJECT

public:
    explicit RestorablePicker(QWidget* parent = nullptr);

    void setRestorable(const viewmath::Restorable& restorable, viewmath::Span shown);
    void setZone(const Zone& zone);
    /// Where the handle stands, in seconds since the epoch.
    void setMoment(double seconds);
    /// Transactions to mark.
    void setMarks(std::vector<double> seconds);

    [[nodiscard]] double moment() const { return m_moment; }
    [[nodiscard]] const viewmath::Restorable& restorable() const { return m_restorable; }
    [[nodiscard]] const viewmath::Span& shown() const { return m_shown; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] double xOf(double seconds) const;

Q_SIGNALS:
    /// Dragged, clicked or moved by keys to here.
    void wished(double seconds);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] QRectF band() const;
    [[nodiscard]] double secondsAt(double x) const;
    void paintGaps(QPainter& painter, const QRectF& area) const;
    void paintHandle(QPainter& painter, const QRectF& area) const;

    viewmath::Restorable m_restorable;
    viewmath::Span m_shown;
    std::vector<double> m_marks;
    double m_moment = 0;
    Zone m_zone;
};

} // namespace isotherm
