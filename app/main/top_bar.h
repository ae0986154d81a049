// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/main/settings.h"
#include "app/models/cluster_state.h"
#include "app/models/view_context.h"

#include <QWidget>

class QComboBox;
class QPushButton;
class QToolButton;

namespace isotherm
{

class RangePicker;

/// Which cluster, which range, which zone, live or not, and the search: one for all views.
class TopBar : public QWidget
{
    Q_OBJECT

public:
    TopBar(const ClusterState& state, ViewContext& view, Settings& settings,
           QWidget* parent = nullptr);

    [[nodiscard]] QComboBox& zones() { return *m_zone; }
    [[nodiscard]] QToolButton& live() { return *m_live; }

Q_SIGNALS:
    void searchRequested();
    void customRangeRequested();

private:
    void build();
    void connectParts();
    void showRange();
    void showLive();
    void chooseZone(int index);

    const ClusterState& m_state;
    ViewContext& m_view;
    Settings& m_settings;
    RangePicker* m_range;
    QComboBox* m_zone;
    QToolButton* m_live;
    QPushButton* m_search;
};

} // namespace isotherm
