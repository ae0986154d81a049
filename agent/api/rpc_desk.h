// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/gatekeeper.h"
#include "agent/api/live_hub.h"
#include "agent/api/worker_pool.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <cstddef>
#include <functional>
#include <grpcpp/support/server_callback.h>
#include <string>

namespace isotherm::api
{

/// The most that one answer holds of anything that is listed.
inline constexpr std::size_t kMostRecords = 100'000;

/// Times that a person can mean, so that nobody's arithmetic overflows further inside.
[[nodiscard]] Status checkTimes(WallTime from, WallTime to);

/// Where every service of the API takes its calls: role, audit, and a worker that does the asking,
/// so that gRPC's threads only enqueue. Thread-safe; the parts outlive it.
class RpcDesk
{
public:
    struct Parts
    {
        Gatekeeper& gatekeeper;
        LiveHub& hub;
        WorkerPool& workers;
    };
    using Context = grpc::CallbackServerContext;
    using Unary = grpc::ServerUnaryReactor;

    explicit RpcDesk(Parts parts) : m_parts(parts) {}

    /// Admits, then lets `ask` fill the answer, on a worker. What `ask` refers to of the call
    /// (request, answer) lives until then.
    Unary* read(Context* context, const Permission& permission, std::function<Status()> ask);
    /// The same, with an audit entry before and after. `apply` returns what came of it in words
    /// ("job 12").
    Unary* change(Context* context, const Permission& permission, std::string target,
                  std::function<Result<std::string>(const Visitor&)> apply);

    [[nodiscard]] Gatekeeper& gatekeeper() const { return m_parts.gatekeeper; }
    [[nodiscard]] LiveHub& hub() const { return m_parts.hub; }
    [[nodiscard]] WorkerPool& workers() const { return m_parts.workers; }

private:
    Unary* enqueue(Context* context, std::function<Status()> work);

    const Parts m_parts;
};

} // namespace isotherm::api
