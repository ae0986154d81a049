// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/schedule_policy.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// Plays recorded traces to the backup schedule: SIMULATE.md has the rules and what is counted.
namespace isotherm::simulate
{

enum class Policy { Fixed, Reactive, Predictive };
[[nodiscard]] std::string_view policyName(Policy policy);

/// What a backup costs.
struct ByteModel
{
    double runBytes = 4'000; ///< of each run, whatever has changed
    double rowBytes = 60;    ///< of each changed row
    double written = 0.3;    ///< share of a plain series' accesses that change a row
};

struct SimulationOptions
{
    std::filesystem::path trace;
    int stepMinutes = 10;
    std::vector<Policy> policies;
    backup::SchedulePolicy schedule = {.jitter = 0};
    std::chrono::milliseconds fixed = std::chrono::hours(6);
    std::chrono::hours warmUp{14 * 24}; ///< not counted
    ByteModel bytes = {};
};

/// Hours that a class of temperature had, and those in which the newest backup was too old.
struct ClassCount
{
    std::uint64_t hours = 0;
    std::uint64_t violated = 0;

    friend bool operator==(const ClassCount&, const ClassCount&) = default;
};

struct PolicyReport
{
    Policy policy = Policy::Fixed;
    std::uint64_t backups = 0;
    std::uint64_t skipped = 0; ///< nothing had changed
    double runBytes = 0;
    double rowBytes = 0;
    ClassCount hot;
    ClassCount warm;
    ClassCount cold;
    double rowsAtRisk = 0; ///< mean over time, of all shards together
    double busyShare = 0;  ///< of the backups

    [[nodiscard]] std::uint64_t violations() const
    {
        return hot.violated + warm.violated + cold.violated;
    }
    [[nodiscard]] double bytes() const { return runBytes + rowBytes; }
};

struct SimulationReport
{
    std::string from; ///< of what was counted, as the trace writes it
    std::string to;
    std::size_t shards = 0;
    std::vector<PolicyReport> policies; ///< in the order asked for
};

/// InvalidArgument for options and traces that make no sense, a trace that is not longer than the
/// warm-up among them.
[[nodiscard]] Result<SimulationReport> simulate(const SimulationOptions& options);

} // namespace isotherm::simulate
