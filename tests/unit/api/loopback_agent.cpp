// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/api/loopback_agent.h"

#include <cstdio>
#include <cstdlib>

namespace isotherm::test
{
namespace
{

/// Without its server a test has nothing to say.
template <class T>
T require(Result<T> result, const char* what)
{
    if (!result.ok()) {
        std::fprintf(stderr, "loopback agent: %s: %s\n", what, result.error().text().c_str());
        std::abort();
    }
    return std::move(result).value();
}

} // namespace

LoopbackAgent::LoopbackAgent(AgentService& service, Log& log, Options options)
    : m_service(service), m_log(log), m_options(std::move(options)), m_directory("isotherm-api"),
      m_clients(m_directory.path() / "tls")
{
    const std::filesystem::path tls = m_directory.path() / "tls";
    m_authority = std::make_unique<security::CertificateAuthority>(require(
        security::CertificateAuthority::create(tls, "test", m_clock.wallNow()), "authority"));
    m_tls = require(security::ensureServerMaterial(tls, {}, m_clock.wallNow()), "certificate");
    m_audit = require(security::AuditLog::open(m_directory.path() / "audit.jsonl", m_clock, m_log),
                      "audit");
    startServer();
}

LoopbackAgent::~LoopbackAgent()
{
    stopServer();
}

client::Profile LoopbackAgent::enroll(const std::string& name, Role role)
{
    const security::IssuedClient issued = require(
        security::enrollClient(*m_authority, m_clients, name, role, m_clock.wallNow()), "enroll");
    return {.name = name,
            .role = role,
            .cluster = "test",
            .address = address(),
            .caPem = m_authority->certificatePem(),
            .certificatePem = issued.pair.certificatePem,
            .privateKeyPem = issued.pair.privateKeyPem};
}

std::unique_ptr<client::AgentClient> LoopbackAgent::connect(const client::Profile& profile,
                                                            std::chrono::milliseconds deadline)
{
    client::ClientOptions options;
    options.deadline = deadline;
    options.firstRetry = std::chrono::milliseconds(20);
    options.lastRetry = std::chrono::milliseconds(200);
    return require(client::connectAgent(profile, options), "client");
}

std::string LoopbackAgent::address() const
{
    return "127.0.0.1:" + std::to_string(m_port);
}

std::vector<AuditEntry> LoopbackAgent::auditEntries() const
{
    return require(m_audit->list({.afterSequence = 0, .limit = 10'000}), "audit");
}

void LoopbackAgent::stopServer()
{
    m_server.reset();
}

void LoopbackAgent::startServer()
{
    m_server = require(api::ApiServer::start({.listen = "127.0.0.1:" + std::to_string(m_port),
                                              .tls = m_tls,
                                              .service = m_service,
                                              .audit = *m_audit,
                                              .clients = m_clients,
                                              .log = m_log,
                                              .clock = m_clock,
                                              .onSecondSampling = m_options.onSecondSampling,
                                              .liveInterval = m_options.liveInterval,
                                              .workers = m_options.workers,
                                              .queuedCalls = m_options.queuedCalls,
                                              .liveStreams = m_options.liveStreams,
                                              .liveQueue = m_options.liveQueue}),
                       "server");
    m_port = m_server->port();
}

} // namespace isotherm::test
