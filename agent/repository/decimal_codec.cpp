// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/decimal_codec.h"

#include "agent/repository/column_codec.h"
#include "shared/base/byte_io.h"
#include "shared/model/row_batch.h"

#include <array>

namespace isotherm::repository
{
namespace
{

constexpr std::uint64_t kBase = 10000;
constexpr int kBaseDigits = 4;
constexpr std::uint16_t kNegative = 0x4000;
constexpr std::size_t kHeadBytes = 8; ///< number of digits, weight, sign, scale
constexpr int kMostGroups = 4;        ///< 16 decimal digits: safely inside 64 bits
constexpr std::int64_t kLargest = 10'000'000'000'000'000;
constexpr std::array<std::uint64_t, 4> kPowersOfTen{1, 10, 100, 1000};

int fractionGroups(unsigned scale)
{
    return (static_cast<int>(scale) + kBaseDigits - 1) / kBaseDigits;
}

/// By how much the last base-10,000 group is finer than the scale.
std::uint64_t surplus(unsigned scale)
{
    return kPowersOfTen[static_cast<std::size_t>(fractionGroups(scale) * kBaseDigits) - scale];
}

bool toInteger(const char* bytes, std::size_t size, unsigned scale, std::uint64_t& integer)
{
    const int count = loadBigEndian<std::uint16_t>(bytes);
    const int weight = static_cast<std::int16_t>(loadBigEndian<std::uint16_t>(bytes + 2));
    const auto sign = loadBigEndian<std::uint16_t>(bytes + 4);
    if (size != kHeadBytes + 2 * static_cast<std::size_t>(count) ||
        loadBigEndian<std::uint16_t>(bytes + 6) != scale || (sign != 0 && sign != kNegative)) {
        return false;
    }
    integer = 0;
    if (count == 0) {
        return weight == 0 && sign == 0;
    }
    const int groups = fractionGroups(scale);
    const int lowest = weight - count + 1 + groups; // place of the last digit above the finest
    if (weight + groups >= kMostGroups || lowest < 0) {
        return false;
    }
    std::uint64_t digit = 0;
    for (int i = 0; i < count; ++i) {
        digit = loadBigEndian<std::uint16_t>(bytes + kHeadBytes + 2 * static_cast<std::size_t>(i));
        if (digit >= kBase || (i == 0 && digit == 0)) {
            return false;
        }
        integer = integer * kBase + digit;
    }
    for (int i = 0; i < lowest; ++i) {
        integer *= kBase;
    }
    if (digit == 0 || integer % surplus(scale) != 0) {
        return false;
    }
    integer /= surplus(scale);
    integer = sign == kNegative ? ~integer + 1 : integer;
    return true;
}

} // namespace

bool decimalsToIntegers(const ColumnBuffer& column, unsigned& scale,
                        std::vector<std::uint64_t>& integers)
{
    const char* from = column.values.data();
    bool first = true;
    integers.clear();
    for (const std::int32_t length : column.lengths) {
        if (length == kNullField) {
            continue;
        }
        if (length < static_cast<std::int32_t>(kHeadBytes)) {
            return false;
        }
        if (first) {
            first = false;
            scale = loadBigEndian<std::uint16_t>(from + 6);
        }
        std::uint64_t integer = 0;
        if (scale > kLargestDecimalScale ||
            !toInteger(from, static_cast<std::size_t>(length), scale, integer)) {
            return false;
        }
        integers.push_back(integer);
        from += length;
    }
    return !first;
}

bool appendDecimal(std::uint64_t integer, unsigned scale, ByteBuffer& to)
{
    const auto value = static_cast<std::int64_t>(integer);
    if (value > kLargest || value < -kLargest) {
        return false;
    }
    std::uint64_t rest = static_cast<std::uint64_t>(value < 0 ? -value : value) * surplus(scale);
    std::array<std::uint16_t, 5> digits{}; // least significant first
    int used = 0;
    int lowest = 0;
    while (rest > 0 && rest % kBase == 0) {
        rest /= kBase;
        ++lowest;
    }
    for (; rest > 0; rest /= kBase) {
        digits[static_cast<std::size_t>(used++)] = static_cast<std::uint16_t>(rest % kBase);
    }
    const int weight = used == 0 ? 0 : lowest + used - 1 - fractionGroups(scale);
    std::array<std::uint16_t, 9> wire{
        bigEndian(static_cast<std::uint16_t>(used)), bigEndian(static_cast<std::uint16_t>(weight)),
        bigEndian(static_cast<std::uint16_t>(value < 0 ? kNegative : 0)),
        bigEndian(static_cast<std::uint16_t>(scale))};
    for (int i = 0; i < used; ++i) {
        wire[static_cast<std::size_t>(4 + i)] =
            bigEndian(digits[static_cast<std::size_t>(used - 1 - i)]);
    }
    to.append(reinterpret_cast<const char*>(wire.data()),
              kHeadBytes + 2 * static_cast<std::size_t>(used));
    return true;
}

} // namespace isotherm::repository
