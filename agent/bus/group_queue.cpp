// SPDX-License-Identifier: Apache-2.0
#include "agent/bus/group_queue.h"

#include <algorithm>
#include <utility>

namespace isotherm::bus
{

GroupQueue::GroupQueue(std::string group, const InprocOptions& options, Log& log)
    : m_group(std::move(group)), m_options(options), m_log(log)
{
}

bool GroupQueue::full() const
{
    const std::lock_guard lock(m_mutex);
    return m_ready.size() + m_delayed.size() + m_taken >= m_options.queueLimit;
}

void GroupQueue::add(Message message)
{
    const std::lock_guard lock(m_mutex);
    message.attempt = 1;
    m_ready.push_back(std::move(message));
    m_changed.notify_one();
}

std::optional<Message> GroupQueue::take(const std::stop_token& stop)
{
    std::unique_lock lock(m_mutex);
    while (!stop.stop_requested()) {
        releaseDue(std::chrono::steady_clock::now());
        if (!m_ready.empty()) {
            Message message = std::move(m_ready.front());
            m_ready.pop_front();
            ++m_taken;
            return message;
        }
        const auto somethingReady = [this] { return !m_ready.empty(); };
        if (m_delayed.empty()) {
            m_changed.wait(lock, stop, [&] { return somethingReady() || !m_delayed.empty(); });
        } else {
            const SteadyTime next = m_delayed.begin()->first;
            m_changed.wait_until(lock, stop, next, [&] {
                return somethingReady() || m_delayed.empty() || m_delayed.begin()->first < next;
            });
        }
    }
    return std::nullopt;
}

void GroupQueue::acknowledge()
{
    const std::lock_guard lock(m_mutex);
    --m_taken;
}

void GroupQueue::giveBack(Message message, const Error& why)
{
    if (message.attempt >= m_options.maxAttempts) {
        m_log.error("bus.message.dropped", "gave up on a message",
                    {{"topic", message.topic},
                     {"id", message.id},
                     {"group", m_group},
                     {"attempts", std::int64_t{message.attempt}},
                     {"error", why.text()}});
        acknowledge();
        return;
    }
    const SteadyTime due = std::chrono::steady_clock::now() + pauseAfter(message.attempt);
    ++message.attempt;
    const std::lock_guard lock(m_mutex);
    --m_taken;
    m_delayed.emplace(due, std::move(message));
    m_changed.notify_all(); // a sleeper may have to wake earlier now
}

std::chrono::milliseconds GroupQueue::pauseAfter(std::uint32_t attempts) const
{
    std::chrono::milliseconds pause = m_options.firstRetry;
    for (std::uint32_t i = 1; i < attempts && pause < m_options.lastRetry; ++i) {
        pause *= 2;
    }
    return std::min(pause, m_options.lastRetry);
}

void GroupQueue::releaseDue(SteadyTime now)
{
    while (!m_delayed.empty() && m_delayed.begin()->first <= now) {
        m_ready.push_back(std::move(m_delayed.begin()->second));
        m_delayed.erase(m_delayed.begin());
    }
}

} // namespace isotherm::bus
