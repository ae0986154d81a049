// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/bounded_queue.h"

#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace isotherm::api
{

/// A fixed number of threads and a bounded queue before them. Thread-safe.
class WorkerPool
{
public:
    WorkerPool(std::size_t threads, std::size_t queued) : m_queue(queued)
    {
        for (std::size_t index = 0; index < threads; ++index) {
            m_threads.emplace_back([this] {
                while (auto task = m_queue.pop(m_never.get_token())) {
                    (*task)();
                }
            });
        }
    }

    /// Runs what is queued, then joins.
    ~WorkerPool() { m_queue.close(); }

    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// False when the queue is full: nothing will run.
    [[nodiscard]] bool submit(std::function<void()> task)
    {
        return m_queue.tryPush(std::move(task));
    }

private:
    BoundedQueue<std::function<void()>> m_queue;
    std::stop_source m_never;
    std::vector<std::jthread> m_threads; ///< last: joined before the queue goes
};

} // namespace isotherm::api
