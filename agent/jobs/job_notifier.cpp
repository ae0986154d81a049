// SPDX-License-Identifier: Apache-2.0
#include "agent/jobs/job_notifier.h"

#include <utility>

namespace isotherm::jobs
{

void JobNotifier::start()
{
    m_thread = std::thread([this] { loop(); });
}

void JobNotifier::stop()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
        m_wake.notify_all();
    }
    if (m_thread.joinable()) {
        m_thread.join();
    }
}

void JobNotifier::changed(JobRecord record)
{
    const JobId id = record.id;
    const std::lock_guard lock(m_mutex);
    const auto [place, added] = m_pending.insert_or_assign(id, std::move(record));
    if (added) {
        m_order.push_back(id);
        m_wake.notify_one();
    }
}

void JobNotifier::loop()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_wake.wait(lock, [this] { return m_stopping || !m_order.empty(); });
        if (m_order.empty()) {
            return;
        }
        const auto node = m_pending.extract(m_order.front());
        m_order.pop_front();
        lock.unlock();
        for (const Listener& listener : m_listeners) {
            listener(node.mapped());
        }
        lock.lock();
    }
}

} // namespace isotherm::jobs
