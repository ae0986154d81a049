// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/client/live.h"
#include "shared/client/profile.h"
#include "shared/model/agent_service.h"

#include <chrono>
#include <memory>

namespace isotherm::client
{

struct ClientOptions
{
    std::chrono::milliseconds deadline{10'000}; ///< of each unary call
    std::chrono::milliseconds firstRetry{
        250}; ///< back-off of the live stream, doubling with jitter
    std::chrono::milliseconds lastRetry{15'000};
};

/// An agent across the network: gRPC over TLS 1.3 with mutual certificates. Thread-safe.
/// A call's transport failures are Unavailable with a hint that names the usual causes.
class AgentClient : public AgentService
{
public:
    /// Follows the agent's state; reconnects by itself, with a fresh snapshot, until the
    /// subscription is destroyed.
    [[nodiscard]] virtual std::unique_ptr<LiveSubscription> watch(const LiveRequest& request,
                                                                  LiveObserver observer) = 0;
};

/// Never blocks: the connection is made by the first call. InvalidArgument if the profile's keys
/// cannot be read.
[[nodiscard]] Result<std::unique_ptr<AgentClient>> connectAgent(const Profile& profile,
                                                                const ClientOptions& options);

} // namespace isotherm::client
