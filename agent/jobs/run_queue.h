// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/job_store.h"
#include "shared/model/records.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace isotherm::jobs
{

/// When a job runs among those that wait.
enum class Turn : std::uint8_t {
    InOrder, ///< by age
    First    ///< before those; after a restart its age counts
};

/// Decides which job runs next; JOBS.md has the rules. Not thread-safe.
class RunQueue
{
public:
    /// `maxPerKind`: a kind that is not in it is not limited.
    explicit RunQueue(std::map<JobKind, std::size_t> maxPerKind);

    /// Jobs that were running when the process ended go before the others. One that is here already
    /// is left alone.
    void add(metadata::StoredJob job, Turn turn = Turn::InOrder);

    /// The oldest that may run, among those with Turn::First if there are any; it counts as running
    /// until finished().
    [[nodiscard]] std::optional<metadata::StoredJob> takeNext();
    void finished(JobId id);

    /// Gives the jobs of this kind that have this shard and wait the first turn.
    void hurry(JobKind kind, ShardId shard);

    /// Takes a waiting job out.
    [[nodiscard]] std::optional<metadata::StoredJob> remove(JobId id);

    [[nodiscard]] std::size_t waiting() const { return m_waiting.size(); }
    /// Waiting or running.
    [[nodiscard]] bool contains(JobId id) const;
    /// True if a job of this kind that has this shard waits or runs.
    [[nodiscard]] bool contains(JobKind kind, ShardId shard) const;

private:
    struct Running
    {
        JobKind kind = JobKind::Backup;
        std::vector<ShardId> shards;
    };
    enum class Rank : std::uint8_t { Interrupted, First, InOrder };
    using Place = std::pair<Rank, JobId>; ///< of one rank by age

    [[nodiscard]] bool kindIsFree(JobKind kind) const;
    void release(JobKind kind, const std::vector<ShardId>& shards);

    std::map<JobKind, std::size_t> m_maxPerKind;
    std::map<JobKind, std::size_t> m_runningPerKind;
    std::map<Place, metadata::StoredJob> m_waiting;
    std::unordered_map<JobId, Place> m_places;
    std::unordered_map<JobId, Running> m_running;
    /// How many jobs of a kind that wait or run have a shard.
    std::map<std::pair<JobKind, ShardId>, std::size_t> m_held;
};

} // namespace isotherm::jobs
