// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/reshard_port.h"
#include "agent/jobs/job_context.h"
#include "agent/reshard/reshard_control.h"
#include "agent/reshard/throttle.h"
#include "shared/base/clock.h"

#include <mutex>

namespace isotherm::reshard
{

/// Lets a copy go as fast as the application bears (Throttle), stops it while it is paused, and
/// tells the job how far it is. Thread-safe.
class CopyPacer final : public engine::CopyPace
{
public:
    CopyPacer(engine::ReshardPort& port, jobs::JobContext& context, const ReshardControl& control,
              const Clock& clock)
        : m_port(port), m_context(context), m_control(control), m_clock(clock)
    {
    }

    /// Looks at the application while nothing is copied yet: twice, a second apart at least.
    void learn();

    Status beforePiece(std::chrono::microseconds lastPiece, std::stop_token stop) override;
    void copied(std::uint64_t rows, ByteCount bytes) override;

private:
    [[nodiscard]] std::optional<Throttle::Look> look();

    engine::ReshardPort& m_port;
    jobs::JobContext& m_context;
    const ReshardControl& m_control;
    const Clock& m_clock;
    std::mutex m_mutex; ///< guards what follows
    Throttle m_throttle;
    std::uint64_t m_own = 0; ///< transactions of the copy itself
    Instant m_looked{};
};

} // namespace isotherm::reshard
