// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/security/audit_log.h"
#include "agent/security/certificate_authority.h"
#include "agent/security/client_registry.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/result.h"
#include "shared/model/agent_service.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace isotherm::api
{

/// What the server is built from. The referenced objects must outlive it.
struct ApiServerOptions
{
    std::string listen; ///< "127.0.0.1:7443"; port 0 takes a free one
    security::TlsMaterial tls;
    AgentService& service;
    security::AuditLog& audit;
    security::ClientRegistry& clients;
    Log& log;
    const Clock& clock;
    /// Called with true when the first live stream wants samples every second, with false when the
    /// last one has gone. From a thread of the server; must not block.
    std::function<void(bool)> onSecondSampling = {};
    std::chrono::milliseconds liveInterval{
        500};                      ///< between two looks at the service, while watched
    std::size_t workers = 4;       ///< threads that call the service
    std::size_t queuedCalls = 256; ///< beyond that: ResourceExhausted
    std::size_t liveStreams = 64;  ///< beyond that: ResourceExhausted
    std::size_t liveQueue = 16; ///< updates a slow client may lag behind before its stream is cut
};

/// The gRPC side of the agent: TLS 1.3 with mutual certificates, roles, audit, live streams.
/// Whoever has no certificate of ours that is enrolled and not revoked gets nothing, and the audit
/// log says who tried. Thread-safe.
class ApiServer
{
public:
    /// Unavailable when the address is taken; InvalidArgument for bad TLS material. Block SIGTERM
    /// and SIGINT before: the threads of gRPC inherit the mask.
    [[nodiscard]] static Result<std::unique_ptr<ApiServer>> start(const ApiServerOptions& options);

    /// Stops gracefully.
    virtual ~ApiServer() = default;

    /// The port that is listened on.
    [[nodiscard]] virtual int port() const = 0;

    /// Something changed that live clients should see at once. Cheap; coalesced.
    virtual void notifyChanged() = 0;

    /// Finishes live streams ("the agent is going down"), lets running calls end within 3 s.
    /// Idempotent.
    virtual void stop() = 0;
};

/// Refuses TLS below 1.3 in this process. gRPC reads it from the environment when its first
/// connection is made, so call it in main() before threads start; ApiServer::start calls it too.
void requireTls13();

} // namespace isotherm::api
