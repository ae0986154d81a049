// SPDX-License-Identifier: Apache-2.0
#include "agent/api/api_server.h"

#include "agent/api/agent_rpc.h"
#include "agent/api/audit_rpc.h"
#include "agent/api/changes_rpc.h"
#include "agent/api/forecast_rpc.h"
#include "agent/api/gatekeeper.h"
#include "agent/api/hotkeys_rpc.h"
#include "agent/api/live_hub.h"
#include "agent/api/recovery_rpc.h"
#include "agent/api/upkeep_rpc.h"
#include "agent/api/worker_pool.h"

#include <cstdlib>
#include <grpc/support/log.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <mutex>

namespace isotherm::api
{
namespace
{

constexpr int kLargestRequest = 1 << 20;
constexpr int kLargestAnswer = 128 << 20;
constexpr int kMemoryQuota = 512 << 20;

/// The certificate is asked for and its key proven in the handshake, but who signed it is checked
/// per call (Gatekeeper): only there can a refusal say who tried and from where, in the audit log,
/// and tell the client what to do. See DECISIONS.md.
std::shared_ptr<grpc::ServerCredentials> credentials(const security::TlsMaterial& tls)
{
    grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_BUT_DONT_VERIFY);
    options.pem_root_certs = tls.caPem;
    options.pem_key_cert_pairs.push_back({tls.server.privateKeyPem, tls.server.certificatePem});
    return grpc::SslServerCredentials(options);
}

class GrpcApiServer final : public ApiServer
{
public:
    explicit GrpcApiServer(const ApiServerOptions& options)
        : m_log(options.log), m_gatekeeper({.caPem = options.tls.caPem,
                                            .clients = options.clients,
                                            .audit = options.audit,
                                            .log = options.log,
                                            .clock = options.clock}),
          m_hub({.service = options.service,
                 .log = options.log,
                 .clock = options.clock,
                 .onSecondSampling = options.onSecondSampling,
                 .interval = options.liveInterval,
                 .streams = options.liveStreams,
                 .queue = options.liveQueue}),
          m_workers(options.workers, options.queuedCalls), m_desk({m_gatekeeper, m_hub, m_workers}),
          m_rpc({options.service, m_desk}), m_auditRpc(options.service.auditTrail(), m_desk),
          m_changesRpc(options.service.changes(), m_desk),
          m_recoveryRpc(options.service.recovery(), m_desk),
          m_hotKeysRpc(options.service.hotKeys(), m_desk),
          m_upkeepRpc(options.service.upkeep(), m_desk),
          m_forecastRpc(options.service.forecast(), m_desk)
    {
    }

    ~GrpcApiServer() override { stop(); }

    Status listen(const ApiServerOptions& options)
    {
        grpc::ServerBuilder builder;
        builder.AddListeningPort(options.listen, credentials(options.tls), &m_port);
        builder.RegisterService(&m_rpc);
        builder.RegisterService(&m_auditRpc);
        builder.RegisterService(&m_changesRpc);
        builder.RegisterService(&m_recoveryRpc);
        builder.RegisterService(&m_hotKeysRpc);
        builder.RegisterService(&m_upkeepRpc);
        builder.RegisterService(&m_forecastRpc);
        builder.SetMaxReceiveMessageSize(kLargestRequest);
        builder.SetMaxSendMessageSize(kLargestAnswer);
        builder.SetResourceQuota(grpc::ResourceQuota("isotherm-api").Resize(kMemoryQuota));
        builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0); // two agents must not share it
        builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
        builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
        builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5'000);
        builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 100);
        builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10'000);
        m_server = builder.BuildAndStart();
        if (!m_server || m_port == 0) {
            return makeError(Code::Unavailable, "cannot listen on " + options.listen,
                             "another agent may be running there; see [agent] listen");
        }
        m_log.info("api.listening", "listening on " + options.listen,
                   {{"port", std::int64_t{m_port}}});
        return {};
    }

    int port() const override { return m_port; }
    void notifyChanged() override { m_hub.nudge(); }

    void stop() override
    {
        const std::lock_guard lock(m_stopMutex);
        if (!m_server) {
            return;
        }
        m_hub.stop(); // ends the live streams, or Shutdown would wait for them
        m_server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(3));
        m_server->Wait();
        m_server.reset();
        m_log.info("api.stopped", "the API has stopped");
    }

private:
    Log& m_log;
    Gatekeeper m_gatekeeper;
    LiveHub m_hub;
    WorkerPool m_workers;
    RpcDesk m_desk;
    AgentRpc m_rpc;
    AuditRpc m_auditRpc;
    ChangesRpc m_changesRpc;
    RecoveryRpc m_recoveryRpc;
    HotKeysRpc m_hotKeysRpc;
    UpkeepRpc m_upkeepRpc;
    ForecastRpc m_forecastRpc;
    int m_port = 0;
    std::mutex m_stopMutex;
    std::unique_ptr<grpc::Server> m_server;
};

/// gRPC writes its own lines on standard error, in no format of ours; what matters of them is in
/// the audit log. Whoever sets GRPC_VERBOSITY wants them.
void quietGrpc()
{
    if (std::getenv("GRPC_VERBOSITY") == nullptr) {
        gpr_set_log_verbosity(static_cast<gpr_log_severity>(GPR_LOG_SEVERITY_ERROR + 1));
    }
}

Status checkTls(const security::TlsMaterial& tls)
{
    for (const std::string* pem : {&tls.caPem, &tls.server.certificatePem}) {
        const auto certificate = security::readPeerCertificate(*pem);
        if (!certificate.ok()) {
            return certificate.error().within("TLS material of the API");
        }
    }
    if (tls.server.privateKeyPem.empty()) {
        return makeError(Code::InvalidArgument, "the API has no private key",
                         "make the certificates: isotherm-agent init");
    }
    return {};
}

} // namespace

void requireTls13()
{
    // gRPC offers no way to forbid TLS 1.2. Its only cipher list is for TLS 1.2, and must not be
    // empty: this one needs an RSA certificate, and ours are all EC, so no TLS 1.2 handshake ends.
    ::setenv("GRPC_SSL_CIPHER_SUITES", "ECDHE-RSA-AES256-GCM-SHA384", 1);
}

Result<std::unique_ptr<ApiServer>> ApiServer::start(const ApiServerOptions& options)
{
    ISO_TRY(checkTls(options.tls));
    requireTls13();
    quietGrpc();
    auto server = std::make_unique<GrpcApiServer>(options);
    ISO_TRY(server->listen(options));
    return std::unique_ptr<ApiServer>(std::move(server));
}

} // namespace isotherm::api
