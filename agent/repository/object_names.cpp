// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/object_names.h"

#include "agent/repository/crypto.h"
#include "agent/repository/manifest.h"
#include "shared/base/byte_io.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <initializer_list>

namespace isotherm::repository
{
namespace
{

constexpr std::size_t kTimeLength = 23; ///< yyyymmddthhmmss.uuuuuuz
constexpr std::size_t kRandomBytes = 4;
constexpr std::size_t kShardDigits = 16;

std::string joined(std::initializer_list<std::string_view> parts)
{
    std::string text;
    for (const std::string_view part : parts) {
        text.append(part);
    }
    return text;
}

/// Decimal digits only; nullopt otherwise.
std::optional<std::uint64_t> number(std::string_view digits, int base = 10)
{
    std::uint64_t value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    const bool lower =
        std::none_of(digits.begin(), digits.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size() || !lower) {
        return std::nullopt;
    }
    return value;
}

bool isRandomPart(std::string_view text)
{
    return text.size() == 2 * kRandomBytes && number(text, 16).has_value();
}

/// "<time>-<random>", as manifests and garbage marks end.
Result<std::string> timedName(WallTime time)
{
    ISO_ASSIGN(const std::string text, nameTime(time));
    ISO_ASSIGN(const std::string random, randomBytes(kRandomBytes));
    return joined({text, "-", toHex(random)});
}

std::optional<WallTime> parseTimedName(std::string_view name)
{
    if (name.size() != kTimeLength + 1 + 2 * kRandomBytes || name[kTimeLength] != '-' ||
        !isRandomPart(name.substr(kTimeLength + 1))) {
        return std::nullopt;
    }
    return parseNameTime(name.substr(0, kTimeLength));
}

} // namespace

Result<std::string> nameTime(WallTime time)
{
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    const int year = static_cast<int>(date.year());
    if (year < 0 || year > 9999) {
        return makeError(Code::InvalidArgument, "the time is out of range",
                         "check the clocks of agent and database");
    }
    std::array<char, 64> text{};
    std::snprintf(
        text.data(), text.size(), "%04d%02u%02ut%02d%02d%02d.%06dz", year,
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return std::string(text.data());
}

std::optional<WallTime> parseNameTime(std::string_view text)
{
    if (text.size() != kTimeLength || text[8] != 't' || text[15] != '.' || text[22] != 'z') {
        return std::nullopt;
    }
    const auto year = number(text.substr(0, 4));
    const auto month = number(text.substr(4, 2));
    const auto day = number(text.substr(6, 2));
    const auto hour = number(text.substr(9, 2));
    const auto minute = number(text.substr(11, 2));
    const auto second = number(text.substr(13, 2));
    const auto micros = number(text.substr(16, 6));
    if (!year || !month || !day || !hour || !minute || !second || !micros || *hour > 23 ||
        *minute > 59 || *second > 59) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) {
        return std::nullopt;
    }
    return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(*hour) +
           std::chrono::minutes(*minute) + std::chrono::seconds(*second) +
           std::chrono::microseconds(*micros);
}

Result<std::string> runObjectName(WallTime created, std::string_view objectId)
{
    ISO_ASSIGN(const std::string time, nameTime(created));
    return joined({kRunPrefix, time.substr(0, 8), "/", time.substr(9, 6), "-", toHex(objectId)});
}

std::optional<WallTime> runObjectTime(std::string_view object)
{
    constexpr std::size_t kLength = 4 + 8 + 1 + 6 + 1 + 32;
    if (object.size() != kLength || !object.starts_with(kRunPrefix) || object[12] != '/' ||
        object[19] != '-') {
        return std::nullopt;
    }
    return parseNameTime(joined({object.substr(4, 8), "t", object.substr(13, 6), ".000000z"}));
}

std::string shardFolder(ShardId shard)
{
    std::array<char, kShardDigits + 1> text{};
    std::snprintf(text.data(), text.size(), "%016llx",
                  static_cast<unsigned long long>(shard.get()));
    return text.data();
}

Result<std::string> makeManifestId(ShardId shard, WallTime asOf)
{
    ISO_ASSIGN(const std::string timed, timedName(asOf));
    return joined({std::to_string(shard.get()), "-", timed});
}

Result<std::string> manifestObjectName(std::string_view id)
{
    const std::size_t dash = id.find('-');
    const auto shard = number(id.substr(0, dash));
    if (dash == std::string_view::npos || !shard || std::to_string(*shard) != id.substr(0, dash) ||
        !parseTimedName(id.substr(dash + 1))) {
        return makeError(Code::InvalidArgument, joined({"\"", id, "\" is no backup id"}),
                         "see: isothermctl backups list");
    }
    return joined({kManifestPrefix, shardFolder(ShardId(*shard)), "/", id.substr(dash + 1)});
}

std::optional<ManifestName> parseManifestObjectName(std::string_view object)
{
    if (!object.starts_with(kManifestPrefix) ||
        object.size() < kManifestPrefix.size() + kShardDigits + 1) {
        return std::nullopt;
    }
    const std::string_view rest = object.substr(kManifestPrefix.size());
    const auto shard = number(rest.substr(0, kShardDigits), 16);
    const std::string_view timed = rest.substr(kShardDigits + 1);
    const auto asOf = parseTimedName(timed);
    if (!shard || rest[kShardDigits] != '/' || !asOf) {
        return std::nullopt;
    }
    return ManifestName{joined({std::to_string(*shard), "-", timed}), ShardId(*shard), *asOf};
}

Result<std::string> makeGarbageName(WallTime now)
{
    ISO_ASSIGN(const std::string timed, timedName(now));
    return joined({kGarbagePrefix, timed});
}

std::optional<WallTime> garbageTime(std::string_view object)
{
    return object.starts_with(kGarbagePrefix) ? parseTimedName(object.substr(kGarbagePrefix.size()))
                                              : std::nullopt;
}

std::string headerName(std::uint32_t generation, char copy)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%08u.%c", generation, copy);
    return joined({kHeaderPrefix, text.data()});
}

std::optional<HeaderName> parseHeaderName(std::string_view object)
{
    if (!object.starts_with(kHeaderPrefix) || object.size() != kHeaderPrefix.size() + 10) {
        return std::nullopt;
    }
    const std::string_view rest = object.substr(kHeaderPrefix.size());
    const auto generation = number(rest.substr(0, 8));
    if (!generation || rest[8] != '.' || (rest[9] != 'a' && rest[9] != 'b')) {
        return std::nullopt;
    }
    return HeaderName{static_cast<std::uint32_t>(*generation), rest[9]};
}

} // namespace isotherm::repository
