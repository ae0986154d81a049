// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/engine/survey.h"
#include "agent/heat/heat_store.h"
#include "agent/heat/temperature_model.h"
#include "agent/jobs/job_engine.h"
#include "agent/sharding/decide.h"
#include "agent/sharding/load.h"
#include "agent/sharding/proposal_book.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::runtime
{

/// Gathers what sharding decisions depend on: shards from the topology, loads from the heat store,
/// keys and forecasts from where they are known, the node's activity from the server. Thread-safe.
class ShardingView
{
public:
    struct Parts
    {
        engine::Engine& engine;
        topology::Topology& topology;
        heat::HeatStore& heat;
        const heat::TemperatureModel& temperatures;
        jobs::JobEngine& jobs;
        sharding::ProposalBook& book;
        const Clock& clock;
        Log& log;
    };
    /// Load by key.
    using KeySource =
        std::function<sharding::KeyLoads(const ShardRecord&, const std::vector<KeyType>&)>;
    /// What not every agent has; each may be empty.
    struct Sources
    {
        /// The coming season of a shard, in rows a second.
        std::function<std::vector<sharding::ForecastStep>(ShardId)> forecast;
        KeySource keys;
    };

    ShardingView(Parts parts, Sources sources, sharding::Policy policy, std::uint32_t nodeCores);

    /// Takes in the samples since the last call. True when there were any.
    [[nodiscard]] Result<bool> observe();

    /// The state as of the newest sample. Keys and rows are looked up only for shards that are hot
    /// or will be; histories only for SplitsAndMerges.
    [[nodiscard]] Result<sharding::ShardingState> state(sharding::Look look);

    /// Adds to shards of a state what the server knows of their keys and rows.
    void addDetails(sharding::ShardFacts& shard);

    /// The highest load of any shard in its newest sample, relative to the limit.
    [[nodiscard]] double hottest() const;

    void setPolicy(const sharding::Policy& policy);
    [[nodiscard]] sharding::Policy policy() const;

private:
    struct Bounds
    {
        Instant asked{};
        std::vector<Key> keys;
    };
    /// As the node was last asked.
    struct Activity
    {
        engine::NodeActivity last;
        Instant asked{};
        std::optional<double> busy;
        std::optional<ByteCount> freeSpace;
    };

    [[nodiscard]] std::vector<sharding::ShardFacts> shards() const;
    void addHistories(sharding::ShardingState& state) const;
    void addForecasts(sharding::ShardingState& state) const;
    [[nodiscard]] Status addChanges(sharding::ShardingState& state);
    void addNodes(sharding::ShardingState& state);
    [[nodiscard]] std::shared_ptr<engine::SurveyPort> survey();
    void askNode(Activity& activity);

    const Parts m_parts;
    const Sources m_sources;
    const std::uint32_t m_nodeCores;
    mutable std::mutex m_mutex; ///< guards what follows
    sharding::Policy m_policy;
    sharding::LoadTracker m_tracker;
    std::optional<WallTime> m_fed; ///< loads are in the tracker up to here
    double m_hottest = 0;
    std::mutex m_asking;                      ///< the server; guards what follows
    std::map<std::uint64_t, Bounds> m_bounds; ///< by leaf
    std::shared_ptr<engine::SurveyPort> m_survey;
    Activity m_activity;
};

} // namespace isotherm::runtime
