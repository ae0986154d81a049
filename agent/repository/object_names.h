// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/base/units.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The names of FORMAT.md, section 2.
namespace isotherm::repository
{

inline constexpr std::string_view kHeaderPrefix = "repository/";
inline constexpr std::string_view kRunPrefix = "run/";
inline constexpr std::string_view kManifestPrefix = "manifest/";
inline constexpr std::string_view kGarbagePrefix = "garbage/";

/// "20261122t172325.123456z"; InvalidArgument outside of years 0 to 9999.
[[nodiscard]] Result<std::string> nameTime(WallTime time);
[[nodiscard]] std::optional<WallTime> parseNameTime(std::string_view text);

[[nodiscard]] Result<std::string> runObjectName(WallTime created, std::string_view objectId);
/// To the second; nullopt if `object` is not the name of a run.
[[nodiscard]] std::optional<WallTime> runObjectTime(std::string_view object);

/// 16 hexadecimal digits.
[[nodiscard]] std::string shardFolder(ShardId shard);
[[nodiscard]] Result<std::string> makeManifestId(ShardId shard, WallTime asOf);

[[nodiscard]] Result<std::string> makeGarbageName(WallTime now);
[[nodiscard]] std::optional<WallTime> garbageTime(std::string_view object);

[[nodiscard]] std::string headerName(std::uint32_t generation, char copy);
struct HeaderName
{
    std::uint32_t generation = 0;
    char copy = 'a';
};
[[nodiscard]] std::optional<HeaderName> parseHeaderName(std::string_view object);

} // namespace isotherm::repository
