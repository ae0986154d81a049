// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/backup_choice.h"
#include "agent/backup/backup_handler.h"
#include "agent/backup/change_detector.h"
#include "agent/backup/rotation_book.h"
#include "agent/backup/schedule_ahead.h"
#include "agent/backup/schedule_policy.h"
#include "agent/heat/temperature_model.h"
#include "agent/jobs/job_engine.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace isotherm::backup
{

struct SchedulerOptions
{
    SchedulePolicy policy;
    /// Backups under way at a time; as many more wait as were done since the last tick, so that
    /// nobody is idle between ticks where backups take less than that.
    std::size_t maxConcurrent = 2;
    std::string tier;
    RotationWishes rotation = {};
};

/// What the forecast says of a shard, as the interval rule takes it; empty: no forecast.
[[nodiscard]] std::vector<ComingHeat> comingHeatOf(const heat::TemperatureModel& temperatures,
                                                   ShardId shard);

/// Gives every shard its backups: as often as its temperature deserves, at most `maxConcurrent` at
/// a time, each missed run caught up once. Among those that are due, the one with the most of its
/// own intervals gone by goes first, a shard without any backup before all; then the hottest. A
/// shard that has certainly not changed gets a manifest with a newer moment instead, and no data is
/// written. While changes are captured, backups are incremental but for one full a rotation, in the
/// slot that planRotation gives the shard: synthetic, or from the database (chooseBackup). One
/// shard in trouble holds up no other. A shard's first backup goes before jobs that wait, and one
/// of them beside the bound: a new partition must not wait for a round of backups of all the
/// others. Thread-safe; the referenced objects outlive it.
class Scheduler
{
public:
    struct Parts
    {
        topology::Topology& topology;
        metadata::BackupStore& backups;
        metadata::ScheduleStore& schedules;
        repository::Repository& repository;
        const heat::TemperatureModel& temperatures;
        const ChangeDetector& changes;
        jobs::JobEngine& jobs;
        const Clock& clock;
        Log& log;
        /// Can this shard have incremental backups now? None: full ones only.
        std::function<bool(const topology::ShardPlace&)> captured = {};
        ExpectedLoad load = {}; ///< none: nothing is known
        /// A shard without a backup is to wait: where its history begins is being seen to.
        std::function<bool(const ShardRecord&)> held = {};
    };

    Scheduler(Parts parts, SchedulerOptions options);

    /// Does what is due. Call it about once a second.
    [[nodiscard]] Status tick();

    /// What will run next, the soonest first, and why.
    [[nodiscard]] Result<std::vector<ScheduleEntry>> entries() const;

    /// Every backup to come, the soonest first, if nothing fails and temperatures stay.
    struct Ahead
    {
        std::optional<WallTime> until = {}; ///< none: to the end of the coming rotation
        std::string keyspace = {};          ///< "": all
        bool fullsOnly = false;
        std::size_t limit = 10'000;
    };
    [[nodiscard]] Result<std::vector<ScheduleEntry>> entriesAhead(const Ahead& wanted) const;

    /// A backup job has ended: failures postpone the next try.
    void noteFinished(const JobRecord& job);

    /// The newest error of a backup, and of how many shards the last try failed; none is ok.
    [[nodiscard]] Status failing() const;

    /// The wishes changed (configuration reload).
    void setPolicy(const SchedulePolicy& policy);
    void setRotation(const RotationWishes& wishes) { m_book.setWishes(wishes); }
    [[nodiscard]] SchedulePolicy policy() const;

private:
    struct Candidate
    {
        ScheduleEntry entry;
        double urgency = 0;
        topology::ShardPlace place;
        std::optional<WallTime> unchangedUntil = {}; ///< later than the newest backup
        std::string newestBackup = {};               ///< its id
        metadata::ShardSchedule schedule = {};
        std::string mark = {};
        std::string shape = {}; ///< of the tables
        bool first = false;     ///< there is no backup of the shard: nothing of it can be restored
    };

    /// Backups done since this was asked last, within bounds.
    [[nodiscard]] std::size_t takeDone();
    [[nodiscard]] static bool goesBefore(const Candidate& a, const Candidate& b);
    [[nodiscard]] Result<std::vector<Candidate>> candidates(WallTime now) const;
    [[nodiscard]] Status serve(const Candidate& candidate, std::size_t& room);
    void noteUnchanged(Candidate& candidate, const BackupRecord& newest) const;
    [[nodiscard]] ShardFacts factsOf(const topology::ShardPlace& place,
                                     const std::optional<BackupRecord>& newest) const;
    [[nodiscard]] Status moveOn(const Candidate& candidate);
    [[nodiscard]] Status submit(const Candidate& candidate);
    /// Incremental, or the shard's full of this rotation when that comes first.
    void chooseKind(Candidate& candidate, const DueTime& due, const BackupRecord& newest,
                    const std::map<ShardId, FullTurn>& turns, WallTime now) const;
    /// It has no backup to go by: it is to wait, or got one a moment ago.
    [[nodiscard]] Result<bool> isHeldOrBegun(const ShardRecord& shard) const;
    [[nodiscard]] ChainFacts chainOf(const topology::ShardPlace& place,
                                     const std::optional<BackupRecord>& newest) const;

    const Parts m_parts;
    const SchedulerOptions m_options;
    mutable RotationBook m_book; ///< keeps what it worked out for a while
    mutable std::mutex m_mutex;
    SchedulePolicy m_policy;
    std::map<ShardId, std::uint32_t> m_failures; ///< in a row
    std::map<ShardId, WallTime> m_notBefore;
    std::string m_lastError;
    std::size_t m_doneSinceTick = 0;
};

} // namespace isotherm::backup
