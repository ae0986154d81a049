// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"

#include <atomic>
#include <chrono>
#include <cstdint>

namespace isotherm::test
{

/// A clock that stands still until a test moves it. Thread-safe.
class FakeClock final : public Clock
{
public:
    explicit FakeClock(WallTime start = fromUnixMicros(1'770'000'000'000'000))
        : m_wall(toUnixMicros(start))
    {
    }

    [[nodiscard]] WallTime wallNow() const override { return fromUnixMicros(m_wall.load()); }
    [[nodiscard]] Instant now() const override
    {
        return Instant(std::chrono::microseconds(m_steady.load()));
    }

    /// Time passes: both clocks move.
    void advance(std::chrono::microseconds by)
    {
        m_wall += by.count();
        m_steady += by.count();
    }
    /// The wall clock is set, forward or backward; the steady one does not notice.
    void stepWall(std::chrono::microseconds by) { m_wall += by.count(); }

private:
    std::atomic<std::int64_t> m_wall;
    std::atomic<std::int64_t> m_steady{1'000'000'000};
};

} // namespace isotherm::test
