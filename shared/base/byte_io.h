// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace isotherm
{

/// Converts between host order and big-endian; T is an unsigned integer. (Network order, as
/// PostgreSQL sends it.)
template <class T>
[[nodiscard]] constexpr T bigEndian(T value)
{
    static_assert(std::is_unsigned_v<T>);
    if constexpr (std::endian::native == std::endian::big || sizeof(T) == 1) {
        return value;
    } else if constexpr (sizeof(T) == 2) {
        return __builtin_bswap16(value);
    } else if constexpr (sizeof(T) == 4) {
        return __builtin_bswap32(value);
    } else {
        return __builtin_bswap64(value);
    }
}

/// Reads an unaligned big-endian integer; the caller has checked that sizeof(T) bytes are there.
template <class T>
[[nodiscard]] T loadBigEndian(const void* from)
{
    T value;
    std::memcpy(&value, from, sizeof(T));
    return bigEndian(value);
}

template <class T>
void appendBigEndian(std::string& to, T value)
{
    const T wire = bigEndian(value);
    to.append(reinterpret_cast<const char*>(&wire), sizeof(T));
}

/// Unsigned LEB128, at most 10 bytes.
inline void appendVarint(std::string& to, std::uint64_t value)
{
    while (value >= 0x80U) {
        to.push_back(static_cast<char>(value | 0x80U));
        value >>= 7U;
    }
    to.push_back(static_cast<char>(value));
}

/// A varint length followed by the bytes.
inline void appendSized(std::string& to, std::string_view bytes)
{
    appendVarint(to, bytes.size());
    to.append(bytes);
}

/// Reads hostile bytes: every take checks the bound, and after the first failure every further one
/// fails too.
class ByteReader
{
public:
    explicit ByteReader(std::string_view bytes) : m_rest(bytes) {}

    [[nodiscard]] bool ok() const { return m_ok; }
    [[nodiscard]] bool atEnd() const { return m_rest.empty(); }
    [[nodiscard]] std::size_t remaining() const { return m_rest.size(); }

    template <class T>
    [[nodiscard]] T takeBigEndian()
    {
        const std::string_view bytes = take(sizeof(T));
        return bytes.size() == sizeof(T) ? loadBigEndian<T>(bytes.data()) : T{};
    }

    [[nodiscard]] std::uint64_t takeVarint()
    {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::string_view byte = take(1);
            if (byte.empty()) {
                return 0;
            }
            const auto bits = static_cast<std::uint8_t>(byte.front());
            if (shift == 63 && bits > 1) {
                break;
            }
            value |= static_cast<std::uint64_t>(bits & 0x7FU) << shift;
            if ((bits & 0x80U) == 0) {
                return value;
            }
        }
        m_ok = false;
        return 0;
    }

    /// Exactly `count` bytes, or an empty view and !ok().
    [[nodiscard]] std::string_view take(std::uint64_t count)
    {
        if (!m_ok || count > m_rest.size()) {
            m_ok = false;
            return {};
        }
        const std::string_view bytes = m_rest.substr(0, count);
        m_rest.remove_prefix(count);
        return bytes;
    }

    [[nodiscard]] std::string_view takeSized() { return take(takeVarint()); }

private:
    std::string_view m_rest;
    bool m_ok = true;
};

/// Lower-case hexadecimal of `bytes`.
[[nodiscard]] std::string toHex(std::string_view bytes);

/// nullopt unless `text` is an even number of hexadecimal digits.
[[nodiscard]] std::optional<std::string> fromHex(std::string_view text);

} // namespace isotherm
