// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace isotherm::reshard
{

/// False when it was stopped.
inline bool sleepFor(std::chrono::microseconds duration, const std::stop_token& stop)
{
    if (duration.count() <= 0) {
        return !stop.stop_requested();
    }
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, duration, [] { return false; });
    return !stop.stop_requested();
}

} // namespace isotherm::reshard
