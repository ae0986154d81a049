// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/agent_gateway.h"
#include "app/models/changes_feed.h"
#include "app/models/cluster_state.h"
#include "app/models/forecast_feed.h"
#include "app/models/restorable_feed.h"
#include "app/models/upkeep_feed.h"
#include "app/models/view_context.h"

namespace isotherm
{

/// What every page is given: all of it outlives the pages.
struct PageContext
{
    ClusterState& state;
    ViewContext& view;
    AgentGateway& gateway;
    RestorableFeed& restorable;
    ChangesFeed& changes;
    UpkeepFeed& upkeep;
    ForecastFeed& forecast;
};

} // namespace isotherm
