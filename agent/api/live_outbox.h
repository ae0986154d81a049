// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <cstddef>
#include <deque>
#include <functional>
#include <isotherm/v1/agent.pb.h>
#include <memory>
#include <mutex>
#include <optional>

namespace isotherm::api
{

using LiveMessage = std::shared_ptr<const isotherm::v1::LiveUpdate>;

/// What waits to be sent to one live client. The hub puts in and never waits; the stream takes out.
/// Whoever lags too far behind is cut off: an update left out would make every later one wrong.
/// Thread-safe.
class LiveOutbox
{
public:
    explicit LiveOutbox(std::size_t capacity) : m_capacity(capacity) {}

    /// Closes the outbox with ResourceExhausted when it is full. Ignored once closed.
    void push(LiveMessage message);

    /// What is queued is dropped; the first reason counts.
    void close(Error reason);

    /// The next message, oldest first; null when there is none now.
    [[nodiscard]] LiveMessage take();

    /// Why it was closed; nullopt while it is open.
    [[nodiscard]] std::optional<Error> closed() const;

    /// `wake` is called, from the hub's thread, whenever there is something new to look at. After
    /// setWake({}) has returned it is not called any more.
    void setWake(std::function<void()> wake);

private:
    void callWake();

    const std::size_t m_capacity;
    mutable std::mutex m_mutex;
    std::deque<LiveMessage> m_messages;
    std::optional<Error> m_closed;
    std::mutex m_wakeMutex; ///< taken before m_mutex, never after
    std::function<void()> m_wake;
};

} // namespace isotherm::api
