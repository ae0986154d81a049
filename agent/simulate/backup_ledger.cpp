// SPDX-License-Identifier: Apache-2.0
#include "agent/simulate/backup_ledger.h"

#include <algorithm>
#include <cmath>

namespace isotherm::simulate
{

BackupLedger::BackupLedger(std::size_t shards, const Limits& limits, const ByteModel& bytes)
    : m_limits(limits), m_bytes(bytes), m_shards(shards)
{
}

void BackupLedger::begin(WallTime now)
{
    m_begin = now;
    for (Shard& shard : m_shards) {
        shard = {now, 0, now, 0, now, 0, {}, 0};
    }
}

void BackupLedger::passTime(Shard& shard, WallTime now)
{
    if (now <= shard.from) {
        return; // a moment has no age: a backup at the full hour is in time for that hour
    }
    const auto passed = static_cast<double>((now - shard.from).count());
    const double rows = shard.rate * passed;
    shard.risk += (shard.unsaved + rows / 2) * passed * 1e-6;
    shard.unsaved += rows;
    shard.from = now;
    shard.oldest = std::max(shard.oldest, now - shard.last);
}

void BackupLedger::change(std::size_t which, double rows, WallTime from, WallTime to)
{
    Shard& shard = m_shards[which];
    passTime(shard, from);
    shard.to = to;
    shard.rate = std::isnan(rows) ? 0.0 : rows / static_cast<double>((to - from).count());
}

void BackupLedger::backUp(std::size_t which, WallTime now)
{
    Shard& shard = m_shards[which];
    passTime(shard, now);
    if (shard.unsaved > 0) {
        ++m_report.backups;
        ++shard.inHour;
        m_report.runBytes += m_bytes.runBytes;
        m_report.rowBytes += m_bytes.rowBytes * shard.unsaved;
    } else {
        ++m_report.skipped;
    }
    shard.unsaved = 0;
    shard.last = now;
}

void BackupLedger::closeHour(WallTime start, const std::vector<ShardHour>& hours)
{
    const WallTime end = start + std::chrono::hours(1);
    for (std::size_t i = 0; i < m_shards.size(); ++i) {
        Shard& shard = m_shards[i];
        passTime(shard, end);
        const ShardHour& hour = hours[i];
        if (!std::isnan(hour.temperature)) {
            const bool hot = hour.temperature > m_limits.hotAbove;
            const bool warm = hour.temperature > m_limits.warmAbove;
            ClassCount& count = hot ? m_report.hot : (warm ? m_report.warm : m_report.cold);
            const auto allowed = hot ? m_limits.hot : (warm ? m_limits.warm : m_limits.cold);
            ++count.hours;
            count.violated += shard.oldest > allowed ? 1U : 0U;
        }
        m_busy += hour.busy ? shard.inHour : 0;
        shard.inHour = 0;
        shard.oldest = {};
    }
}

PolicyReport BackupLedger::report(WallTime now) const
{
    PolicyReport report = m_report;
    const double seconds = std::chrono::duration<double>(now - m_begin).count();
    for (const Shard& shard : m_shards) {
        report.rowsAtRisk += seconds > 0 ? shard.risk / seconds : 0;
    }
    report.busyShare = report.backups == 0
                           ? 0.0
                           : static_cast<double>(m_busy) / static_cast<double>(report.backups);
    return report;
}

} // namespace isotherm::simulate
