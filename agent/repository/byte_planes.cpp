// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/byte_planes.h"

#include "shared/base/byte_io.h"
#include "shared/base/check.h"

#include <array>
#include <cstring>

namespace isotherm::repository
{
namespace
{

template <class Unsigned, class Signed>
void loadAs(const char* from, std::span<std::uint64_t> to)
{
    for (std::size_t i = 0; i < to.size(); ++i) {
        const auto value =
            static_cast<Signed>(loadBigEndian<Unsigned>(from + i * sizeof(Unsigned)));
        to[i] = static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
    }
}

template <class Unsigned>
void storeAs(std::span<const std::uint64_t> from, char* to)
{
    for (std::size_t i = 0; i < from.size(); ++i) {
        const Unsigned wire = bigEndian(static_cast<Unsigned>(from[i]));
        std::memcpy(to + i * sizeof(Unsigned), &wire, sizeof(Unsigned));
    }
}

constexpr std::uint8_t kNoDigit = 0xFF;

constexpr std::array<std::uint8_t, 256> makeDigitValues()
{
    std::array<std::uint8_t, 256> values{};
    values.fill(kNoDigit);
    for (std::uint8_t i = 0; i < 10; ++i) {
        values['0' + i] = i;
    }
    for (std::uint8_t i = 0; i < 6; ++i) {
        values['a' + i] = static_cast<std::uint8_t>(10 + i);
    }
    return values;
}

constexpr std::array<std::uint8_t, 256> kDigitValues = makeDigitValues();

constexpr std::array<std::array<char, 2>, 256> makeDigitPairs()
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::array<std::array<char, 2>, 256> pairs{};
    for (std::size_t i = 0; i < 256; ++i) {
        pairs[i] = {kDigits[i / 16], kDigits[i % 16]};
    }
    return pairs;
}

constexpr std::array<std::array<char, 2>, 256> kDigitPairs = makeDigitPairs();

} // namespace

void loadIntegers(const char* from, std::size_t width, std::span<std::uint64_t> to)
{
    switch (width) {
    case 1:
        return loadAs<std::uint8_t, std::int8_t>(from, to);
    case 2:
        return loadAs<std::uint16_t, std::int16_t>(from, to);
    case 4:
        return loadAs<std::uint32_t, std::int32_t>(from, to);
    default:
        ISO_CHECK(width == 8);
        return loadAs<std::uint64_t, std::int64_t>(from, to);
    }
}

void storeIntegers(std::span<const std::uint64_t> from, std::size_t width, char* to)
{
    switch (width) {
    case 1:
        return storeAs<std::uint8_t>(from, to);
    case 2:
        return storeAs<std::uint16_t>(from, to);
    case 4:
        return storeAs<std::uint32_t>(from, to);
    default:
        ISO_CHECK(width == 8);
        return storeAs<std::uint64_t>(from, to);
    }
}

void splitPlane(std::span<const std::uint64_t> from, unsigned shift, char* plane)
{
    for (std::size_t i = 0; i < from.size(); ++i) {
        plane[i] = static_cast<char>(from[i] >> shift);
    }
}

void joinPlane(const char* plane, unsigned shift, std::span<std::uint64_t> to)
{
    for (std::size_t i = 0; i < to.size(); ++i) {
        to[i] |= std::uint64_t{static_cast<std::uint8_t>(plane[i])} << shift;
    }
}

void gatherStrided(const char* from, std::size_t width, std::size_t count, char* to)
{
    for (std::size_t i = 0; i < count; ++i) {
        to[i] = from[i * width];
    }
}

void scatterStrided(const char* from, std::size_t count, std::size_t width, char* to)
{
    for (std::size_t i = 0; i < count; ++i) {
        to[i * width] = from[i];
    }
}

bool packHex(std::string_view digits, char* to)
{
    std::uint8_t bad = 0;
    for (std::size_t i = 0; i < digits.size() / 2; ++i) {
        const std::uint8_t high = kDigitValues[static_cast<std::uint8_t>(digits[2 * i])];
        const std::uint8_t low = kDigitValues[static_cast<std::uint8_t>(digits[2 * i + 1])];
        bad |= static_cast<std::uint8_t>((high | low) & 0xF0U);
        to[i] = static_cast<char>(high << 4U | low);
    }
    return bad == 0;
}

void unpackHex(std::string_view packed, char* to)
{
    for (std::size_t i = 0; i < packed.size(); ++i) {
        std::memcpy(to + 2 * i, kDigitPairs[static_cast<std::uint8_t>(packed[i])].data(), 2);
    }
}

} // namespace isotherm::repository
