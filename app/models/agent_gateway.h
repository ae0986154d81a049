// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/base/result.h"
#include "shared/model/heat_matrix.h"

#include <QObject>
#include <QPointer>
#include <chrono>
#include <functional>
#include <utility>

namespace isotherm
{

class AgentService;

/// How the views reach the agent without waiting for it. GUI thread only; app/connection implements
/// it with worker threads.
class AgentGateway
{
public:
    virtual ~AgentGateway() = default;

    /// Asks for something and hears the answer later, on the GUI thread; never, if `context` is
    /// gone by then or another agent has been connected to.
    ///
    /// `call` runs on a worker thread and must only touch what it captured by value.
    template <class T>
    void ask(QObject* context, std::function<Result<T>(AgentService&)> call,
             std::function<void(Result<T>)> answer)
    {
        run([call = std::move(call), answer = std::move(answer),
             guard = QPointer<QObject>(context)](AgentService& agent) -> std::function<void()> {
            return [result = call(agent), answer, guard]() {
                if (guard) {
                    answer(result);
                }
            };
        });
    }

    /// Which heat the live stream carries from now on; `window` 0: none.
    virtual void followHeat(HeatMetric metric, std::chrono::seconds window,
                            std::chrono::milliseconds step) = 0;

    /// Tries to reconnect now instead of after the back-off.
    virtual void retryNow() = 0;

protected:
    using Delivery = std::function<void()>;
    virtual void run(std::function<Delivery(AgentService&)> work) = 0;
};

} // namespace isotherm
