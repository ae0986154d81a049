// SPDX-License-Identifier: Apache-2.0
#include "agent/reshard/copy_pacer.h"

#include "agent/reshard/interruptible.h"

namespace isotherm::reshard
{

using std::chrono::duration_cast;
using std::chrono::microseconds;

std::optional<Throttle::Look> CopyPacer::look()
{
    const Instant before = m_clock.now();
    const auto committed = m_port.committed();
    const Instant after = m_clock.now();
    if (!committed.ok()) {
        return std::nullopt; // whoever copies will notice, too
    }
    return Throttle::Look{duration_cast<microseconds>(after.time_since_epoch()),
                          *committed > m_own ? *committed - m_own : 0,
                          duration_cast<microseconds>(after - before)};
}

void CopyPacer::learn()
{
    const std::lock_guard lock(m_mutex);
    if (const auto now = look()) {
        m_throttle.learn(*now);
    }
}

Status CopyPacer::beforePiece(microseconds lastPiece, std::stop_token stop)
{
    constexpr auto kPause = std::chrono::milliseconds(200);
    while (m_control.paused(m_context.id())) {
        if (!sleepFor(kPause, stop)) {
            return makeError(Code::Cancelled, "stopped");
        }
    }
    microseconds rest{0};
    {
        const std::lock_guard lock(m_mutex);
        if (m_clock.now() - m_looked >= std::chrono::milliseconds(1'100)) {
            m_looked = m_clock.now();
            if (const auto now = look()) {
                m_throttle.look(*now);
            }
        }
        rest = m_throttle.restAfter(lastPiece);
    }
    return sleepFor(rest, stop) ? Status() : Status(makeError(Code::Cancelled, "stopped"));
}

void CopyPacer::copied(std::uint64_t rows, ByteCount bytes)
{
    m_context.addProgress(bytes.get(), rows);
    const std::lock_guard lock(m_mutex);
    ++m_own;
}

} // namespace isotherm::reshard
