// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/heat_actions.h"

#include "app/viewmath/text.h"

#include <QAction>
#include <QActionGroup>
#include <QMenu>

namespace isotherm
{
namespace
{

QAction* make(QObject* parent, const QString& title, const QString& tip)
{
    auto* action = new QAction(title, parent);
    action->setToolTip(tip);
    return action;
}

} // namespace

QString colourMapTitle(viewmath::ColourMap map)
{
    switch (map) {
    case viewmath::ColourMap::Inferno:
        return HeatActions::tr("Inferno");
    case viewmath::ColourMap::Cividis:
        return HeatActions::tr("Cividis");
    case viewmath::ColourMap::Viridis:
        return HeatActions::tr("Viridis");
    case viewmath::ColourMap::Greys:
        return HeatActions::tr("Greys");
    }
    return {};
}

HeatActions::HeatActions(QObject* parent)
    : QObject(parent), zoomToSelection(make(this, tr("&Zoom to selection"),
                                            tr("Show only what is selected (Enter)"))),
      restoreSelection(make(
          this, tr("&Restore selection…"),
          tr("Bring back rows of the selected shards, as they were before the selected time (R)"))),
      zoomIn(make(this, tr("Zoom &in"), tr("Show half of the time (+)"))),
      zoomOut(make(this, tr("Zoom &out"), tr("Show twice the time (−)"))),
      back(make(this, tr("&Back"), tr("To where you zoomed in from (Backspace)"))),
      reset(make(this, tr("R&eset"), tr("Show all rows and the whole range (0)"))),
      follow(make(this, tr("&Follow live"), tr("Keep the right edge at now (L)"))),
      logarithmic(make(this, tr("&Logarithmic scale"),
                       tr("Three decades: small differences among cold shards show"))),
      peaks(make(this, tr("Show &peaks"), tr("Draw the maximum of each cell; off: the mean"))),
      forecast(
          make(this, tr("Show &forecasts"), tr("Draw what is expected right of now, hatched (F)"))),
      pastForecasts(make(this, tr("Show &past forecasts"),
                         tr("Lay what was expected an hour before over what happened, along the "
                            "lower edge of each row"))),
      table(
          make(this, tr("Show as &table…"), tr("The same numbers as a table, for screen readers"))),
      exportPng(make(this, tr("Export as P&NG…"), tr("Save the picture"))),
      exportCsv(make(this, tr("Export as &CSV…"), tr("Save the numbers on screen"))),
      m_maps(new QActionGroup(this)), m_metrics(new QActionGroup(this))
{
    follow->setCheckable(true);
    follow->setShortcut(QKeySequence(Qt::Key_L));
    logarithmic->setCheckable(true);
    peaks->setCheckable(true);
    forecast->setCheckable(true);
    forecast->setChecked(true);
    forecast->setShortcut(QKeySequence(Qt::Key_F));
    pastForecasts->setCheckable(true);
    restoreSelection->setEnabled(false);
    zoomToSelection->setEnabled(false);
    makeChoices();
}

void HeatActions::makeChoices()
{
    for (const viewmath::ColourMap map : viewmath::kColourMaps) {
        QAction* action = m_maps->addAction(colourMapTitle(map));
        action->setCheckable(true);
        action->setData(static_cast<int>(map));
        connect(action, &QAction::triggered, this, [this, map] { Q_EMIT mapChosen(map); });
    }
    for (const HeatMetric metric : {HeatMetric::Rows, HeatMetric::Reads, HeatMetric::Writes,
                                    HeatMetric::Bytes, HeatMetric::Temperature}) {
        QAction* action = m_metrics->addAction(text::metricTitle(metric));
        action->setCheckable(true);
        action->setData(static_cast<int>(metric));
        connect(action, &QAction::triggered, this, [this, metric] { Q_EMIT metricChosen(metric); });
    }
}

void HeatActions::addTo(QMenu* menu) const
{
    QMenu* metrics = menu->addMenu(tr("&Metric"));
    metrics->addActions(m_metrics->actions());
    QMenu* maps = menu->addMenu(tr("&Colours"));
    maps->addActions(m_maps->actions());
    menu->addAction(logarithmic);
    menu->addActions({peaks, forecast, pastForecasts});
    menu->addSeparator();
    menu->addActions({follow, zoomToSelection, zoomIn, zoomOut, back, reset});
    menu->addSeparator();
    menu->addActions({table, exportPng, exportCsv});
}

void HeatActions::setStyle(const HeatStyle& style)
{
    logarithmic->setChecked(style.logarithmic);
    peaks->setChecked(style.statistic == viewmath::Statistic::Max);
    for (QAction* action : m_maps->actions()) {
        action->setChecked(action->data().toInt() == static_cast<int>(style.map));
    }
}

void HeatActions::setMetric(HeatMetric metric)
{
    for (QAction* action : m_metrics->actions()) {
        action->setChecked(action->data().toInt() == static_cast<int>(metric));
    }
}

} // namespace isotherm
