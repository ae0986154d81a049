// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/metrics_endpoint.h"
#include "agent/config/agent_config.h"
#include "agent/engine/engine.h"
#include "agent/heat/heat_store.h"
#include "agent/heat/temperature_model.h"
#include "agent/jobs/job_engine.h"
#include "agent/metadata/change_store.h"
#include "agent/runtime/changes_core.h"
#include "agent/runtime/forecast_use.h"
#include "agent/runtime/health_board.h"
#include "agent/runtime/planner.h"
#include "agent/runtime/sharding_view.h"
#include "agent/sharding/proposal_book.h"
#include "agent/topology/topology.h"

#include <functional>
#include <vector>

namespace isotherm::runtime
{

/// Splits and merges as one part of the agent: the book of proposals, what decisions are made from,
/// the planner's thread, and what users ask. Thread-safe.
class ShardingPart
{
public:
    struct Parts
    {
        engine::Engine& engine;
        topology::Topology& topology;
        heat::HeatStore& heat;
        const heat::TemperatureModel& temperatures;
        jobs::JobEngine& jobs;
        metadata::Database& database;
        HealthBoard& health;
        const Clock& clock;
        Log& log;
        const ForecastUse& forecasts;
        std::function<void(bool)> nearLimit = {};
        /// The executor's dry run; none: changes are proposed without.
        std::function<Result<engine::PreflightReport>(const reshard::ReshardRequest&)> preflight =
            {};
        reshard::ReshardControl* control = nullptr; ///< of running changes
    };

    /// `keys`: load by key; may be empty.
    ShardingPart(const Parts& parts, const config::ChangesSection& changes,
                 ShardingView::KeySource keys);

    /// Takes up what the last process left, then looks at every sample.
    [[nodiscard]] Status start();
    void stop() { m_planner.stop(); }
    void wake() { m_planner.wake(); }
    void reload(const config::ChangesSection& changes);
    /// A job changed its state.
    void noteJob(const JobRecord& job);

    [[nodiscard]] ChangesService& service() { return m_core; }
    [[nodiscard]] std::vector<api::ExtraGauge> gauges() const;

private:
    [[nodiscard]] Planner::Preflight dryRun() const;

    const Parts m_parts;
    const std::chrono::milliseconds m_grace;
    metadata::ChangeStore m_store;
    sharding::ProposalBook m_book;
    ShardingView m_view;
    Planner m_planner;
    ChangesCore m_core;
};

} // namespace isotherm::runtime
