// SPDX-License-Identifier: Apache-2.0
#include "agent/bus/inproc_bus.h"

#include "agent/bus/group_queue.h"

#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace isotherm::bus
{
namespace
{

constexpr std::size_t kMaxPayload = std::size_t{1} << 20U;

/// One thread that hands a group's messages to one handler.
class InprocSubscription final : public Subscription
{
public:
    InprocSubscription(std::shared_ptr<GroupQueue> queue, MessageHandler handler)
        : m_queue(std::move(queue)), m_handler(std::move(handler)),
          m_thread([this](const std::stop_token& stop) { deliver(stop); })
    {
    }

private:
    void deliver(const std::stop_token& stop)
    {
        while (auto message = m_queue->take(stop)) {
            if (const Status status = m_handler(*message); status.ok()) {
                m_queue->acknowledge();
            } else {
                m_queue->giveBack(std::move(*message), status.error());
            }
        }
    }

    std::shared_ptr<GroupQueue> m_queue;
    MessageHandler m_handler;
    std::jthread m_thread; ///< last: it uses the others
};

class InprocBus final : public Bus
{
public:
    InprocBus(const InprocOptions& options, Log& log) : m_options(options), m_log(log) {}

    Status publish(Message message) override
    {
        if (message.topic.empty() || message.payload.size() > kMaxPayload) {
            return makeError(Code::InvalidArgument, message.topic.empty()
                                                        ? "a message needs a topic"
                                                        : "a message may hold at most 1 MiB");
        }
        const std::lock_guard lock(m_mutex);
        const auto groups = m_topics.find(message.topic);
        if (groups == m_topics.end()) {
            return {};
        }
        // All groups or none: only we add to the queues, so the room that is seen stays.
        for (const auto& [name, queue] : groups->second) {
            if (queue->full()) {
                return makeError(Code::ResourceExhausted,
                                 "the queue of " + name + " for " + message.topic + " is full");
            }
        }
        for (const auto& [name, queue] : groups->second) {
            queue->add(message);
        }
        return {};
    }

    Result<std::unique_ptr<Subscription>> subscribe(const SubscribeTo& to,
                                                    MessageHandler handler) override
    {
        if (to.topic.empty() || to.group.empty() || !handler) {
            return makeError(Code::InvalidArgument,
                             "a subscription needs a topic, a group and a handler");
        }
        const std::lock_guard lock(m_mutex);
        auto& queue = m_topics[to.topic][to.group];
        if (queue == nullptr) {
            queue = std::make_shared<GroupQueue>(to.group, m_options, m_log);
        }
        return std::unique_ptr<Subscription>(
            std::make_unique<InprocSubscription>(queue, std::move(handler)));
    }

private:
    const InprocOptions m_options;
    Log& m_log;
    std::mutex m_mutex;
    /// By topic, then by group. A subscription shares its queue, so that it may outlive the bus.
    std::map<std::string, std::map<std::string, std::shared_ptr<GroupQueue>>> m_topics;
};

} // namespace

std::unique_ptr<Bus> makeInprocBus(const InprocOptions& options, Log& log)
{
    return std::make_unique<InprocBus>(options, log);
}

} // namespace isotherm::bus
