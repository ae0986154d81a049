// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::config
{

/// A stretch of every day, or of some weekdays, in which changes may run by themselves.
struct ChangeWindow
{
    std::uint8_t days = 0x7F;          ///< bit 0 Monday … bit 6 Sunday: when it begins
    std::chrono::minutes begin{0};     ///< of the local day
    std::chrono::minutes end{24 * 60}; ///< not after `begin`: it ends on the next day
    std::chrono::minutes utcOffset{0};
    std::string text; ///< as it was written

    friend bool operator==(const ChangeWindow&, const ChangeWindow&) = default;
};

/// "02:00-05:00 +02:00", "sat,sun 22:00-06:00 Z", "mon-fri 12:00-13:00 +00:00". The offset must be
/// there: an hour without one is nobody's. InvalidArgument otherwise.
[[nodiscard]] Result<ChangeWindow> parseChangeWindow(std::string_view text);

/// No windows at all: always.
[[nodiscard]] bool isInWindow(const std::vector<ChangeWindow>& windows, WallTime now);

} // namespace isotherm::config
