// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/attribution/write_tap.h"
#include "agent/backup/change_detector.h"
#include "agent/bus/bus.h"
#include "agent/engine/engine.h"
#include "agent/heat/cell_map.h"
#include "agent/heat/heat_store.h"
#include "agent/heat/key_tracker.h"
#include "agent/heat/rate_meter.h"
#include "agent/heat/sketch_keeper.h"
#include "agent/heat/temperature_model.h"
#include "agent/runtime/health_board.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace isotherm::runtime
{

inline constexpr const char* kHeatTopic = "heat.sampled";

struct CollectorOptions
{
    std::chrono::milliseconds interval = std::chrono::seconds(10);
    std::chrono::milliseconds watchedInterval = std::chrono::seconds(1);
};

/// The collect role: samples the access counters of every shard, turns them into rates, keeps them,
/// and tells the bus. A thread of its own; when the database does not answer, the time is a gap.
/// Thread-safe.
class Collector
{
public:
    struct Parts
    {
        engine::Engine& engine;
        topology::Topology& topology;
        heat::CellMap& cells;
        heat::KeyTracker& tracker;
        heat::SketchKeeper& sketches;
        attribution::WriteTap& writes;
        heat::HeatStore& heat;
        heat::TemperatureModel& temperatures;
        backup::ChangeDetector& changes;
        bus::Bus& bus;
        HealthBoard& health;
        const Clock& clock;
        Log& log;
    };

    Collector(Parts parts, CollectorOptions options);
    ~Collector();
    Collector(const Collector&) = delete;
    Collector& operator=(const Collector&) = delete;

    void start();
    void stop();
    /// Somebody watches: sample every second.
    void setWatched(bool watched);
    /// A shard is near its limit: sample every second, too.
    void setNearLimit(bool near);

    [[nodiscard]] std::optional<WallTime> lastSample() const;
    [[nodiscard]] std::uint64_t samples() const { return m_samples; }
    /// Time the server spent on the last sample ÷ the time between two: the load that we are.
    [[nodiscard]] double costRatio() const { return m_costRatio; }

private:
    [[nodiscard]] std::chrono::milliseconds interval() const;
    void nudge();
    void run(const std::stop_token& stop);
    [[nodiscard]] Status sampleOnce();
    /// The leaves of every shard, by the series of its totals.
    [[nodiscard]] Result<std::vector<heat::CellLeaves>> lookAtShards();

    const Parts m_parts;
    const CollectorOptions m_options;
    heat::RateMeter m_meter;
    std::vector<std::shared_ptr<const topology::KeyspaceView>> m_keyspaces; ///< as last looked at
    std::atomic<bool> m_watched{false};
    std::atomic<bool> m_nearLimit{false};
    std::atomic<std::uint64_t> m_samples{0};
    std::atomic<double> m_costRatio{0};
    std::atomic<std::int64_t> m_lastSample{0};
    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    bool m_nudged = false;
    std::jthread m_thread;
};

} // namespace isotherm::runtime
