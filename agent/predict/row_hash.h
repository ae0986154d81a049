// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace isotherm::predict
{

/// What stands for chance: the same number gives the same, always (splitmix64).
[[nodiscard]] inline std::uint64_t rowHash(std::uint64_t number)
{
    number += 0x9E3779B97F4A7C15ULL;
    number = (number ^ (number >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    number = (number ^ (number >> 27U)) * 0x94D049BB133111EBULL;
    return number ^ (number >> 31U);
}

} // namespace isotherm::predict
