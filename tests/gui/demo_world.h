// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/model/heat_matrix.h"
#include "shared/model/records.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace isotherm::test
{

struct WorldOptions
{
    std::size_t shards = 12;
    std::uint32_t seed = 1;
    std::chrono::seconds history{3600};
    bool backups = true;
    bool jobs = true;
    bool trouble = true; ///< one shard breached, one never backed up, one diagnostic
};

/// A made-up cluster whose hot range moves along the keys and whose load breathes: values as an
/// agent would send them. A pure function of time.
class DemoWorld
{
public:
    DemoWorld(const WorldOptions& options, WallTime born);

    [[nodiscard]] const std::vector<ShardRecord>& shards() const { return m_shards; }
    [[nodiscard]] std::vector<ShardRecord> shardsAt(WallTime now) const;
    [[nodiscard]] ClusterStatus statusAt(WallTime now) const;
    [[nodiscard]] std::vector<KeyspaceRecord> keyspaces() const;
    [[nodiscard]] std::vector<BackupRecord> backupsAt(WallTime now) const;
    [[nodiscard]] std::vector<ScheduleEntry> scheduleAt(WallTime now) const;
    [[nodiscard]] std::vector<JobRecord> jobsAt(WallTime now) const;
    [[nodiscard]] std::vector<AuditEntry> audit() const;

    /// Columns that end at or before `to`; what is before the world was born is missing, and so is
    /// a gap of 20 s that happens every 5 minutes on one shard.
    [[nodiscard]] HeatMatrix heat(HeatMetric metric, WallTime from, WallTime to,
                                  std::chrono::milliseconds step) const;
    /// Rows per second of a shard.
    [[nodiscard]] double rate(std::size_t shard, WallTime at) const;
    [[nodiscard]] WallTime born() const { return m_born; }

private:
    [[nodiscard]] double noise(std::size_t shard, std::int64_t second) const;

    WorldOptions m_options;
    WallTime m_born;
    std::vector<ShardRecord> m_shards;
};

} // namespace isotherm::test
