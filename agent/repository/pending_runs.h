// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <set>
#include <string>

namespace isotherm::repository
{

/// The runs of this process that no manifest names yet, but that are not garbage either.
/// Thread-safe.
class PendingRuns
{
public:
    void add(const std::string& object)
    {
        const std::lock_guard lock(m_mutex);
        m_objects.insert(object);
    }
    /// False when it was not pending.
    bool remove(const std::string& object)
    {
        const std::lock_guard lock(m_mutex);
        return m_objects.erase(object) > 0;
    }
    [[nodiscard]] bool contains(const std::string& object) const
    {
        const std::lock_guard lock(m_mutex);
        return m_objects.contains(object);
    }

private:
    mutable std::mutex m_mutex;
    std::set<std::string> m_objects;
};

} // namespace isotherm::repository
