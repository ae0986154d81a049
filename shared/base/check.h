// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace isotherm
{
/// Prints the broken invariant and aborts: going on would risk somebody's only copy of the data.
[[noreturn]] void checkFailed(const char* condition, const char* file, int line);
} // namespace isotherm

/// An invariant of ours; stays on in release builds. Bad input is a Result, never a check.
#define ISO_CHECK(condition)                                                                       \
    do {                                                                                           \
        if (!(condition)) [[unlikely]] {                                                           \
            ::isotherm::checkFailed(#condition, __FILE__, __LINE__);                               \
        }                                                                                          \
    } while (false)
