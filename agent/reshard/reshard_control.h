// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/units.h"

#include <map>
#include <mutex>

namespace isotherm::reshard
{

/// What a person asks of running changes besides cancelling them. Kept in memory: after a restart a
/// change goes on. Thread-safe.
class ReshardControl
{
public:
    /// Copies no further and does not switch, but keeps following, so that nothing piles up.
    void pause(JobId job)
    {
        edit(job, [](Wishes& wishes) { wishes.paused = true; });
    }
    void resume(JobId job)
    {
        edit(job, [](Wishes& wishes) { wishes.paused = false; });
    }
    /// Ends the grace period: the old parts go as soon as they may.
    void finish(JobId job)
    {
        edit(job, [](Wishes& wishes) { wishes.finish = true; });
    }
    void forget(JobId job)
    {
        const std::lock_guard lock(m_mutex);
        m_wishes.erase(job);
    }

    [[nodiscard]] bool paused(JobId job) const { return wishesOf(job).paused; }
    [[nodiscard]] bool finishing(JobId job) const { return wishesOf(job).finish; }

private:
    struct Wishes
    {
        bool paused = false;
        bool finish = false;
    };

    template <class Edit>
    void edit(JobId job, Edit change)
    {
        const std::lock_guard lock(m_mutex);
        change(m_wishes[job]);
    }
    [[nodiscard]] Wishes wishesOf(JobId job) const
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_wishes.find(job);
        return found == m_wishes.end() ? Wishes() : found->second;
    }

    mutable std::mutex m_mutex;
    std::map<JobId, Wishes> m_wishes;
};

} // namespace isotherm::reshard
