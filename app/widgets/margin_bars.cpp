// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/margin_bars.h"

#include "app/widgets/theme.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

namespace isotherm
{
namespace
{

constexpr int kThickness = 46;

} // namespace

MarginBars::MarginBars(Edge edge, QWidget* parent) : QWidget(parent), m_edge(edge)
{
    const bool top = edge == Edge::Top;
    setSizePolicy(top ? QSizePolicy::Expanding : QSizePolicy::Fixed,
                  top ? QSizePolicy::Fixed : QSizePolicy::Expanding);
}

void MarginBars::setValues(std::vector<float> values, double first, viewmath::Span visible,
                           double top)
{
    m_values = std::move(values);
    m_first = first;
    m_visible = visible;
    m_top = top > 0.0 ? top : 1.0;
    update();
}

QSize MarginBars::sizeHint() const
{
    return {kThickness, kThickness};
}

void MarginBars::paintEvent(QPaintEvent* /*event*/)
{
    QPainter painter(this);
    const Theme& theme = Theme::of(palette());
    painter.fillRect(rect(), theme.panel);
    const bool top = m_edge == Edge::Top;
    const int length = top ? width() : height();
    const double thickness = (top ? height() : width()) - 4.0;
    const QColor bar = mixed(theme.panel, theme.accent, 0.55);
    // One bar per pixel, the largest of the cells under it: as the map itself is drawn.
    for (int pixel = 0; pixel < length; ++pixel) {
        const double begin = m_visible.valueAt(static_cast<double>(pixel) / length) - m_first;
        const double end = m_visible.valueAt(static_cast<double>(pixel + 1) / length) - m_first;
        const auto limit = static_cast<double>(m_values.size());
        if (end <= 0.0 || begin >= limit) {
            continue;
        }
        const auto first = static_cast<std::size_t>(std::max(std::floor(begin), 0.0));
        const auto last = static_cast<std::size_t>(
            std::clamp(std::ceil(end - 1e-9), static_cast<double>(first) + 1.0, limit));
        float largest = kMissingHeat;
        for (std::size_t i = first; i < last; ++i) {
            largest = std::isnan(largest) ? m_values[i] : std::max(largest, m_values[i]);
        }
        if (std::isnan(largest)) {
            continue;
        }
        const double size =
            std::max(std::min(static_cast<double>(largest) / m_top, 1.0) * thickness, 1.0);
        painter.fillRect(
            top ? QRectF(pixel, height() - size, 1.0, size) : QRectF(0.0, pixel, size, 1.0), bar);
    }
}

} // namespace isotherm
