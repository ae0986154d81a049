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
/// Commit LSNs, kinds, transaction numbers.
inline constexpr std::size_t kVersionFields = 3;
inline constexpr std::array<std::size_t, kVersionFields> kVersionWidths{8, 1, 4};
inline constexpr std::uint32_t kFirstVersionField = 1;
inline constexpr std::uint32_t kFirstColumnField = 16;

} // namespace isotherm::repository
