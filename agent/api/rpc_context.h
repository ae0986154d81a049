// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/gatekeeper.h"
#include "shared/base/result.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

/// The one place where a gRPC call becomes evidence, and an Error a gRPC status.
namespace isotherm::api
{

[[nodiscard]] PeerEvidence evidenceOf(const grpc::ServerContextBase& context);

/// Puts the error with its hint into the trailing metadata and returns the status for Finish().
[[nodiscard]] grpc::Status toGrpcStatus(grpc::ServerContextBase& context, const Error& error);

} // namespace isotherm::api
