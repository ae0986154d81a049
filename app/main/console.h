// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/connection/agent_session.h"
#include "app/main/main_window.h"
#include "app/main/settings.h"
#include "app/models/changes_feed.h"
#include "app/models/cluster_state.h"
#include "app/models/forecast_feed.h"
#include "app/models/heat_feed.h"
#include "app/models/restorable_feed.h"
#include "app/models/upkeep_feed.h"
#include "app/models/view_context.h"

#include <QSettings>
#include <memory>

namespace isotherm
{

/// The whole console: what it knows, its connection and its window, built in this order.
class Console
{
public:
    /// `store` must outlive the console.
    explicit Console(QSettings& store);

    void open(std::shared_ptr<client::AgentClient> client, const AgentIdentity& identity)
    {
        m_session.open(std::move(client), identity);
    }

    [[nodiscard]] MainWindow& window() { return m_window; }
    [[nodiscard]] ClusterState& state() { return m_state; }
    [[nodiscard]] ViewContext& view() { return m_view; }
    [[nodiscard]] HeatFeed& feed() { return m_feed; }
    [[nodiscard]] RestorableFeed& restorable() { return m_restorable; }
    [[nodiscard]] ChangesFeed& changes() { return m_changes; }
    [[nodiscard]] UpkeepFeed& upkeep() { return m_upkeep; }
    [[nodiscard]] ForecastFeed& forecast() { return m_forecast; }
    [[nodiscard]] AgentSession& session() { return m_session; }
    [[nodiscard]] Settings& settings() { return m_settings; }

private:
    Settings m_settings;
    ClusterState m_state;
    ViewContext m_view;
    AgentSession m_session;
    HeatFeed m_feed;
    RestorableFeed m_restorable;
    ChangesFeed m_changes;
    UpkeepFeed m_upkeep;
    ForecastFeed m_forecast;
    MainWindow m_window;
};

} // namespace isotherm
