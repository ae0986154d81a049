// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/forecast_lines.h"
#include "app/viewmath/zone.h"
#include "shared/model/forecast_records.h"

#include <QWidget>
#include <vector>

class QChart;
class QChartView;

namespace isotherm
{

/// How far forecasts were off, by how long ahead they were made, beside seasonal naive.
class ForecastErrorChart : public QWidget
{
    Q_OBJECT

public:
    explicit ForecastErrorChart(QWidget* parent = nullptr);

    void setQuality(const std::vector<HorizonQuality>& horizons);
    [[nodiscard]] QChart& chart();

protected:
    void changeEvent(QEvent* event) override;

private:
    void refresh();

    QChartView* m_view;
    std::vector<HorizonQuality> m_horizons;
};

/// One shard: what was measured, what was and is expected, with the interval.
class ShardForecastChart : public QWidget
{
    Q_OBJECT

public:
    explicit ShardForecastChart(QWidget* parent = nullptr);

    void setLines(const viewmath::ForecastLines& lines, const QString& title, const Zone& zone);
    [[nodiscard]] QChart& chart();

protected:
    void changeEvent(QEvent* event) override;

private:
    void refresh();

    QChartView* m_view;
    viewmath::ForecastLines m_lines;
    QString m_title;
    Zone m_zone;
};

} // namespace isotherm
