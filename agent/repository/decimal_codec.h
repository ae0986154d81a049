// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/byte_buffer.h"

#include <cstdint>
#include <span>
#include <vector>

/// Base-10,000 decimals, as databases send them, as plain integers (FORMAT.md, section 7, lengths
/// mode 4): an amount of money takes three byte planes instead of a dozen.
namespace isotherm::repository
{

struct ColumnBuffer;

inline constexpr unsigned kLargestDecimalScale = 16;

/// The integers `value · 10^scale` of all present values, `scale` being that of the first one;
/// false when a value is not such a decimal in its one canonical form (another scale, NaN,
/// infinity, more than 16 digits, just other bytes) or a field is absent.
[[nodiscard]] bool decimalsToIntegers(const ColumnBuffer& column, unsigned& scale,
                                      std::vector<std::uint64_t>& integers);

/// Appends the decimal's bytes. False when it is out of range.
[[nodiscard]] bool appendDecimal(std::uint64_t integer, unsigned scale, ByteBuffer& to);

} // namespace isotherm::repository
