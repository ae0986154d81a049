// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/chain_closer.h"
#include "agent/jobs/job_engine.h"
#include "agent/journal/journal.h"
#include "agent/metadata/backup_store.h"
#include "agent/repository/repository.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace isotherm::runtime
{

/// The backups that captured events make due at once, whatever the schedule says: the last piece
/// of a shard's history whose leaf is gone, and a new base where a rewrite or a gap has ended the
/// chain, or where the base was taken before capture was ready. Leaves that came or went in the
/// stream make the agent look at its shards. Not thread-safe; the referenced objects outlive it.
class CaptureJobs
{
public:
    struct Parts
    {
        const topology::Topology& topology;
        metadata::BackupStore& backups;
        repository::Repository& repository;
        backup::ChainCloser& closer;
        jobs::JobEngine& jobs;
        std::function<void()> lookAgain; ///< at the database's shards
        /// Transactions below are over, and seen by snapshots that are taken now; 0: not known yet.
        std::function<std::uint64_t()> oldestRunning;
        const Clock& clock;
        Log& log;
    };

    explicit CaptureJobs(const Parts& parts) : m_parts(parts) {}

    /// Cheap while nothing of the kind happens.
    void look(journal::Journal& journal);

private:
    void compareShards(const journal::State& state);
    [[nodiscard]] Status closeChains(journal::Journal& journal);
    [[nodiscard]] Status renewBases(const journal::Journal& journal, const journal::State& state);
    /// What a new base would mend, and what it would not yet.
    enum class Base : std::uint8_t { GoesOn = 1, Renewable = 2, TooEarly = 3 };
    [[nodiscard]] Result<Base> judge(const journal::Journal& journal, const journal::State& state,
                                     const BackupRecord& newest);
    [[nodiscard]] Status submit(ShardId shard, const std::string& title, jobs::Turn turn);
    /// Something new has another cause, and is not made to wait for what failed before.
    [[nodiscard]] bool mayTry(ShardId shard, Lsn cause, int& tries);

    struct Tried
    {
        Lsn cause; ///< the newest event of the journal that asks for it; 0: none does
        int times = 0;
        Instant last{};
    };

    const Parts m_parts;
    std::map<ShardId, Tried> m_tried;
    std::map<std::string, repository::Manifest> m_bases; ///< that nothing goes on from yet
    journal::State m_settled;                            ///< no base was missing then
    journal::State m_compared;
    int m_looks = 0; ///< asked for since then
    Instant m_next{};
};

} // namespace isotherm::runtime
