// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/key_value_store.h"
#include "shared/base/result.h"
#include "shared/base/units.h"

#include <map>
#include <mutex>

namespace isotherm::reshard
{

/// What a person asks of running changes besides cancelling them. Durable when a call returned: a
/// change that was paused is paused after a restart of the agent, too. Thread-safe.
class ReshardControl
{
public:
    explicit ReshardControl(metadata::Database& database) : m_kept(database) {}

    /// Copies no further and does not switch, but keeps following, so that nothing piles up.
    [[nodiscard]] Status pause(JobId job);
    [[nodiscard]] Status resume(JobId job);
    /// Ends the grace period: the old parts go as soon as they may.
    [[nodiscard]] Status finish(JobId job);
    /// The job is over.
    void forget(JobId job);

    [[nodiscard]] bool paused(JobId job) const { return wishesOf(job).paused; }
    [[nodiscard]] bool finishing(JobId job) const { return wishesOf(job).finish; }

private:
    struct Wishes
    {
        bool paused = false;
        bool finish = false;
    };

    template <class Edit>
    Status edit(JobId job, Edit change);
    [[nodiscard]] Wishes wishesOf(JobId job) const;
    [[nodiscard]] Wishes& known(JobId job) const; ///< with m_mutex held

    mutable metadata::KeyValueStore m_kept;
    mutable std::mutex m_mutex;
    mutable std::map<JobId, Wishes> m_wishes; ///< those that were asked for since the start
};

} // namespace isotherm::reshard
