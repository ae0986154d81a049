// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// The inner loops of the column codec: plain functions over memory that the caller has checked.
namespace isotherm::repository
{

/// Sign-extends big-endian integers of `width` (1, 2, 4 or 8) bytes.
void loadIntegers(const char* from, std::size_t width, std::span<std::uint64_t> to);
/// The low `width` bytes of each value, big-endian.
void storeIntegers(std::span<const std::uint64_t> from, std::size_t width, char* to);

/// Byte plane of bits [shift, shift + 8).
void splitPlane(std::span<const std::uint64_t> from, unsigned shift, char* plane);
/// Ors the plane in at `shift`.
void joinPlane(const char* plane, unsigned shift, std::span<std::uint64_t> to);

/// Every `width`-th byte from `from` on, `count` of them, and back.
void gatherStrided(const char* from, std::size_t width, std::size_t count, char* to);
void scatterStrided(const char* from, std::size_t count, std::size_t width, char* to);

/// Packs lower-case hexadecimal digits two a byte; false when there is another character.
/// Precondition: an even number of digits.
[[nodiscard]] bool packHex(std::string_view digits, char* to);
void unpackHex(std::string_view packed, char* to);

} // namespace isotherm::repository
