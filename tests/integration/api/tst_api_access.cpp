// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/process.h"
#include "tests/harness/test_log.h"
#include "tests/unit/api/fake_agent_service.h"
#include "tests/unit/api/loopback_agent.h"

#include <QtTest/QtTest>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <isotherm/v1/agent.grpc.pb.h>

using namespace isotherm;
using namespace isotherm::test;

namespace
{

/// One certificate authority that is not the agent's, with a client of its own.
client::Profile strangersProfile(const LoopbackAgent& agent, const std::string& name)
{
    const TempDir directory("isotherm-stranger");
    const WallTime now = SystemClock().wallNow();
    auto authority =
        security::CertificateAuthority::create(directory.path() / "tls", "elsewhere", now).value();
    const auto issued = authority.issueClient(name, Role::Admin, now).value();
    return {.name = name,
            .role = Role::Admin,
            .cluster = "test",
            .address = agent.address(),
            .caPem = agent.tls().caPem,
            .certificatePem = issued.pair.certificatePem,
            .privateKeyPem = issued.pair.privateKeyPem};
}

QString text(const std::string& value)
{
    return QString::fromStdString(value);
}

} // namespace

class TestApiAccess : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void status_viewer_isAnswered();
    void call_certificateOfAnotherAuthority_getsNothingAndIsAudited();
    void call_withoutCertificate_getsNothingAndIsAudited();
    void call_revokedClient_isRefusedOnTheNextCall();
    void call_neverEnrolledCertificate_isRefused();
    void change_wrongRole_isRefusedAndAudited_data();
    void change_wrongRole_isRefusedAndAudited();
    void change_roleRaised_countsAtOnce();
    void change_operator_isAuditedBeforeAndAfter();
    void change_failing_isAuditedWithTheError();
    void refusals_flood_isCountedNotRecorded();
    void registry_damaged_letsNobodyIn();
    void handshake_tls12_isRefused();
    void agent_certificateOfAnotherAuthority_isNotTrusted();
};

void TestApiAccess::status_viewer_isAnswered()
{
    TestLog log;
    FakeAgentService fake;
    LoopbackAgent agent(fake, log);
    const auto client = LoopbackAgent::connect(agent.enroll("vera", Role::Viewer));
    const auto status = client->status();
    QVERIFY2(status.ok(), status.ok() ? "" : status.error().text().c_str());
    QCOMPARE(text(status->cluster), QStringLiteral("demo"));
    QVERIFY(agent.auditEntries().empty()); // reading leaves no trace
}

void TestApiAccess::call_certificateOfAnotherAuthority_getsNothingAndIsAudited()
{
    TestLog log;
    FakeAgentService fake;
    LoopbackAgent agent(fake, log);
    const auto client = LoopbackAgent::connect(strangersProfile(agent, "mallory"));
    const auto backup = client->runBackup({});
    QVERIFY(!backup.ok());
    QCOMPARE(backup.error().code, Code::Unauthenticated);
    QVERIFY(!backup.error().hint.empty());
    QCOMPARE(fake.calls(), std::size_t{0});
    const auto entries = agent.auditEntries();
    QCOMPARE(entries.size(), std::size_t{1});
    QCOMPARE(text(entries[0].who), QStringLiteral("-"));
    QCOMPARE(text(entries[0].action), QStringLiteral("backup.run"));
    QVERIFY(text(entries[0].outcome)
                .contains(QStringLiteral("\"mallory\" of \"Isotherm CA "
                                         "elsewhere\"")));
    QVERIFY(text(entries[0].peer).startsWith(QStringLiteral("ipv4:127.0.0.1:")));
}

void TestApiAccess::call_withoutCertificate_getsNothingAndIsAudited()
{
    TestLog log;
    FakeAgentService fake;
    LoopbackAgent agent(fake, log);
    // Our own client always shows a certificate: take the bare stub.
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = agent.tls().caPem;
    const auto stub =
        v1::Agent::NewStub(grpc::CreateChannel(agent.address(), grpc::SslCredentials(tls)));
    grpc::ClientContext context;
    v1::ClusterStatus answer;
    const grpc::Status status = stub->GetStatus(&context, v1::GetStatusRequest(), &answer);
    QCOMPARE(status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
    QVERIFY(answer.cluster().empty());
    QCOMPARE(fake.calls(), std::size_t{0});
    const auto entries = agent.auditEntries();
    QCOMPARE(entries.size(), std::size_t{1});
    QCOMPARE(text(entries[0].action), QStringLiteral("status.read"));
    QCOMPARE(text(entries[0].outcome), QStringLiteral("refused: no client certificate was shown"));
}

void TestApiAccess::call_revokedClient_isRefusedOnTheNextCall()
{
    TestLog log;
    FakeAgentService fake;
    LoopbackAgent agent(fake, log);
    const auto client = LoopbackAgent::connect(agent.enroll("ana", Role::Operator));
    QVERIFY(client->status().ok());
    // Another process does it (isotherm-agent revoke): another object on the same file.
    security::ClientRegistry other(agent.directory() / "tls");
    QVERIFY(other.revoke("ana", SystemClock().wallNow()).ok());
    const auto refused = client->status();
    QVERIFY(!refused.ok());
    QCOMPARE(refused.error().code, Code::Unauthenticated);
    QVERIFY(text(refused.error().message).contains(QStringLiteral("revoked")));
    const auto entries = agent.auditEntries();
    QCOMPARE(entries.size(), std::size_t{1});
    QCOMPARE(text(entries[0].who), QStringLiteral("ana"));
    QVERIFY(text(entries[0].outcome).startsWith(QStringLiteral("refused: ")));
}

void TestApiAccess::call_neverEnrolledCertificate_isRefused()
{
    TestLog log;
    FakeAgentService fake;
    LoopbackAgent agent(fake, log);
    client::Profile profile = agent.enroll("ana", Role::Viewer);
    const auto authority = security::CertificateAuthority::open(agent.directory() / "tls").value();
    const auto issued =
        authority.issueClient("ghost", Role::Admin, SystemClock().wallNow()).value();
    profile.certificatePem = issued.pair.certificatePem;
    profile.privateKeyPem = issued.pair.privateKeyPem;
    const auto refused = LoopbackAgent::connect(profile)->status();
    QVERIFY(!refused.ok());
    QCOMPARE(refused.error().code, Code::Unauthenticated);
    QCOMPARE(text(agent.auditEntries().at(0).who), QStringLiteral("ghost"));
}

void TestApiAccess::change_wrongRole_isRefusedAndAudited_data()
{
    QTest::addColumn<int>("role");
    QTest::addColumn<QString>("action");
    for (const char* action : {"backup.run", "backup.verify", "restore.run", "job.cancel"}) {
        QTest::addRow("viewer %s", action)
            << static_cast<int>(Role::Viewer) << QString::fromLatin1(action);
    }
    QTest::addRow("viewer adopts")
        << static_cast<int>(Role::Viewer) << QStringLiteral("keyspace.adopt");
    QTest::addRow("operator adopts")
        << static_cast<int>(Role::Operator) << QStringLiteral("keyspace.adopt");
}

void TestApiAccess::change_wrongRole_isRefusedAndAudited()
{
    QFETCH(int, role);
    QFETCH(QString, action);
    TestLog log;
    FakeAgentService fake;
    LoopbackAgent agent(fake, log);
    const auto client = LoopbackAgent::connect(agent.enroll("vera", static_cast<Role>(role)));
    const std::map<QString, std::function<Error()>> changes = {
        {QStringLiteral("backup.run"), [&] { return client->runBackup({}).error(); }},
        {QStringLiteral("backup.verify"), [&] { return client->verifyBackups({}).error(); }},
        {QStringLiteral("restore.run"), [&] { return client->runRestore({}).error(); }},
        {QStringLiteral("job.cancel"), [&] { return client->cancelJob(JobId(3)).error(); }},
        {QStringLiteral("keyspace.adopt"), [&] { return client->adoptKeyspace({}).error(); }},
    };
    const Error error = changes.at(action)();
    QCOMPARE(error.code, Code::PermissionDenied);
    QVERIFY(!error.hint.empty());
    QCOMPARE(fake.calls(), std::size_t{0});
    const auto entries = agent.auditEntries();
    QCOMPARE(entries.size(), std::size_t{1});
    QCOMPARE(text(entries[0].who), QStringLiteral("vera"));
    QCOMPARE(text(entries[0].action), action);
    QVERIFY(text(entries[0].outcome).startsWith(QStringLiteral("refused: ")));
}

void TestApiAccess::change_roleRaised_countsAtOnce()
{
    TestLog log;
    FakeAgentService fake;
    LoopbackAgent agent(fake, log);
    const auto client = LoopbackAgent::connect(agent.enroll("vera", Role::Viewer));
    QVERIFY(!client->cancelJob(JobId(3)).ok());
    QVERIFY(agent.clients().setRole("vera", Role::Operator).ok());
    QVERIFY(client->cancelJob(JobId(3)).ok());
}

void TestApiAccess::change_operator_isAuditedBeforeAndAfter()
{
    TestLog log;
    FakeAgentService fake;
    LoopbackAgent agent(fake, log);
    const auto client = LoopbackAgent::connect(agent.enroll("ana", Role::Operator));
    const auto jobs = client->runBackup(
        {.keyspace = "accounts", .shards = {ShardId(2)}, .caller = {"somebody else"}});
    QVERIFY(jobs.ok());
    QCOMPARE(text(fake.lastCaller()), QStringLiteral("ana")); // from the certificate, not the wire
    const auto entries = agent.auditEntries();
    QCOMPARE(entries.size(), std::size_t{2});
    QCOMPARE(text(entries[0].outcome), QStringLiteral("started"));
    QCOMPARE(text(entries[0].target), QStringLiteral("keyspace accounts shard 2"));
    QCOMPARE(text(entries[0].role), QStringLiteral("operator"));
    QCOMPARE(text(entries[1].outcome), QStringLiteral("ok: job 4"));
    QVERIFY(agent.audit().verify()->intact);
}

void TestApiAccess::change_failing_isAuditedWithTheError()
{
    TestLog log;
    FakeAgentService fake;
    LoopbackAgent agent(fake, log);
    const auto client = LoopbackAgent::connect(agent.enroll("ana", Role::Operator));
    const auto job = client->runRestore({.planId = "plan-9", .caller = {}});
    QVERIFY(!job.ok());
    QCOMPARE(job.error().code, Code::NotFound);
    QCOMPARE(text(job.error().hint),
             QStringLiteral("plans live for an hour; plan again: isothermctl restore plan"));
    QCOMPARE(text(agent.auditEntries().at(1).outcome), QStringLiteral("failed: no plan plan-9"));
}

void TestApiAccess::refusals_flood_isCountedNotRecorded()
{
    TestLog log;
    FakeAgentService fake;
    LoopbackAgent agent(fake, log);
    const auto client = LoopbackAgent::connect(strangersProfile(agent, "mallory"));
    for (int attempt = 0; attempt < 100; ++attempt) {
        QVERIFY(!client->status().ok());
    }
    const std::size_t recorded = agent.auditEntries().size();
    QVERIFY(recorded >= 30);
    QVERIFY2(recorded < 80, std::to_string(recorded).c_str());
    // A client of ours is recorded all the same: it has a budget of its own.
    QVERIFY(!LoopbackAgent::connect(agent.enroll("vera", Role::Viewer))->runBackup({}).ok());
    QCOMPARE(text(agent.auditEntries().back().who), QStringLiteral("vera"));
}

void TestApiAccess::registry_damaged_letsNobodyIn()
{
    TestLog log;
    FakeAgentService fake;
    LoopbackAgent agent(fake, log);
    const auto client = LoopbackAgent::connect(agent.enroll("ana", Role::Admin));
    QVERIFY(client->status().ok());
    QVERIFY(writeFileDurably(agent.directory() / "tls" / "clients.json", "{\"schema\":").ok());
    const auto refused = client->status();
    QVERIFY(!refused.ok());
    QCOMPARE(refused.error().code, Code::Unavailable);
    QVERIFY(text(refused.error().message).contains(QStringLiteral("client registry")));
}

void TestApiAccess::handshake_tls12_isRefused()
{
    TestLog log;
    FakeAgentService fake;
    LoopbackAgent agent(fake, log);
    const auto handshake = [&](const std::string& version) {
        return Process::run(
                   {.program = "openssl",
                    .arguments = {"s_client", version, "-alpn", "h2", "-connect", agent.address()},
                    .environment = {},
                    .directory = {},
                    .input = "",
                    .runAs = {}},
                   std::chrono::seconds(20))
            ->standardOutput;
    };
    QVERIFY(text(handshake("-tls1_3")).contains(QStringLiteral("TLSv1.3, Cipher is TLS_")));
    QVERIFY(text(handshake("-tls1_2")).contains(QStringLiteral("Cipher is (NONE)")));
}

void TestApiAccess::agent_certificateOfAnotherAuthority_isNotTrusted()
{
    TestLog log;
    FakeAgentService fake;
    LoopbackAgent agent(fake, log);
    LoopbackAgent elsewhere(fake, log);
    client::Profile profile = agent.enroll("ana", Role::Viewer);
    profile.address = elsewhere.address();
    const auto refused = LoopbackAgent::connect(profile)->status();
    QVERIFY(!refused.ok());
    QCOMPARE(refused.error().code, Code::Unavailable);
    QVERIFY2(text(refused.error().message)
                 .contains(QStringLiteral("its certificate is not of this profile's authority")),
             refused.error().text().c_str());
}

QTEST_GUILESS_MAIN(TestApiAccess)
#include "tst_api_access.moc"
