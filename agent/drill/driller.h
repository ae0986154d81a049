// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/drill/live_sight.h"
#include "agent/engine/engine.h"
#include "agent/jobs/job_engine.h"
#include "agent/journal/journal.h"
#include "agent/metadata/backup_store.h"
#include "agent/metadata/drill_store.h"
#include "agent/metadata/restore_store.h"
#include "agent/repository/repository.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#include <chrono>
#include <functional>
#include <string>

namespace isotherm::drill
{

/// Proves that a shard can be restored, by doing it.
///
/// Loaded: the newest backup goes into a scratch table, is indexed, and read back.
/// Compared: a snapshot of the database is read; the backups are continued until they hold all that
/// it shows; then the shard is restored as the snapshot shows it, transaction by transaction
/// (through visibility: no commit position says the same), and compared with it row for row. A shard
/// whose changes are not captured is only loaded: no backup shows what the database shows now.
///
/// Thread-safe; the referenced objects outlive it.
class Driller
{
public:
    struct Parts
    {
        engine::Engine& engine;
        repository::Repository& repository;
        metadata::BackupStore& backups;
        metadata::DrillStore& drills;
        metadata::RestoreStore& restores; ///< how long restores take is learned from drills too
        const topology::Topology& topology;
        jobs::JobEngine& jobs;
        std::function<journal::Journal*()> journal;
        std::function<bool(const topology::ShardPlace&)> captured;
        const Clock& clock;
        Log& log;
        /// How long the stream may take to show what a snapshot showed: heartbeats are seconds apart.
        std::chrono::milliseconds patience = std::chrono::minutes(2);
    };

    explicit Driller(Parts parts) : m_parts(std::move(parts)) {}

    /// Drills one shard up to `level` (Loaded or Compared) and keeps the receipt, of a failure too.
    /// DataLoss: the restored rows are not those of the backup, or of the database. Others: nothing
    /// was proven (no backup yet, a database that does not answer, …), and there is no receipt.
    [[nodiscard]] Result<DrillReceipt> drill(jobs::JobContext& context, ShardId shard,
                                             VerifyLevel level);

private:
    class Attempt;

    [[nodiscard]] Status keep(const DrillReceipt& receipt);

    const Parts m_parts;
};

/// Of a job: in front of whatever else the mark says.
[[nodiscard]] std::string drillMark(JobId job);

} // namespace isotherm::drill
