// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/bus/bus.h"
#include "agent/bus/inproc_bus.h"
#include "shared/base/log.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace isotherm::bus
{

/// What one group has still to handle: a queue, and beside it the failed messages that wait for
/// their next try, so that one bad message does not hold up the others. Thread-safe.
class GroupQueue
{
public:
    GroupQueue(std::string group, const InprocOptions& options, Log& log);

    /// Counts waiting, delayed and unacknowledged messages.
    [[nodiscard]] bool full() const;
    void add(Message message);

    /// Waits for a message; nullopt when stopped. It is the caller's until acknowledge() or
    /// giveBack().
    [[nodiscard]] std::optional<Message> take(const std::stop_token& stop);
    void acknowledge();
    /// Plans the next try, or drops the message with an Error log line after the last one.
    void giveBack(Message message, const Error& why);

private:
    using SteadyTime = std::chrono::steady_clock::time_point;

    [[nodiscard]] std::chrono::milliseconds pauseAfter(std::uint32_t attempts) const;
    void releaseDue(SteadyTime now);

    const std::string m_group;
    const InprocOptions m_options;
    Log& m_log;
    mutable std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::deque<Message> m_ready;
    std::multimap<SteadyTime, Message> m_delayed;
    std::size_t m_taken = 0;
};

} // namespace isotherm::bus
