// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

/// The numbers of FORMAT.md, section 7, that block encoder and decoder share.
namespace isotherm::repository
{

inline constexpr std::uint8_t kBlockLayout = 1;
inline constexpr std::uint64_t kHasVersions = 1;
inline constexpr std::uint64_t kHasOrigins = 2;
/// Commit LSNs, kinds, transaction numbers.
inline constexpr std::size_t kVersionFields = 3;
/// With kHasOrigins also orders and, of any length, previous keys.
inline constexpr std::size_t kAllVersionFields = 5;
inline constexpr std::size_t kPreviousKeyField = 4;
inline constexpr std::array<std::size_t, kPreviousKeyField> kVersionWidths{8, 1, 4, 4};
inline constexpr std::uint64_t kMostPreviousKeyBytes = std::uint64_t{64} << 20U;
inline constexpr std::uint32_t kFirstVersionField = 1;
inline constexpr std::uint32_t kFirstColumnField = 16;

} // namespace isotherm::repository
