// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <chrono>
#include <string>

namespace grpc
{
class ClientContext;
class Status;
} // namespace grpc

/// The one place where gRPC's failures become ours. Inside shared/client only.
namespace isotherm::client
{

/// Where a call went and how long it was given, for the words of the error.
struct CallTarget
{
    std::string address;
    std::chrono::milliseconds deadline{0};
};

/// What the agent said, with its hint, when it said something; else what the transport makes of it.
/// Precondition: !status.ok().
[[nodiscard]] Error fromGrpcStatus(const grpc::Status& status, const grpc::ClientContext& context,
                                   const CallTarget& target);

} // namespace isotherm::client
