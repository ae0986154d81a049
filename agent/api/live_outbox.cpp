// SPDX-License-Identifier: Apache-2.0
#include "agent/api/live_outbox.h"

namespace isotherm::api
{

void LiveOutbox::push(LiveMessage message)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_closed) {
            return;
        }
        if (m_messages.size() >= m_capacity) {
            m_closed = makeError(Code::ResourceExhausted,
                                 "the client takes live updates too slowly; the stream was cut",
                                 "subscribe again for a fresh snapshot; ask for fewer columns");
            m_messages.clear();
        } else {
            m_messages.push_back(std::move(message));
        }
    }
    callWake();
}

void LiveOutbox::close(Error reason)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_closed) {
            return;
        }
        m_closed = std::move(reason);
        m_messages.clear();
    }
    callWake();
}

LiveMessage LiveOutbox::take()
{
    const std::lock_guard lock(m_mutex);
    if (m_messages.empty()) {
        return nullptr;
    }
    LiveMessage message = std::move(m_messages.front());
    m_messages.pop_front();
    return message;
}

std::optional<Error> LiveOutbox::closed() const
{
    const std::lock_guard lock(m_mutex);
    return m_closed;
}

void LiveOutbox::setWake(std::function<void()> wake)
{
    const std::lock_guard lock(m_wakeMutex);
    m_wake = std::move(wake);
}

void LiveOutbox::callWake()
{
    const std::lock_guard lock(m_wakeMutex);
    if (m_wake) {
        m_wake();
    }
}

} // namespace isotherm::api
