// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/predict/forecaster.h"
#include "agent/simulate/backup_ledger.h"

#include <cstddef>
#include <vector>

namespace isotherm::simulate
{

/// One policy at work: asks the interval rule for every shard, and makes the backups that fall due.
/// Not thread-safe.
class SchedulePlayer
{
public:
    SchedulePlayer(Policy policy, const SimulationOptions& options, std::size_t shards);

    void begin(WallTime now) { m_ledger.begin(now); }

    /// What a shard did in a step.
    struct Step
    {
        double accesses = 0; ///< NaN: not measured
        double changed = 0;
    };
    /// The step [from, to) goes by: what the schedule knows at its begin is how hot each shard was
    /// in the step before (NaN: not known), and what is forecast.
    void play(const std::vector<Step>& steps, const std::vector<double>& temperatures,
              const std::vector<std::vector<backup::ComingHeat>>& coming,
              std::pair<WallTime, WallTime> span);
    void closeHour(WallTime start, const std::vector<BackupLedger::ShardHour>& hours)
    {
        m_ledger.closeHour(start, hours);
    }
    [[nodiscard]] PolicyReport report(WallTime now) const;

private:
    const Policy m_policy;
    const backup::SchedulePolicy m_rule;
    BackupLedger m_ledger;
};

} // namespace isotherm::simulate
