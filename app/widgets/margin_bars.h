// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/viewport.h"
#include "shared/model/heat_matrix.h"

#include <QWidget>
#include <vector>

namespace isotherm
{

/// A histogram along one edge of the map: bars point away from it.
class MarginBars : public QWidget
{
    Q_OBJECT

public:
    enum class Edge { Top, Right };

    explicit MarginBars(Edge edge, QWidget* parent = nullptr);

    /// `values[i]` stands at first + i of the axis; `visible` and `first` in cells.
    void setValues(std::vector<float> values, double first, viewmath::Span visible, double top);

    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Edge m_edge;
    std::vector<float> m_values;
    double m_first = 0;
    viewmath::Span m_visible;
    double m_top = 1.0;
};

} // namespace isotherm
