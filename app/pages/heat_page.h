// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/heat_feed.h"
#include "app/pages/heat_actions.h"
#include "app/pages/page_context.h"
#include "app/widgets/heat_view.h"

#include <QWidget>

class QComboBox;
class QSlider;
class QToolBar;

namespace isotherm
{

/// Time × key: the heat of every shard, live or in the past.
class HeatPage : public QWidget
{
    Q_OBJECT

public:
    HeatPage(const PageContext& context, HeatFeed& feed, QWidget* parent = nullptr);

    [[nodiscard]] HeatActions& commands() { return *m_actions; }
    [[nodiscard]] HeatView& heatView() { return *m_view; }

    [[nodiscard]] const HeatStyle& heatStyle() const { return m_style; }
    void setHeatStyle(const HeatStyle& style);
    /// True once measured cells are on screen.
    [[nodiscard]] bool showsData() const;

    /// Where exports were written to; asks for a file when `path` is empty. False: not written.
    bool exportPng(const QString& path);
    bool exportCsv(const QString& path);
    /// The numbers on screen.
    [[nodiscard]] QByteArray toCsv() const;

Q_SIGNALS:
    void restoreRequested();
    void heatStyleChanged();
    void exportFinished(const QString& message, bool failed);

private:
    void build();
    [[nodiscard]] QToolBar* makeToolbar();
    void connectActions();
    void connectFeed();
    void applySelection();
    void applyMarks();
    void applyLimits();
    void applyNotice();
    void applyForecast();
    void applyPast();
    void applyTime();
    bool write(const QString& path, const QByteArray& bytes);

    PageContext m_context;
    HeatFeed& m_feed;
    HeatView* m_view;
    HeatActions* m_actions;
    QComboBox* m_metric = nullptr;
    QSlider* m_brightness = nullptr;
    HeatStyle m_style;
    viewmath::ForecastTable m_past;
    bool m_fresh = true;
};

} // namespace isotherm
