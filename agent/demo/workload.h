// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace isotherm::demo
{

struct WorkloadOptions
{
    std::filesystem::path pgbench; ///< the binary
    std::filesystem::path folder;  ///< for the scripts
    std::string host;              ///< socket folder or address
    std::uint16_t port = 0;
    std::string user;
    std::string database;
    std::int64_t accounts = 1'000'000;
    double peakRate = 900;        ///< transactions per second at noon
    std::chrono::seconds day{60}; ///< a day of the story
};

/// Where the story is at one moment.
struct WorkloadMoment
{
    double rate = 0;          ///< transactions per second
    std::int64_t hotFrom = 1; ///< accounts that four out of five transactions touch
    std::int64_t hotTo = 1;
};

/// The load `elapsed` after the start: the rate breathes with the day, and the hot range wanders
/// through the key space once in three days. Pure.
[[nodiscard]] WorkloadMoment workloadAt(const WorkloadOptions& options,
                                        std::chrono::duration<double> elapsed);

/// Real pgbench clients in a background thread, in bursts of two seconds, so that range and rate
/// can move. Stops, and ends the running client, when destroyed.
class Workload
{
public:
    [[nodiscard]] static Result<std::unique_ptr<Workload>> start(const WorkloadOptions& options);
    virtual ~Workload() = default;

    [[nodiscard]] virtual std::uint64_t transactions() const = 0;
    [[nodiscard]] virtual WorkloadMoment now() const = 0;
    /// The last burst's trouble, in pgbench's words; empty while all is well.
    [[nodiscard]] virtual std::string trouble() const = 0;
};

} // namespace isotherm::demo
