// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/quiet_hours.h"
#include "agent/jobs/job_engine.h"
#include "agent/metadata/backup_store.h"
#include "agent/metadata/drill_store.h"
#include "agent/metadata/key_value_store.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace isotherm::drill
{

struct DrillWishes
{
    bool enabled = true;
    std::chrono::milliseconds every = std::chrono::hours(24 * 7); ///< one shard of each keyspace
};

/// Whose drill comes when: of each keyspace one shard a period, the one whose last drill is longest
/// ago, in its quietest hour of the day that follows; one drill at a time. The first is due a period
/// after the keyspace was first seen. Thread-safe; the referenced objects outlive it.
class DrillChores
{
public:
    struct Parts
    {
        const topology::Topology& topology;
        metadata::BackupStore& backups;
        metadata::DrillStore& drills;
        metadata::KeyValueStore& facts;
        backup::QuietHours& quietHours;
        jobs::JobEngine& jobs;
        const Clock& clock;
    };

    DrillChores(Parts parts, DrillWishes wishes) : m_parts(parts), m_wishes(wishes) {}

    /// Submits what is due. Call it about once a second.
    [[nodiscard]] Status tick();

    /// The shard of a keyspace whose turn is next; nullopt: none has a backup.
    [[nodiscard]] Result<std::optional<ShardId>> nextShard(const topology::KeyspaceView& keyspace);

    void setWishes(const DrillWishes& wishes);

    [[nodiscard]] static jobs::JobSpec jobFor(const ShardRecord& shard, const std::string& caller);

private:
    struct Plan
    {
        ShardId shard;
        WallTime when{};
    };

    [[nodiscard]] Status serve(const topology::KeyspaceView& keyspace, WallTime now);
    [[nodiscard]] Result<WallTime> lastOf(const topology::KeyspaceView& keyspace, WallTime now);
    [[nodiscard]] Result<bool> isUnderWay();
    [[nodiscard]] DrillWishes wishes() const;

    const Parts m_parts;
    mutable std::mutex m_mutex;
    DrillWishes m_wishes;
    std::map<std::string, Plan> m_plans; ///< of tick's thread, by keyspace
    std::optional<Instant> m_looked;     ///< of tick's thread
};

} // namespace isotherm::drill
