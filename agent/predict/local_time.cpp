// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/local_time.h"

#include "shared/base/file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <optional>

namespace isotherm::predict
{
namespace
{

constexpr std::size_t kHeader = 44;
constexpr std::size_t kMostBytes = 1U << 20U;

std::int64_t bigEndian(const std::string& bytes, std::size_t at, std::size_t size)
{
    std::uint64_t value = (static_cast<unsigned char>(bytes[at]) & 0x80U) != 0 ? ~0ULL : 0ULL;
    for (std::size_t i = 0; i < size; ++i) {
        value = value << 8U | static_cast<unsigned char>(bytes[at + i]);
    }
    return static_cast<std::int64_t>(value);
}

/// The counts of a block of RFC 8536, and where its parts are.
struct Block
{
    std::size_t times = 0;
    std::size_t types = 0;
    std::size_t characters = 0;
    std::size_t leaps = 0;
    std::size_t isStandard = 0;
    std::size_t isUtc = 0;
    std::size_t timeSize = 8;
    std::size_t data = 0; ///< first byte after the header

    [[nodiscard]] std::size_t end() const
    {
        return data + times * (timeSize + 1) + types * 6 + characters + leaps * (timeSize + 4) +
               isStandard + isUtc;
    }
};

std::optional<Block> blockAt(const std::string& bytes, std::size_t at, std::size_t timeSize)
{
    if (bytes.size() < at + kHeader || bytes.compare(at, 4, "TZif") != 0 || bytes[at + 4] < '2') {
        return std::nullopt;
    }
    const auto count = [&](std::size_t which) {
        return static_cast<std::size_t>(bigEndian(bytes, at + 20 + 4 * which, 4) & 0xFFFFFF);
    };
    const Block block{count(3), count(4), count(5), count(2),
                      count(1), count(0), timeSize, at + kHeader};
    return block.end() <= bytes.size() ? std::optional(block) : std::nullopt;
}

/// Reads "<+03>-3", "CET-1CEST,M3.5.0,M10.5.0/3" piece by piece.
class Footer
{
public:
    explicit Footer(const std::string& text) : m_text(text) {}

    void skipName()
    {
        if (at() == '<') {
            m_at = std::min(m_text.find('>', m_at), m_text.size() - 1) + 1;
            return;
        }
        while (std::isalpha(static_cast<unsigned char>(at())) != 0) {
            ++m_at;
        }
    }
    /// [+-]hh[:mm[:ss]] in seconds; nullopt: there is none.
    std::optional<std::int32_t> time()
    {
        const std::int32_t sign = at() == '-' ? -1 : 1;
        if (at() == '-' || at() == '+') {
            ++m_at;
        }
        if (std::isdigit(static_cast<unsigned char>(at())) == 0) {
            return std::nullopt;
        }
        std::int32_t seconds = 0;
        for (std::int32_t unit = 3600; unit > 0; unit /= 60) {
            seconds += unit * number();
            if (at() != ':') {
                break;
            }
            ++m_at;
        }
        return sign * seconds;
    }
    int number()
    {
        int value = 0;
        while (std::isdigit(static_cast<unsigned char>(at())) != 0 && value < 10'000) {
            value = value * 10 + (m_text[m_at++] - '0');
        }
        return value;
    }
    bool take(char wanted)
    {
        const bool there = at() == wanted;
        m_at += there ? 1 : 0;
        return there;
    }

private:
    [[nodiscard]] char at() const { return m_at < m_text.size() ? m_text[m_at] : '\0'; }
    const std::string& m_text;
    std::size_t m_at = 0;
};

} // namespace

Result<LocalTime> LocalTime::load(const std::string& zone, const std::filesystem::path& folder)
{
    if (zone.empty() || zone == "UTC" || zone == "GMT" || zone == "Etc/UTC") {
        return LocalTime();
    }
    // The name comes from a server: it must not lead out of the folder.
    const bool clean = zone.front() != '/' && zone.find("..") == std::string::npos;
    const auto bytes = clean ? readFile(folder / zone, kMostBytes)
                             : Result<std::string>(makeError(Code::NotFound, "not a zone"));
    if (!bytes.ok()) {
        return makeError(Code::NotFound,
                         "this machine does not know the time zone \"" + zone + "\"",
                         "install tzdata, or name another one in [forecast] time_zone");
    }
    ISO_ASSIGN(LocalTime local, parse(*bytes));
    local.m_name = zone;
    return local;
}

Result<LocalTime> LocalTime::ofThisMachine(const std::filesystem::path& file)
{
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        return LocalTime();
    }
    ISO_ASSIGN(const std::string bytes, readFile(file, kMostBytes));
    ISO_ASSIGN(LocalTime local, parse(bytes));
    local.m_name = "local";
    return local;
}

Result<LocalTime> LocalTime::parse(const std::string& bytes)
{
    const auto first = blockAt(bytes, 0, 4);
    const auto block = first ? blockAt(bytes, first->end(), 8) : std::nullopt;
    if (!block || block->types == 0) {
        return makeError(Code::DataLoss, "the file of a time zone makes no sense");
    }
    const std::size_t indices = block->data + 8 * block->times;
    const std::size_t types = indices + block->times;
    const auto offsetOf = [&](std::size_t type) {
        return static_cast<std::int32_t>(bigEndian(bytes, types + 6 * type, 4));
    };
    LocalTime local;
    local.m_before = offsetOf(0);
    for (std::size_t i = 0; i < block->times; ++i) {
        const auto type = static_cast<unsigned char>(bytes[indices + i]);
        if (type >= block->types) {
            return makeError(Code::DataLoss, "the file of a time zone makes no sense");
        }
        local.m_changes.push_back({bigEndian(bytes, block->data + 8 * i, 8), offsetOf(type)});
    }
    const std::size_t end = bytes.find('\n', block->end() + 1);
    if (block->end() < bytes.size() && bytes[block->end()] == '\n' && end != std::string::npos) {
        local.parseFooter(bytes.substr(block->end() + 1, end - block->end() - 1));
    }
    return local;
}

void LocalTime::parseFooter(const std::string& footer)
{
    Footer text(footer);
    text.skipName();
    const auto standard = text.time();
    text.skipName();
    if (!standard) {
        return;
    }
    YearlyRule summer;
    YearlyRule winter;
    winter.offset = -*standard; // POSIX counts westwards
    summer.offset = winter.offset + 3600;
    if (const auto saving = text.time()) {
        summer.offset = -*saving;
    }
    for (YearlyRule* rule : {&summer, &winter}) {
        if (!text.take(',') || !text.take('M')) {
            return; // no summer time, or one that is not by months: the last change holds
        }
        rule->month = text.number();
        text.take('.');
        rule->week = text.number();
        text.take('.');
        rule->day = text.number();
        if (text.take('/')) {
            rule->second = text.time().value_or(rule->second);
        }
    }
    m_summer = summer;
    m_winter = winter;
}

std::int32_t LocalTime::byRule(std::int64_t second) const
{
    using namespace std::chrono;
    const year_month_day date{floor<days>(sys_seconds(seconds(second)))};
    const auto startOf = [&](const YearlyRule& rule, std::int32_t offsetBefore) {
        const auto when = date.year() / month(static_cast<unsigned>(rule.month));
        const weekday day(static_cast<unsigned>(rule.day));
        const sys_days start = rule.week >= 5
                                   ? sys_days(when / day[last])
                                   : sys_days(when / day[static_cast<unsigned>(rule.week)]);
        return sys_seconds(start).time_since_epoch().count() + rule.second - offsetBefore;
    };
    const std::int64_t summer = startOf(m_summer, m_winter.offset);
    const std::int64_t winter = startOf(m_winter, m_summer.offset);
    const bool isSummer = summer < winter ? second >= summer && second < winter
                                          : second >= summer || second < winter; // the south
    return isSummer ? m_summer.offset : m_winter.offset;
}

std::chrono::minutes LocalTime::offsetAt(WallTime moment) const
{
    const std::int64_t second =
        std::chrono::floor<std::chrono::seconds>(moment).time_since_epoch().count();
    const auto after =
        std::upper_bound(m_changes.begin(), m_changes.end(), second,
                         [](std::int64_t at, const Change& change) { return at < change.second; });
    std::int32_t offset = m_before;
    if (after == m_changes.end() && m_summer.month != 0) {
        offset = byRule(second);
    } else if (after != m_changes.begin()) {
        offset = (after - 1)->offset;
    }
    return std::chrono::round<std::chrono::minutes>(std::chrono::seconds(offset));
}

} // namespace isotherm::predict
