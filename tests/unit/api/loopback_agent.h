// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/api_server.h"
#include "shared/client/agent_client.h"
#include "tests/harness/temp_dir.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace isotherm::test
{

/// The real API server, with real certificates, on a free loopback port, before any AgentService
/// (say, a FakeAgentService). Link target isotherm_loopback_agent; include
/// "tests/unit/api/loopback_agent.h". Aborts when it cannot be set up.
class LoopbackAgent
{
public:
    struct Options
    {
        std::chrono::milliseconds liveInterval{20};
        std::size_t liveQueue = 16;
        std::size_t liveStreams = 64;
        std::size_t workers = 4;
        std::size_t queuedCalls = 256;
        std::function<void(bool)> onSecondSampling = {};
    };

    LoopbackAgent(AgentService& service, Log& log, Options options);
    LoopbackAgent(AgentService& service, Log& log) : LoopbackAgent(service, log, Options()) {}
    ~LoopbackAgent();
    LoopbackAgent(const LoopbackAgent&) = delete;
    LoopbackAgent& operator=(const LoopbackAgent&) = delete;

    /// Enrolls a client of this name and gives what it connects with.
    [[nodiscard]] client::Profile enroll(const std::string& name, Role role);

    /// A client with short deadlines and back-off for `profile`.
    [[nodiscard]] static std::unique_ptr<client::AgentClient>
    connect(const client::Profile& profile,
            std::chrono::milliseconds deadline = std::chrono::seconds(10));

    [[nodiscard]] std::string address() const;
    [[nodiscard]] api::ApiServer& server() { return *m_server; }
    [[nodiscard]] security::AuditLog& audit() { return *m_audit; }
    [[nodiscard]] security::ClientRegistry& clients() { return m_clients; }
    [[nodiscard]] const security::TlsMaterial& tls() const { return m_tls; }
    [[nodiscard]] std::filesystem::path directory() const { return m_directory.path(); }
    /// All of the audit log.
    [[nodiscard]] std::vector<AuditEntry> auditEntries() const;

    void stopServer();
    /// Again on the same port.
    void startServer();

private:
    AgentService& m_service;
    Log& m_log;
    const Options m_options;
    TempDir m_directory;
    SystemClock m_clock;
    security::ClientRegistry m_clients;
    std::unique_ptr<security::CertificateAuthority> m_authority;
    security::TlsMaterial m_tls;
    std::unique_ptr<security::AuditLog> m_audit;
    std::unique_ptr<api::ApiServer> m_server;
    int m_port = 0;
};

} // namespace isotherm::test
