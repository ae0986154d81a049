// SPDX-License-Identifier: Apache-2.0
#include "agent/config/change_window.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace isotherm::config
{
namespace
{

constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::chrono::minutes kDay{24 * 60};

std::optional<std::size_t> dayOf(std::string_view name)
{
    const auto day = std::find(kDays.begin(), kDays.end(), name);
    return day == kDays.end() ? std::nullopt
                              : std::optional(static_cast<std::size_t>(day - kDays.begin()));
}

/// "mon-fri" or "sat,sun"; 0 for anything else.
std::uint8_t daysOf(std::string_view text)
{
    std::uint8_t days = 0;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const std::string_view part = text.substr(0, comma);
        text.remove_prefix(std::min(comma + 1, text.size()));
        const std::size_t dash = part.find('-');
        const auto first = dayOf(part.substr(0, dash));
        const auto last = dash == std::string_view::npos ? first : dayOf(part.substr(dash + 1));
        if (!first || !last) {
            return 0;
        }
        for (std::size_t day = *first;; day = (day + 1) % 7) {
            days = static_cast<std::uint8_t>(days | (1U << day));
            if (day == *last) {
                break;
            }
        }
    }
    return days;
}

/// "HH:MM" of a day, 24:00 included.
std::optional<std::chrono::minutes> minutesOf(std::string_view text)
{
    int hours = 0;
    int minutes = 0;
    if (text.size() != 5 || text[2] != ':') {
        return std::nullopt;
    }
    const auto number = [](std::string_view digits, int& value) {
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return error == std::errc() && end == digits.data() + digits.size() && value >= 0;
    };
    if (!number(text.substr(0, 2), hours) || !number(text.substr(3), minutes) || minutes > 59) {
        return std::nullopt;
    }
    const std::chrono::minutes time{hours * 60 + minutes};
    return time > kDay ? std::nullopt : std::optional(time);
}

std::optional<std::chrono::minutes> offsetOf(std::string_view text)
{
    if (text == "Z") {
        return std::chrono::minutes{0};
    }
    if (text.empty() || (text.front() != '+' && text.front() != '-')) {
        return std::nullopt;
    }
    const auto minutes = minutesOf(text.substr(1));
    if (!minutes || *minutes > std::chrono::hours(15)) {
        return std::nullopt;
    }
    return text.front() == '-' ? -*minutes : *minutes;
}

} // namespace

Result<ChangeWindow> parseChangeWindow(std::string_view text)
{
    ChangeWindow window;
    window.text = std::string(text);
    std::vector<std::string_view> words;
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t blank = std::min(rest.find(' '), rest.size());
        if (blank > 0) {
            words.push_back(rest.substr(0, blank));
        }
        rest.remove_prefix(std::min(blank + 1, rest.size()));
    }
    const Error error =
        makeError(Code::InvalidArgument, "\"" + window.text + "\" is no window of time",
                  "for example \"02:00-05:00 +02:00\" or \"sat,sun 22:00-06:00 Z\"");
    if (words.size() == 3) {
        window.days = daysOf(words.front());
        words.erase(words.begin());
    }
    if (words.size() != 2 || window.days == 0) {
        return error;
    }
    const auto begin = minutesOf(words[0].substr(0, 5));
    const auto end =
        words[0].size() == 11 && words[0][5] == '-' ? minutesOf(words[0].substr(6)) : std::nullopt;
    const auto offset = offsetOf(words[1]);
    if (!begin || !end || !offset || *begin == *end) {
        return error;
    }
    window.begin = *begin;
    window.end = *end;
    window.utcOffset = *offset;
    return window;
}

bool isInWindow(const std::vector<ChangeWindow>& windows, WallTime now)
{
    const auto contains = [now](const ChangeWindow& window) {
        const auto local = std::chrono::floor<std::chrono::minutes>(now) + window.utcOffset;
        const auto today = std::chrono::floor<std::chrono::days>(local);
        // The window may have begun yesterday.
        for (const auto day : {today - std::chrono::days(1), today}) {
            const auto weekday = static_cast<unsigned>(
                (day.time_since_epoch().count() % 7 + 7 + 3) % 7); // a Thursday
            const auto length = window.end > window.begin ? window.end - window.begin
                                                          : window.end + kDay - window.begin;
            if ((window.days & (1U << weekday)) != 0 && local >= day + window.begin &&
                local < day + window.begin + length) {
                return true;
            }
        }
        return false;
    };
    return windows.empty() || std::any_of(windows.begin(), windows.end(), contains);
}

} // namespace isotherm::config
