// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace isotherm::bus
{

/// Something that one role tells others.
struct Message
{
    std::string topic; ///< dotted lower case: "job.changed"
    std::string id; ///< the publisher's; equal ids mean the same message: handlers are idempotent
    std::string payload;       ///< at most 1 MiB
    std::uint32_t attempt = 1; ///< set by the bus: which delivery of it this is to this group
};

/// Acknowledges by returning success. Failure: the message comes again later, after others. Called
/// from a thread of the bus, never concurrently for one subscription; must not throw.
using MessageHandler = std::function<Status(const Message&)>;

/// Ends when destroyed; the destructor blocks until no handler call runs any more, and must not be
/// called from the handler.
class Subscription
{
public:
    virtual ~Subscription() = default;
};

/// Every group gets each message of the topic; inside a group one subscriber takes it. (RabbitMQ: a
/// queue per group, bound to the topic; Kafka: a consumer group.)
struct SubscribeTo
{
    std::string topic;
    std::string group;
};

/// How the agent's roles talk. At least once: a message may come twice and, after a failure, out of
/// order; otherwise the order of one publisher is kept. Thread-safe.
class Bus
{
public:
    virtual ~Bus() = default;

    /// The bus has accepted the message for every group that has ever subscribed, once this
    /// returned. ResourceExhausted: a group's queue is full, nobody got it; try later.
    /// InvalidArgument: no topic, or too large.
    [[nodiscard]] virtual Status publish(Message message) = 0;

    /// Messages published from now on (and what the group has not yet acknowledged) go to
    /// `handler`.
    [[nodiscard]] virtual Result<std::unique_ptr<Subscription>>
    subscribe(const SubscribeTo& to, MessageHandler handler) = 0;
};

} // namespace isotherm::bus
