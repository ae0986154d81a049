// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/client/agent_client.h"
#include "shared/client/grpc_errors.h"

#include <grpcpp/channel.h>
#include <isotherm/v1/agent.grpc.pb.h>
#include <memory>

namespace isotherm::client
{

/// What unary calls and live streams share; a stream keeps it alive beyond its client. Immutable,
/// thread-safe (a stub is).
struct Connection
{
    CallTarget target;
    ClientOptions options;
    std::shared_ptr<grpc::Channel> channel; ///< for the stubs of further services
    std::unique_ptr<isotherm::v1::Agent::Stub> stub;
};

/// Starts following; see AgentClient::watch.
[[nodiscard]] std::unique_ptr<LiveSubscription>
startLiveStream(std::shared_ptr<const Connection> connection, const LiveRequest& request,
                LiveObserver observer);

} // namespace isotherm::client
