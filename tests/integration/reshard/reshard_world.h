// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/jobs/job_engine.h"
#include "agent/metadata/database.h"
#include "agent/metadata/job_store.h"
#include "agent/reshard/reshard_handler.h"
#include "agent/topology/topology.h"
#include "shared/base/log.h"
#include "tests/integration/postgres/engine_fixture.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace isotherm::test
{

/// The parts of an agent that change shards, on one database.
class ReshardWorld
{
public:
    struct Options
    {
        std::string conninfo;
        std::filesystem::path folder; ///< of the metadata: what is in it is taken up
        std::function<Result<std::string>(const reshard::SwitchedShards&)> history = {};
    };

    [[nodiscard]] static Result<std::unique_ptr<ReshardWorld>> open(const Options& options,
                                                                    Log& log);

    [[nodiscard]] Status adopt(const std::string& keyspace, std::vector<std::string> tables);
    /// Shards in key order, the default last.
    [[nodiscard]] std::vector<ShardRecord> shards(const std::string& keyspace);
    /// Integer cuts of one shard.
    [[nodiscard]] reshard::ReshardRequest split(const ShardRecord& shard,
                                                const std::vector<std::int64_t>& cuts);
    [[nodiscard]] reshard::ReshardRequest merge(const std::vector<ShardRecord>& shards);
    [[nodiscard]] Result<JobId> submit(const reshard::ReshardRequest& request);
    [[nodiscard]] Result<JobRecord> wait(JobId job,
                                         std::chrono::seconds limit = std::chrono::seconds(180));
    /// Submits, ends its grace at once, and waits.
    [[nodiscard]] Result<JobRecord> run(const reshard::ReshardRequest& request);
    /// Waits until the job's phase begins with `phase`, or it is over.
    [[nodiscard]] Result<JobRecord> waitForPhase(JobId job, const std::string& phase);

    [[nodiscard]] jobs::JobEngine& jobs() { return *m_jobs; }
    [[nodiscard]] reshard::ReshardHandler& handler() { return *m_handler; }
    [[nodiscard]] reshard::ReshardControl& control() { return *m_control; }
    [[nodiscard]] topology::Topology& topology() { return *m_topology; }
    [[nodiscard]] engine::Engine& engine() { return *m_engine; }
    [[nodiscard]] metadata::Database& database() { return *m_database; }

private:
    ReshardWorld() = default;

    SystemClock m_clock;
    std::unique_ptr<engine::Engine> m_engine;
    std::unique_ptr<metadata::Database> m_database;
    std::unique_ptr<metadata::KeyspaceStore> m_keyspaces;
    std::unique_ptr<metadata::ShardStore> m_shards;
    std::unique_ptr<metadata::JobStore> m_jobStore;
    std::unique_ptr<topology::Topology> m_topology;
    std::unique_ptr<reshard::ReshardControl> m_control;
    std::unique_ptr<reshard::ReshardHandler> m_handler;
    std::unique_ptr<jobs::JobEngine> m_jobs;
};

/// The settings that a server needs.
[[nodiscard]] PgClusterOptions reshardServer();

/// Everything of ours that is left in the database, as text; "" when there is nothing.
[[nodiscard]] std::string tracesIn(PgCluster& cluster);

} // namespace isotherm::test
