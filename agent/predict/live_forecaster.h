// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/predict/forecaster.h"
#include "agent/predict/keyspace_forecast.h"
#include "agent/predict/local_time.h"
#include "agent/predict/rate_history.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::predict
{

/// What a keyspace's forecaster is about.
struct LiveLayout
{
    std::string keyspace;
    std::vector<ShardId> shards; ///< in key order

    friend bool operator==(const LiveLayout&, const LiveLayout&) = default;
};

struct LiveOptions
{
    LocalTime zone = {};
    std::chrono::hours reach{42 * 24}; ///< how far back it learns from, to begin with
    Tuning tuning = {};
};

/// Forecasts one keyspace from the history of heat: two series a shard (rows read, rows written),
/// ten minutes a step, in local time. It begins with weeks of history and catches up with now as it
/// would have seen it then; after that a step is one row. When shards change, make another: history
/// stays with the cells of the key range, and a new shard begins with that of its cells. Not
/// thread-safe.
class LiveForecaster
{
public:
    LiveForecaster(const heat::HeatStore& store, LiveLayout layout, LiveOptions options);
    ~LiveForecaster();

    [[nodiscard]] const LiveLayout& layout() const { return m_layout; }

    enum class Progress { More, CaughtUp };
    /// Does at most so many pieces of work (a step of all series is one or more, each of a bounded
    /// size) towards what had ended at `now`. After an error it goes on with the next call.
    [[nodiscard]] Result<Progress> advance(WallTime now, std::size_t pieces);
    /// The first moment that it knows nothing of.
    [[nodiscard]] WallTime next() const { return m_next; }
    /// How far it is from the beginning of history to now, 0 to 1.
    [[nodiscard]] double caughtUp(WallTime now) const;

    /// As of the last step; null before the first full hour. Expensive with many series: a horizon
    /// of `points` is worked out anew every few steps only.
    [[nodiscard]] std::shared_ptr<const KeyspaceForecast> publish();

    [[nodiscard]] std::size_t bytes() const;

private:
    [[nodiscard]] Status begin(WallTime now);
    [[nodiscard]] Status takeStep(WallTime end);
    [[nodiscard]] std::int64_t localMinute(WallTime moment) const;
    [[nodiscard]] std::vector<HorizonQuality> quality() const;
    void refreshPoints();
    void fillShards(KeyspaceForecast& forecast, const DayAhead& day) const;

    const heat::HeatStore& m_store;
    const LiveLayout m_layout;
    const LiveOptions m_options;
    RateHistory m_history;
    std::optional<WallTime> m_first; ///< of history
    WallTime m_next{};               ///< the step that comes next
    std::unique_ptr<Forecaster> m_forecaster;
    std::deque<std::vector<double>> m_ahead;          ///< rows read from history, not taken in yet
    std::vector<std::vector<ForecastPoint>> m_points; ///< by horizon and shard
    std::size_t m_turn = 0;                           ///< of refreshing points
};

} // namespace isotherm::predict
