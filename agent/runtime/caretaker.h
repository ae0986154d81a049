// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/scheduler.h"
#include "agent/engine/engine.h"
#include "agent/jobs/job_engine.h"
#include "agent/restore/restore_handler.h"
#include "agent/runtime/health_board.h"
#include "agent/runtime/upkeep_part.h"
#include "agent/topology/topology.h"
#include "shared/base/log.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace isotherm::runtime
{

struct CaretakerOptions
{
    std::chrono::milliseconds tick = std::chrono::seconds(1);
    std::chrono::milliseconds topologyEvery = std::chrono::seconds(60);
    std::vector<std::string> restoreSchemas; ///< where leftovers of restores may be
};

/// Keeps the agent in its place: holds the cluster's lock, takes up the configured keyspaces, looks
/// at the topology, starts the jobs once that is safe, and drives the scheduler. A thread of its
/// own; nothing is changed in the database or begun while the lock is not held. Thread-safe.
class Caretaker
{
public:
    struct Parts
    {
        engine::Engine& engine;
        topology::Topology& topology;
        jobs::JobEngine& jobs;
        backup::Scheduler& scheduler;
        UpkeepPart& upkeep;
        restore::RestoreHandler& restores;
        HealthBoard& health;
        Log& log;
        std::function<Status()> beforeJobs = {}; ///< once, before the first job is started
    };

    Caretaker(Parts parts, CaretakerOptions options);
    ~Caretaker();
    Caretaker(const Caretaker&) = delete;
    Caretaker& operator=(const Caretaker&) = delete;

    /// FailedPrecondition when another agent holds the cluster. A database that does not answer is
    /// no error: the caretaker goes on trying.
    [[nodiscard]] Status start(std::vector<metadata::StoredKeyspace> configured);
    void stop();
    /// Takes up keyspaces of a reloaded configuration.
    void takeUp(std::vector<metadata::StoredKeyspace> configured);
    /// The database's shards are others now: look with the next tick.
    void lookSoon() { m_lookSoon = true; }

private:
    void run(const std::stop_token& stop);
    void round();
    [[nodiscard]] Status holdLock();
    [[nodiscard]] Status begin();
    void adoptConfigured();
    void lookAround();
    void report(const std::string& code, const Status& status);

    const Parts m_parts;
    const CaretakerOptions m_options;
    std::unique_ptr<engine::ClusterLock> m_lock;
    bool m_begun = false;
    std::chrono::steady_clock::time_point m_lastLook;
    std::atomic<bool> m_lookSoon{false};
    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::vector<metadata::StoredKeyspace> m_configured; ///< not taken up yet
    std::jthread m_thread;
};

} // namespace isotherm::runtime
