// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/quiet_hours.h"

#include <cmath>
#include <utility>
#include <vector>

namespace isotherm::backup
{
namespace
{

using std::chrono::hours;

constexpr hours kDay{24};
constexpr int kDays = 7;
constexpr std::chrono::minutes kGoodFor{10};

WallTime wholeHour(WallTime moment)
{
    return std::chrono::floor<hours>(moment);
}

/// The moment moved by whole `period`s into the last one of them before `now`.
WallTime movedBack(WallTime moment, WallTime now, hours period)
{
    while (moment >= now) {
        moment -= period * std::max<std::int64_t>(1, (moment - now) / period);
    }
    return moment;
}

} // namespace

std::optional<double> QuietHours::expected(ShardId shard, WallTime slot)
{
    if (m_parts.forecast) {
        if (const auto forecast = m_parts.forecast(shard, slot)) {
            return forecast;
        }
    }
    const WallTime now = m_parts.clock.wallNow();
    const std::lock_guard lock(m_mutex);
    if (!m_read || now < *m_read || now - *m_read >= kGoodFor) {
        readLastWeek(now);
    }
    const auto row = m_rows.find(shard);
    if (row == m_rows.end()) {
        return std::nullopt;
    }
    const WallTime hour = wholeHour(slot);
    const WallTime end = m_week.end();
    if (const auto lastWeek = at(row->second, movedBack(hour, end, kDay * kDays))) {
        return lastWeek;
    }
    double sum = 0;
    int known = 0;
    WallTime day = movedBack(hour, end, kDay);
    for (int i = 0; i < kDays; ++i, day -= kDay) {
        if (const auto value = at(row->second, day)) {
            sum += *value;
            ++known;
        }
    }
    return known > 0 ? std::optional(sum / known) : std::nullopt;
}

WallTime QuietHours::quietest(ShardId shard, WallTime from, WallTime until)
{
    WallTime best = from;
    std::optional<double> least;
    for (WallTime hour = from; hour < until; hour = wholeHour(hour) + hours(1)) {
        const auto load = expected(shard, hour);
        if (load && (!least || *load < *least)) {
            least = load;
            best = hour;
        }
    }
    return best;
}

void QuietHours::readLastWeek(WallTime now)
{
    m_read = now;
    m_week = {};
    m_rows.clear();
    std::vector<ShardRecord> shards;
    for (const auto& keyspace : m_parts.topology.keyspaces()) {
        shards.insert(shards.end(), keyspace->shards.begin(), keyspace->shards.end());
    }
    HeatQuery query;
    query.metric = HeatMetric::Rows;
    query.to = wholeHour(now);
    query.from = query.to - kDay * kDays;
    query.columnLimit = 24 * kDays;
    auto week = m_parts.heat.query(query, shards);
    if (!week.ok()) {
        return; // nothing is known then: the schedule does without
    }
    m_week = std::move(week).value();
    for (std::size_t i = 0; i < m_week.rows.size(); ++i) {
        m_rows.emplace(m_week.rows[i].shard, i);
    }
}

std::optional<double> QuietHours::at(std::size_t row, WallTime hour) const
{
    if (hour < m_week.start || hour >= m_week.end()) {
        return std::nullopt;
    }
    const auto column = static_cast<std::size_t>((hour - m_week.start) / m_week.step);
    const float value = m_week.meanAt(row, column);
    return std::isnan(value) ? std::nullopt : std::optional<double>(value);
}

} // namespace isotherm::backup
