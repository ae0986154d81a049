// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/metrics_endpoint.h"
#include "agent/heat/heat_store.h"
#include "agent/metadata/past_forecast_store.h"
#include "agent/predict/forecast_board.h"
#include "agent/predict/live_forecaster.h"
#include "agent/runtime/health_board.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace isotherm::runtime
{

struct ForecastPartOptions
{
    /// The zone of the people who make the load; none: UTC.
    std::function<Result<predict::LocalTime>()> zone;
    /// Share of a core that catching up with history may take; a step of now takes what it takes.
    /// With a whole core it is in a hurry, and of ordinary priority.
    double catchUpShare = 0.25;
    std::chrono::milliseconds look = std::chrono::seconds(1);
    predict::Tuning tuning = {};
};

/// The predict role: one forecaster a keyspace, fed from the history of heat on a thread of its own
/// at the lowest priority; what they say goes to the board, what they said before is kept, what is
/// wrong with them goes to the health board. When the shards of a keyspace change, a new forecaster
/// catches up while the old one goes on. Thread-safe.
class ForecastPart
{
public:
    struct Parts
    {
        topology::Topology& topology;
        const heat::HeatStore& heat;
        metadata::PastForecastStore& past;
        predict::ForecastBoard& board;
        HealthBoard& health;
        const Clock& clock;
        Log& log;
    };

    ForecastPart(Parts parts, ForecastPartOptions options);
    ~ForecastPart();
    ForecastPart(const ForecastPart&) = delete;
    ForecastPart& operator=(const ForecastPart&) = delete;

    void start();
    void stop();

    /// One look at everything, as the thread does it; true: there is more to catch up with. Not
    /// while the thread runs.
    bool round();

    /// "live", "catching up (40 %)", …; never empty.
    [[nodiscard]] std::string stateOf(const std::string& keyspace) const;
    [[nodiscard]] std::vector<api::ExtraGauge> gauges() const;

private:
    struct Keyspace
    {
        std::unique_ptr<predict::LiveForecaster> live;
        std::unique_ptr<predict::LiveForecaster> next; ///< catches up for other shards
        std::optional<WallTime> published;             ///< `made` of what is on the board
        std::optional<WallTime> kept;                  ///< hour of the newest past forecast
    };

    void run(const std::stop_token& stop);
    void findZone();
    [[nodiscard]] std::vector<predict::LiveLayout> layouts() const;
    [[nodiscard]] WallTime measuredUntil() const;
    [[nodiscard]] Result<bool> follow(const predict::LiveLayout& layout);
    [[nodiscard]] Result<bool> advance(predict::LiveForecaster* forecaster, WallTime until);
    void publish(Keyspace& keyspace);
    [[nodiscard]] Status keepPast(Keyspace& keyspace, const predict::KeyspaceForecast& forecast);
    void setState(const std::string& keyspace, const std::string& state);
    void report(const predict::KeyspaceForecast& forecast);
    void dropGone(const std::vector<predict::LiveLayout>& layouts);

    const Parts m_parts;
    const ForecastPartOptions m_options;
    std::optional<predict::LocalTime> m_zone;
    std::map<std::string, Keyspace> m_keyspaces; ///< of the thread
    mutable std::mutex m_mutex;
    std::map<std::string, std::string> m_states;
    std::size_t m_bytes = 0;
    double m_cpuSeconds = 0;
    std::condition_variable_any m_wake;
    std::jthread m_thread;
};

} // namespace isotherm::runtime
