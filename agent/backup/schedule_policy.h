// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/units.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

/// When a shard is backed up: pure functions over what is known of it, so that every decision can
/// be explained.
namespace isotherm::backup
{

/// The operator's wishes ([schedule] of the configuration).
struct SchedulePolicy
{
    std::chrono::milliseconds hot = std::chrono::hours(1);
    std::chrono::milliseconds warm = std::chrono::hours(6);
    std::chrono::milliseconds cold = std::chrono::hours(24);
    double hotAbove = 0.8;
    double warmAbove = 0.5;
    /// Share of the interval by which a backup is brought forward, differently for each shard, so
    /// that a thousand shards adopted in the same minute do not run in the same minute for ever. In
    /// [0, 0.5].
    double jitter = 0.1;
    /// false: forecasts are made and shown, and nothing follows them.
    bool followForecasts = true;
};

/// What a forecast says of a coming stretch of time, the highest temperature in it.
struct ComingHeat
{
    WallTime start{};
    WallTime end{};
    double temperature = 0;
};

/// What decides about one shard.
struct ShardFacts
{
    ShardId shard;
    std::optional<double> temperature; ///< now
    std::vector<ComingHeat> coming; ///< by time, the first one may have begun; empty: no forecast
    std::optional<WallTime> lastBackup; ///< the moment that the newest backup shows
    std::optional<std::chrono::milliseconds> rpo;
    std::optional<WallTime> notBefore; ///< after a failure: when to try again
};

/// When the next backup is due, and why.
struct DueTime
{
    WallTime due{};
    std::chrono::milliseconds interval{0}; ///< the rule's answer, before jitter
    /// Intervals gone by since the last backup; infinite without one. Who waits keeps rising, so
    /// that nobody starves when there is more to do than can be done.
    double urgency = 0;
    std::string reason;
    /// Without the forecast it would be due then; nullopt: the forecast brings nothing forward.
    std::optional<WallTime> broughtForwardFrom;
};

/// When a forecast first crosses into a hotter class than the present one.
struct Crossing
{
    WallTime at{};
    std::string what; ///< "hot (0.93 > 0.80)"
};

/// The interval rule: hot above `hotAbove`, warm above `warmAbove`, else cold; a temperature that
/// is not known counts as warm. It holds for the temperature now and, with a forecast, for that of
/// each coming stretch of time: a shard that will be hot at two gets a backup at two, unless it had
/// one within the hour before, and then one an hour for as long as it is hot. An RPO can only
/// shorten the interval: a backup has to *finish* inside the objective, so it starts at 80 % of it.
[[nodiscard]] DueTime nextBackup(const ShardFacts& facts, const SchedulePolicy& policy,
                                 WallTime now);

[[nodiscard]] std::optional<Crossing> nextCrossing(const ShardFacts& facts,
                                                   const SchedulePolicy& policy, WallTime now);

/// The rule's interval for a temperature; unknown counts as warm.
[[nodiscard]] std::chrono::milliseconds intervalAt(std::optional<double> temperature,
                                                   const SchedulePolicy& policy);

/// How far ahead a shard's temperature looks: as far as its next backup, or the time that splitting
/// it would take, whichever is longer.
struct Horizon
{
    std::chrono::milliseconds length{0};
    std::string why;
};
[[nodiscard]] Horizon horizonOf(std::chrono::milliseconds interval, ByteCount size);

/// How long to wait after the n-th failure in a row (n ≥ 1): 30 s doubling to 30 min.
[[nodiscard]] std::chrono::milliseconds retryDelay(std::uint32_t failures);

} // namespace isotherm::backup
