// SPDX-License-Identifier: Apache-2.0
#include "shared/base/time_text.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <optional>

namespace isotherm
{
namespace
{

using std::chrono::milliseconds;

struct Unit
{
    std::string_view name;
    milliseconds length;
};

constexpr std::array<Unit, 6> kUnits = {{
    {"w", std::chrono::hours(24 * 7)},
    {"d", std::chrono::hours(24)},
    {"h", std::chrono::hours(1)},
    {"m", std::chrono::minutes(1)},
    {"s", std::chrono::seconds(1)},
    {"ms", milliseconds(1)},
}};

/// Takes exactly `width` digits off the front of `text`.
std::optional<int> takeDigits(std::string_view& text, std::size_t width)
{
    if (text.size() < width) {
        return std::nullopt;
    }
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + width, value);
    if (error != std::errc() || end != text.data() + width || text.front() == '-') {
        return std::nullopt;
    }
    text.remove_prefix(width);
    return value;
}

bool takeChar(std::string_view& text, std::string_view anyOf)
{
    if (text.empty() || anyOf.find(text.front()) == std::string_view::npos) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

std::optional<std::chrono::microseconds> takeTimeOfDay(std::string_view& text)
{
    const auto hour = takeDigits(text, 2);
    if (!hour || *hour > 23 || !takeChar(text, ":")) {
        return std::nullopt;
    }
    const auto minute = takeDigits(text, 2);
    if (!minute || *minute > 59) {
        return std::nullopt;
    }
    std::chrono::microseconds time = std::chrono::hours(*hour) + std::chrono::minutes(*minute);
    if (takeChar(text, ":")) {
        const auto second = takeDigits(text, 2);
        if (!second || *second > 59) {
            return std::nullopt;
        }
        time += std::chrono::seconds(*second);
        if (takeChar(text, ".,")) {
            std::int64_t scale = 100'000;
            std::size_t digits = 0;
            while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
                time += std::chrono::microseconds((text.front() - '0') * scale);
                scale /= 10;
                ++digits;
                text.remove_prefix(1);
            }
            if (digits == 0) {
                return std::nullopt;
            }
        }
    }
    return time;
}

std::optional<WallTime> takeLocalTime(std::string_view& text)
{
    const auto year = takeDigits(text, 4);
    if (!year || !takeChar(text, "-")) {
        return std::nullopt;
    }
    const auto month = takeDigits(text, 2);
    if (!month || !takeChar(text, "-")) {
        return std::nullopt;
    }
    const auto day = takeDigits(text, 2);
    const std::chrono::year_month_day date(
        std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
        std::chrono::day(static_cast<unsigned>(day.value_or(0))));
    if (!date.ok() || !takeChar(text, "Tt ")) {
        return std::nullopt;
    }
    const auto time = takeTimeOfDay(text);
    if (!time) {
        return std::nullopt;
    }
    return WallTime(std::chrono::sys_days(date)) + *time;
}

std::optional<std::chrono::minutes> takeOffset(std::string_view& text)
{
    if (takeChar(text, "Zz")) {
        return std::chrono::minutes(0);
    }
    const bool west = !text.empty() && text.front() == '-';
    if (!takeChar(text, "+-")) {
        return std::nullopt;
    }
    const auto hour = takeDigits(text, 2);
    if (!hour || *hour > 23) {
        return std::nullopt;
    }
    int minute = 0;
    if (!text.empty()) {
        takeChar(text, ":");
        const auto parsed = takeDigits(text, 2);
        if (!parsed || *parsed > 59) {
            return std::nullopt;
        }
        minute = *parsed;
    }
    const std::chrono::minutes offset = std::chrono::hours(*hour) + std::chrono::minutes(minute);
    return west ? -offset : offset;
}

/// The instants that a time without an offset may have meant: UTC and this machine's zone.
std::string candidates(WallTime asUtc)
{
    std::time_t seconds = toUnixMicros(asUtc) / 1'000'000;
    std::tm local{};
    gmtime_r(&seconds, &local);
    local.tm_isdst = -1;
    const std::time_t asLocal = std::mktime(&local);
    std::string text = "say which instant: " + formatUtc(asUtc) + " (UTC)";
    if (asLocal != seconds) {
        text += " or " + formatUtc(fromUnixMicros(static_cast<std::int64_t>(asLocal) * 1'000'000)) +
                " (this machine's zone)";
    }
    return text;
}

} // namespace

std::string formatUtc(WallTime time)
{
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    std::array<char, 64> text{};
    int used = std::snprintf(
        text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()));
    std::string result(text.data(), static_cast<std::size_t>(used));
    if (const auto micros = clock.subseconds().count(); micros != 0) {
        used = std::snprintf(text.data(), text.size(), ".%06d", static_cast<int>(micros));
        std::string fraction(text.data(), static_cast<std::size_t>(used));
        fraction.erase(fraction.find_last_not_of('0') + 1);
        result += fraction;
    }
    return result + "Z";
}

Result<WallTime> parseInstant(std::string_view text, WallTime now)
{
    if (text == "now") {
        return now;
    }
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
        ISO_ASSIGN(const milliseconds distance, parseDuration(text.substr(1)));
        return text.front() == '-' ? now - distance : now + distance;
    }
    std::string_view rest = text;
    const auto local = takeLocalTime(rest);
    const Error unreadable =
        makeError(Code::InvalidArgument, "cannot read the time \"" + std::string(text) + "\"",
                  "write 2026-03-01T12:00:05+02:00, or relative: -40m");
    if (!local) {
        return unreadable;
    }
    takeChar(rest, " ");
    if (rest.empty()) {
        return makeError(Code::InvalidArgument,
                         "time \"" + std::string(text) + "\" has no zone offset",
                         candidates(*local));
    }
    const auto offset = takeOffset(rest);
    if (!offset || !rest.empty()) {
        return unreadable;
    }
    return *local - *offset;
}

Result<milliseconds> parseDuration(std::string_view text)
{
    const Error unreadable =
        makeError(Code::InvalidArgument, "cannot read the duration \"" + std::string(text) + "\"",
                  "write a number with a unit: 250ms, 30s, 5m, 6h, 7d");
    milliseconds total(0);
    std::string_view rest = text;
    if (rest.empty()) {
        return unreadable;
    }
    while (!rest.empty()) {
        std::int64_t count = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
        if (error != std::errc() || count < 0 || count > 10'000'000'000) {
            return unreadable;
        }
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
        const std::string_view name = rest.substr(0, rest.find_first_of("0123456789"));
        const Unit* unit = nullptr;
        for (const Unit& candidate : kUnits) {
            unit = candidate.name == name ? &candidate : unit;
        }
        if (unit == nullptr || count > milliseconds(std::chrono::years(100)) / unit->length) {
            return unreadable;
        }
        total += unit->length * count;
        rest.remove_prefix(name.size());
    }
    return total;
}

std::string formatDuration(milliseconds duration)
{
    if (duration == milliseconds(0)) {
        return "0s";
    }
    std::string text = duration < milliseconds(0) ? "-" : "";
    milliseconds rest = std::chrono::abs(duration);
    for (const Unit& unit : kUnits) {
        if (unit.name == "w") { // days read better than weeks
            continue;
        }
        if (const auto count = rest / unit.length; count > 0) {
            text += std::to_string(count) + std::string(unit.name);
            rest -= unit.length * count;
        }
    }
    return text;
}

} // namespace isotherm
