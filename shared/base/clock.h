// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace isotherm
{

/// An absolute instant, microseconds since 1970-01-01 UTC. May step backwards between two readings.
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

/// A reading of a clock that never steps; only differences mean anything, only inside one process.
using Instant = std::chrono::time_point<std::chrono::steady_clock, std::chrono::microseconds>;

/// Where the time comes from: a parameter everywhere, so that tests own it. Implementations are
/// thread-safe.
class Clock
{
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual WallTime wallNow() const = 0;
    [[nodiscard]] virtual Instant now() const = 0;
};

/// The machine's clocks.
class SystemClock final : public Clock
{
public:
    [[nodiscard]] WallTime wallNow() const override;
    [[nodiscard]] Instant now() const override;
};

[[nodiscard]] constexpr std::int64_t toUnixMicros(WallTime time)
{
    return time.time_since_epoch().count();
}
[[nodiscard]] constexpr WallTime fromUnixMicros(std::int64_t micros)
{
    return WallTime(std::chrono::microseconds(micros));
}

} // namespace isotherm
