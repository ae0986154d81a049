// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/value_scale.h"
#include "app/widgets/heat_canvas.h"

#include <QWidget>
#include <optional>

namespace isotherm
{

/// Which values are hot and warm, on the scale of the metric shown; none when that is not known.
struct HeatLimits
{
    std::optional<double> warm;
    std::optional<double> hot;
};

/// What the colours mean: the scale with its unit, the limits, and how "not measured" looks.
class HeatLegend : public QWidget
{
    Q_OBJECT

public:
    explicit HeatLegend(QWidget* parent = nullptr);

    void setScale(HeatMetric metric, viewmath::ColourMap map, const viewmath::ValueScale& scale);
    void setLimits(const HeatLimits& limits);
    /// Whether the hatch of forecasts is explained.
    void setForecastShown(bool shown);
    /// Marks a value on the scale: that of the cell under the pointer.
    void setPointer(std::optional<double> value);

    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void paintTicks(QPainter& painter, const QRectF& bar) const;
    void paintLimits(QPainter& painter, const QRectF& bar) const;
    void paintMissing(QPainter& painter, const QRectF& swatch) const;
    void paintForecast(QPainter& painter, const QRectF& swatch) const;
    void paintName(QPainter& painter, const QRectF& swatch, const QString& name) const;

    HeatMetric m_metric = HeatMetric::Rows;
    viewmath::ColourMap m_map = viewmath::ColourMap::Inferno;
    viewmath::ValueScale m_scale;
    HeatLimits m_limits;
    std::optional<double> m_pointer;
    bool m_forecast = false;
};

} // namespace isotherm
