// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/simulate/simulation.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace isotherm::simulate
{

/// What backups were made of each shard, what they wrote, and how old the newest one was when it
/// mattered. Times never go back. Not thread-safe.
class BackupLedger
{
public:
    struct Limits
    {
        double hotAbove = 0.8;
        double warmAbove = 0.5;
        std::chrono::milliseconds hot{0};
        std::chrono::milliseconds warm{0};
        std::chrono::milliseconds cold{0};
    };
    BackupLedger(std::size_t shards, const Limits& limits, const ByteModel& bytes);

    /// Counting begins: every shard has a backup of this moment.
    void begin(WallTime now);
    [[nodiscard]] WallTime lastBackup(std::size_t shard) const { return m_shards[shard].last; }

    /// `rows` of a shard change evenly over [from, to), which all backups up to now lie before.
    void change(std::size_t shard, double rows, WallTime from, WallTime to);
    /// A backup at `now`, inside of the stretch of the last change() or at its begin.
    void backUp(std::size_t shard, WallTime now);

    /// The hour from `start` on is over: what each shard's temperature was in it (NaN: not known,
    /// not judged), and whether it was a busy one.
    struct ShardHour
    {
        double temperature = 0;
        bool busy = false;
    };
    void closeHour(WallTime start, const std::vector<ShardHour>& hours);

    [[nodiscard]] PolicyReport report(WallTime now) const;

private:
    struct Shard
    {
        WallTime last{};
        double unsaved = 0;                  ///< rows changed since the newest backup, up to `from`
        WallTime from{};                     ///< begin of the stretch of the last change
        double rate = 0;                     ///< changed rows a microsecond in it
        WallTime to{};                       ///< its end
        double risk = 0;                     ///< integral of unsaved rows over time, in row seconds
        std::chrono::microseconds oldest{0}; ///< the greatest age in this hour
        std::uint64_t inHour = 0;            ///< backups in this hour
    };
    /// Rows at risk and age up to `now`, inside of the stretch.
    static void passTime(Shard& shard, WallTime now);

    const Limits m_limits;
    const ByteModel m_bytes;
    std::vector<Shard> m_shards;
    WallTime m_begin{};
    PolicyReport m_report;
    std::uint64_t m_busy = 0;
};

} // namespace isotherm::simulate
