// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/records.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace isotherm::jobs
{

/// Tells listeners what became of jobs, from a thread of its own and in order, so that a listener
/// may call the engine back. A job that moves on before it was told about is told about once:
/// memory is bounded by the number of jobs. Thread-safe.
class JobNotifier
{
public:
    using Listener = std::function<void(const JobRecord&)>;

    ~JobNotifier() { stop(); }

    /// Before start().
    void addListener(Listener listener) { m_listeners.push_back(std::move(listener)); }
    void start();
    /// Tells what is left, then returns.
    void stop();
    void changed(JobRecord record);

private:
    void loop();

    std::vector<Listener> m_listeners;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<JobId> m_order;
    std::unordered_map<JobId, JobRecord> m_pending;
    bool m_stopping = false;
    std::thread m_thread;
};

} // namespace isotherm::jobs
