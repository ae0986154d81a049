// SPDX-License-Identifier: Apache-2.0
#include "agent/api/heat_feed.h"

#include <algorithm>
#include <cstring>

namespace isotherm::api
{
namespace
{

using std::chrono::milliseconds;

constexpr milliseconds kLookBack{20'000};
constexpr std::size_t kMostColumns = 1'536;
constexpr std::size_t kMostValues = 8U << 20U; ///< 64 MiB of mean and max

/// NaN is equal to NaN here: a missing value that is still missing has not changed.
bool sameBits(const std::vector<float>& a, const std::vector<float>& b)
{
    return a.size() == b.size() &&
           (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

std::vector<float> columnOf(const std::vector<float>& values, std::size_t column, std::size_t rows)
{
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(column * rows);
    return {begin, begin + static_cast<std::ptrdiff_t>(rows)};
}

WallTime floorTo(WallTime time, milliseconds step)
{
    const std::int64_t micros = std::chrono::microseconds(step).count();
    return fromUnixMicros(toUnixMicros(time) / micros * micros);
}

} // namespace

HeatMatrix lastColumns(const HeatMatrix& matrix, std::size_t first)
{
    HeatMatrix part;
    part.metric = matrix.metric;
    part.step = matrix.step;
    part.start = matrix.columnStart(first);
    part.columns = matrix.columns - first;
    part.rows = matrix.rows;
    const auto skip = static_cast<std::ptrdiff_t>(first * matrix.rows.size());
    part.mean.assign(matrix.mean.begin() + skip, matrix.mean.end());
    part.max.assign(matrix.max.begin() + skip, matrix.max.end());
    part.forecastFrom = matrix.forecastFrom > first ? matrix.forecastFrom - first : 0;
    return part;
}

Result<HeatMatrix> HeatFeed::query(WallTime from, WallTime to, std::size_t columns)
{
    HeatQuery query;
    query.metric = m_follow.metric;
    query.from = from;
    query.to = to;
    query.columnLimit = columns;
    return m_service.heat(query);
}

Result<HeatMatrix> HeatFeed::window(WallTime now)
{
    const auto asked = static_cast<std::size_t>(std::max<std::int64_t>(
        1, (m_follow.window + m_follow.step - milliseconds(1)) / m_follow.step));
    const std::size_t rows = std::max<std::size_t>(1, m_rows.size());
    const std::size_t columns =
        std::min({asked, kMostColumns, std::max<std::size_t>(1, kMostValues / rows)});
    const WallTime end = floorTo(now, m_follow.step) + m_follow.step;
    const WallTime from = end - std::max(m_follow.window, m_follow.step);
    ISO_ASSIGN(HeatMatrix matrix, query(from, end, columns));
    remember(matrix);
    return matrix;
}

bool HeatFeed::fits(const HeatMatrix& matrix) const
{
    return matrix.step == m_step && matrix.rows == m_rows &&
           (matrix.start - m_start) % m_step == std::chrono::microseconds(0);
}

void HeatFeed::remember(const HeatMatrix& matrix)
{
    if (m_step != matrix.step || m_rows != matrix.rows) {
        m_recent.clear();
    }
    m_step = matrix.step;
    m_rows = matrix.rows;
    m_start = matrix.start;
    const std::size_t rows = matrix.rows.size();
    for (std::size_t column = 0; column < matrix.columns; ++column) {
        m_recent[matrix.columnStart(column)] = {columnOf(matrix.mean, column, rows),
                                                columnOf(matrix.max, column, rows)};
    }
    const WallTime horizon = matrix.end() - std::max<milliseconds>(kLookBack, m_step * 3) * 2;
    m_recent.erase(m_recent.begin(), m_recent.lower_bound(horizon));
}

Result<std::optional<HeatMatrix>> HeatFeed::changes(WallTime now)
{
    if (m_step == milliseconds(0) || m_recent.empty()) {
        ISO_ASSIGN(HeatMatrix whole, window(now));
        return std::optional(std::move(whole));
    }
    const WallTime end = floorTo(now, m_step) + m_step;
    const WallTime newest = m_recent.rbegin()->first;
    const WallTime from = std::min(end - std::max<milliseconds>(kLookBack, m_step * 3), newest);
    if (newest >= end || end - from > m_follow.window) { // the clock stepped, or a long pause
        ISO_ASSIGN(HeatMatrix whole, window(now));
        return std::optional(std::move(whole));
    }
    const WallTime aligned = floorTo(from, m_step);
    ISO_ASSIGN(HeatMatrix tail,
               query(aligned, end, static_cast<std::size_t>((end - aligned) / m_step)));
    if (!fits(tail)) {
        const std::vector<HeatRow> knownRows = m_rows;
        const milliseconds knownStep = m_step;
        const std::map<WallTime, Column> known = m_recent;
        ISO_ASSIGN(HeatMatrix whole, window(now));
        if (knownStep != whole.step || knownRows != whole.rows) {
            return std::optional(std::move(whole));
        }
        m_recent = known; // the service answers short ranges on another grid: take its long one
        const auto skip = static_cast<std::ptrdiff_t>(
            std::max<std::int64_t>(0, (aligned - whole.start) / whole.step));
        tail = lastColumns(whole, std::min(static_cast<std::size_t>(skip), whole.columns));
    }
    std::size_t first = 0;
    for (; first < tail.columns; ++first) {
        const auto known = m_recent.find(tail.columnStart(first));
        if (known == m_recent.end() ||
            !sameBits(known->second.first, columnOf(tail.mean, first, tail.rows.size())) ||
            !sameBits(known->second.second, columnOf(tail.max, first, tail.rows.size()))) {
            break;
        }
    }
    if (first == tail.columns) {
        return std::optional<HeatMatrix>();
    }
    remember(tail);
    return std::optional(lastColumns(tail, first));
}

} // namespace isotherm::api
