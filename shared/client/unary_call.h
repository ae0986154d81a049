// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/client/connection.h"
#include "shared/client/grpc_errors.h"

#include <chrono>
#include <grpcpp/client_context.h>

namespace isotherm::client
{

/// One unary call with the connection's deadline, on any of the agent's services; its failure as an
/// Error with the agent's hint.
template <class Answer, class Stub, class Method, class Request>
[[nodiscard]] Result<Answer> unaryCall(const Connection& connection, Stub& stub, Method method,
                                       const Request& request)
{
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + connection.options.deadline);
    Answer answer;
    const grpc::Status status = (stub.*method)(&context, request, &answer);
    if (!status.ok()) {
        return fromGrpcStatus(status, context, connection.target);
    }
    return answer;
}

} // namespace isotherm::client
