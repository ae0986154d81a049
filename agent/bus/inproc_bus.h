// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/bus/bus.h"
#include "shared/base/log.h"

#include <chrono>
#include <cstddef>

namespace isotherm::bus
{

struct InprocOptions
{
    std::size_t queueLimit = 10'000; ///< messages that wait, per group
    std::chrono::milliseconds firstRetry{100};
    std::chrono::milliseconds lastRetry{30'000}; ///< the pause doubles up to this
    std::uint32_t maxAttempts = 20; ///< then the message is dropped with an Error log line
};

/// The bus of a single process: queues in memory, so that what was not yet handled is gone when the
/// process ends (publishers keep their truth in the metadata). A thread per subscription.
[[nodiscard]] std::unique_ptr<Bus> makeInprocBus(const InprocOptions& options, Log& log);

} // namespace isotherm::bus
