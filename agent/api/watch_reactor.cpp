// SPDX-License-Identifier: Apache-2.0
#include "agent/api/watch_reactor.h"

#include "agent/api/rpc_context.h"

#include <algorithm>

namespace isotherm::api
{

HeatFollow followOf(const v1::WatchRequest& request)
{
    constexpr std::int64_t kSecond = 1'000;
    constexpr std::int64_t kLongest = 14LL * 86'400 * kSecond;
    HeatFollow follow;
    follow.metric =
        request.metric() >= v1::HEAT_METRIC_READS && request.metric() <= v1::HEAT_METRIC_TEMPERATURE
            ? static_cast<HeatMetric>(request.metric())
            : HeatMetric::Rows;
    follow.window = std::chrono::milliseconds(
        std::clamp<std::int64_t>(request.heat_window_millis(), 0, kLongest));
    follow.step = std::chrono::milliseconds(
        std::clamp<std::int64_t>(request.heat_step_millis(), kSecond, 3'600 * kSecond));
    return follow;
}

void WatchReactor::start(Result<std::shared_ptr<LiveOutbox>> outbox)
{
    if (outbox.ok()) {
        outbox.value()->setWake([this] { pump(); });
    }
    const std::lock_guard lock(m_mutex);
    if (!outbox.ok()) {
        finishLocked(outbox.error());
        return;
    }
    m_outbox = std::move(outbox).value();
    pumpLocked(); // may finish: nothing of ours may be touched after the lock is given back
}

void WatchReactor::pump()
{
    const std::lock_guard lock(m_mutex);
    pumpLocked();
}

void WatchReactor::pumpLocked()
{
    if (m_finished || !m_outbox) {
        return;
    }
    const std::optional<Error> closed = m_outbox->closed();
    if (m_sending) {
        if (closed) {
            m_context.TryCancel(); // a write to a client that does not read never ends by itself
        }
        return;
    }
    if (closed || m_cancelled) {
        finishLocked(closed.value_or(makeError(Code::Cancelled, "the client has gone")));
        return;
    }
    m_sending = m_outbox->take();
    if (m_sending) {
        StartWrite(m_sending.get());
    }
}

void WatchReactor::finishLocked(const Error& error)
{
    if (!m_finished) {
        m_finished = true;
        Finish(toGrpcStatus(m_context, error));
    }
}

void WatchReactor::OnWriteDone(bool ok)
{
    const std::lock_guard lock(m_mutex);
    m_sending.reset();
    m_cancelled = m_cancelled || !ok;
    pumpLocked();
}

void WatchReactor::OnCancel()
{
    const std::lock_guard lock(m_mutex);
    m_cancelled = true;
    if (!m_sending) {
        pumpLocked();
    }
}

void WatchReactor::OnDone()
{
    std::shared_ptr<LiveOutbox> outbox;
    {
        const std::lock_guard lock(m_mutex);
        outbox = m_outbox;
    }
    if (outbox) {
        outbox->setWake({}); // waits for a wake that is running
        outbox->close(makeError(Code::Cancelled, "the client has gone"));
    }
    delete this;
}

} // namespace isotherm::api
