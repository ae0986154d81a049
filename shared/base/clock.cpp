// SPDX-License-Identifier: Apache-2.0
#include "shared/base/clock.h"

namespace isotherm
{

WallTime SystemClock::wallNow() const
{
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
}

Instant SystemClock::now() const
{
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now());
}

} // namespace isotherm
