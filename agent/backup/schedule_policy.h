// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/units.h"

#include <chrono>
#include <optional>
#include <string>

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
};

/// What decides about one shard.
struct ShardFacts
{
    ShardId shard;
    std::optional<double> temperature; ///< now
    std::optional<double>
        predictedTemperature; ///< the highest over the coming interval, when there is a forecast
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
};

/// The interval rule: hot above `hotAbove`, warm above `warmAbove`, else cold; a temperature that
/// is not known counts as warm. An RPO can only shorten it: a backup has to *finish* inside the
/// objective, so it starts at 80 % of it.
[[nodiscard]] DueTime nextBackup(const ShardFacts& facts, const SchedulePolicy& policy,
                                 WallTime now);

/// How long to wait after the n-th failure in a row (n ≥ 1): 30 s doubling to 30 min.
[[nodiscard]] std::chrono::milliseconds retryDelay(std::uint32_t failures);

} // namespace isotherm::backup
