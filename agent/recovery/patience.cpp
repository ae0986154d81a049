// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/patience.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace isotherm::recovery
{

Status patiently(const std::stop_token& stop, const std::function<Status()>& step)
{
    constexpr int kTries = 120;
    constexpr std::chrono::seconds kPause{1};
    std::mutex mutex;
    std::condition_variable_any never;
    for (int i = 1;; ++i) {
        Status done = step();
        if (done.ok() || i == kTries || stop.stop_requested() ||
            (done.error().code != Code::Unavailable &&
             done.error().code != Code::DeadlineExceeded)) {
            return done;
        }
        std::unique_lock lock(mutex);
        (void)never.wait_for(lock, stop, kPause, [] { return false; });
    }
}

} // namespace isotherm::recovery
