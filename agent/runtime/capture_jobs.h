// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/chain_closer.h"
#include "agent/jobs/job_engine.h"
#include "agent/journal/journal.h"
#include "agent/metadata/backup_store.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#include <functional>
#include <map>

namespace isotherm::runtime
{

/// The backups that captured events make due at once, whatever the schedule says: the last piece
/// of a shard's history whose leaf is gone, and a new base where a rewrite or a gap has ended the
/// chain. Leaves that came or went in the stream make the agent look at its shards. Not
/// thread-safe; the referenced objects outlive it.
class CaptureJobs
{
public:
    struct Parts
    {
        const topology::Topology& topology;
        metadata::BackupStore& backups;
        backup::ChainCloser& closer;
        jobs::JobEngine& jobs;
        std::function<void()> lookAgain; ///< at the database's shards
        const Clock& clock;
        Log& log;
    };

    explicit CaptureJobs(const Parts& parts) : m_parts(parts) {}

    /// Cheap while nothing of the kind happens.
    void look(journal::Journal& journal);

private:
    void compareShards(const journal::State& state);
    [[nodiscard]] Status closeChains(journal::Journal& journal);
    [[nodiscard]] Status renewBases(const journal::State& state);
    [[nodiscard]] Status submit(ShardId shard, const std::string& title);
    [[nodiscard]] bool mayTry(ShardId shard, int& tries);

    struct Tried
    {
        int times = 0;
        Instant last{};
    };

    const Parts m_parts;
    std::map<ShardId, Tried> m_tried;
    journal::State m_settled; ///< no base was missing then
    journal::State m_compared;
    int m_looks = 0; ///< asked for since then
    Instant m_next{};
};

} // namespace isotherm::runtime
