// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/viewport.h"
#include "shared/base/clock.h"

#include <chrono>
#include <functional>
#include <vector>

namespace isotherm::viewmath
{

/// The offset of local time from UTC at an instant: a time zone, without its name.
using UtcOffset = std::function<std::chrono::seconds(WallTime)>;

/// How much of a time a label must say.
enum class TickUnit { Second, Minute, Day };

struct TimeTick
{
    WallTime time{};
    TickUnit unit = TickUnit::Minute;
    bool dayStart = false; ///< local midnight: the label says the date
};

/// Ticks on whole local times (a 6-hour tick is at 00, 06, 12, 18 also across a change of the
/// clocks), at least `minimumGap` pixels apart, ascending.
[[nodiscard]] std::vector<TimeTick> timeTicks(Span time, double pixels, double minimumGap,
                                              const UtcOffset& offset);

} // namespace isotherm::viewmath
