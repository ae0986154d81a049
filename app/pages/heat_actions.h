// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/widgets/heat_canvas.h"

#include <QObject>

class QAction;
class QActionGroup;
class QMenu;

namespace isotherm
{

/// The commands of the heat map: one QAction each, for toolbar, menu and keys alike.
class HeatActions : public QObject
{
    Q_OBJECT

public:
    explicit HeatActions(QObject* parent);

    QAction* zoomToSelection;
    QAction* restoreSelection;
    QAction* zoomIn;
    QAction* zoomOut;
    QAction* back;
    QAction* reset;
    QAction* follow;
    QAction* logarithmic;
    QAction* peaks;
    QAction* forecast;
    QAction* pastForecasts;
    QAction* table;
    QAction* exportPng;
    QAction* exportCsv;

    void addTo(QMenu* menu) const;
    void setStyle(const HeatStyle& style);
    void setMetric(HeatMetric metric);

Q_SIGNALS:
    void mapChosen(isotherm::viewmath::ColourMap map);
    void metricChosen(isotherm::HeatMetric metric);

private:
    void makeChoices();

    QActionGroup* m_maps;
    QActionGroup* m_metrics;
};

/// The name of a colour map in menus.
[[nodiscard]] QString colourMapTitle(viewmath::ColourMap map);

} // namespace isotherm
