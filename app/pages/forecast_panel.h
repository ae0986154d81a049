// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/heat_feed.h"
#include "app/pages/page_context.h"

#include <QTimer>
#include <QWidget>

class QLabel;

namespace isotherm
{

class ForecastErrorChart;
class ShardForecastChart;

/// How good the forecasts are, and what is expected of the selected shard.
class ForecastPanel : public QWidget
{
    Q_OBJECT

public:
    ForecastPanel(const PageContext& context, const HeatFeed& feed, QWidget* parent = nullptr);

    [[nodiscard]] ForecastErrorChart& errors() { return *m_errors; }
    [[nodiscard]] ShardForecastChart& shard() { return *m_shard; }
    [[nodiscard]] QString stateText() const;

protected:
    void showEvent(QShowEvent* event) override;

private:
    void refreshQuality();
    void refreshShard();
    [[nodiscard]] QStringList describe(const ForecastQuality& quality) const;

    PageContext m_context;
    const HeatFeed& m_feed;
    QLabel* m_state;
    ForecastErrorChart* m_errors;
    ShardForecastChart* m_shard;
    QTimer m_refresh;
};

} // namespace isotherm
