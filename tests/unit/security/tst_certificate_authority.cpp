// SPDX-License-Identifier: Apache-2.0
#include "agent/security/certificate_authority.h"
#include "shared/base/file.h"
#include "tests/harness/process.h"
#include "tests/harness/temp_dir.h"

#include <QtTest/QtTest>
#include <set>
#include <sys/stat.h>

using namespace isotherm;
using namespace isotherm::security;
using namespace isotherm::test;

namespace
{

QString text(const std::string& value)
{
    return QString::fromStdString(value);
}

/// What the openssl program, which is not ours, makes of a certificate.
QString described(const std::string& pem)
{
    const auto result = Process::run({.program = "openssl",
                                      .arguments = {"x509", "-noout", "-text"},
                                      .environment = {},
                                      .directory = {},
                                      .input = pem,
                                      .runAs = {}},
                                     std::chrono::seconds(20));
    return result.ok() ? text(result->standardOutput) : QString();
}

unsigned modeOf(const std::filesystem::path& file)
{
    struct stat info = {};
    return ::stat(file.c_str(), &info) == 0 ? info.st_mode & 0777U : 0;
}

} // namespace

class TestCertificateAuthority : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void create_files_arePrivate();
    void create_twice_isRefused();
    void open_missing_hasAHint();
    void open_keyReadableByOthers_isRefused();
    void open_keyOfAnother_isRefused();
    void issueServer_names_areInTheCertificate();
    void issueServer_hostileName_isRefused();
    void issueClient_roleAndName_areInTheCertificate();
    void issueClient_serials_differ();
    void issueClient_badName_isRefused_data();
    void issueClient_badName_isRefused();
    void verifyPeer_ours_isAccepted();
    void verifyPeer_notOurs_isRefused_data();
    void verifyPeer_notOurs_isRefused();
    void ensureServer_again_keepsTheCertificate();
    void ensureServer_newNameOrExpiry_issuesAnew();

private:
    CertificateAuthority make() const
    {
        return CertificateAuthority::create(m_tls, "demo", m_now).value();
    }

    std::unique_ptr<TempDir> m_directory;
    std::filesystem::path m_tls;
    WallTime m_now = SystemClock().wallNow();
};

void TestCertificateAuthority::init()
{
    m_directory = std::make_unique<TempDir>();
    m_tls = m_directory->path() / "state" / "tls";
}

void TestCertificateAuthority::create_files_arePrivate()
{
    make();
    QCOMPARE(modeOf(m_tls), 0700U);
    QCOMPARE(modeOf(m_tls / "ca.key"), 0600U);
    const QString about = described(readFile(m_tls / "ca.pem").value());
    QVERIFY(about.contains(QStringLiteral("CA:TRUE")));
    QVERIFY(about.contains(QStringLiteral("prime256v1")));
    QVERIFY(about.contains(QStringLiteral("CN = Isotherm CA demo")));
}

void TestCertificateAuthority::create_twice_isRefused()
{
    make();
    const auto again = CertificateAuthority::create(m_tls, "demo", m_now);
    QCOMPARE(again.error().code, Code::AlreadyExists);
    QVERIFY(CertificateAuthority::open(m_tls).ok());
}

void TestCertificateAuthority::open_missing_hasAHint()
{
    const auto missing = CertificateAuthority::open(m_tls);
    QCOMPARE(missing.error().code, Code::NotFound);
    QCOMPARE(text(missing.error().hint), QStringLiteral("make one: isotherm-agent init"));
}

void TestCertificateAuthority::open_keyReadableByOthers_isRefused()
{
    make();
    QCOMPARE(::chmod((m_tls / "ca.key").c_str(), 0640), 0);
    const auto refused = CertificateAuthority::open(m_tls);
    QCOMPARE(refused.error().code, Code::FailedPrecondition);
    QVERIFY(text(refused.error().hint).startsWith(QStringLiteral("chmod 600 ")));
}

void TestCertificateAuthority::open_keyOfAnother_isRefused()
{
    make();
    const TempDir other;
    QVERIFY(CertificateAuthority::create(other.path() / "tls", "other", m_now).ok());
    std::filesystem::copy_file(other.path() / "tls" / "ca.key", m_tls / "ca.key",
                               std::filesystem::copy_options::overwrite_existing);
    QCOMPARE(CertificateAuthority::open(m_tls).error().code, Code::FailedPrecondition);
}

void TestCertificateAuthority::issueServer_names_areInTheCertificate()
{
    const auto pair = make().issueServer({"db-a.example", "10.0.0.7", "localhost"}, m_now).value();
    const QString about = described(pair.certificatePem);
    QVERIFY2(about.contains(QStringLiteral(
                 "DNS:db-a.example, IP Address:10.0.0.7, DNS:localhost, IP Address:127.0.0.1, "
                 "IP Address:0:0:0:0:0:0:0:1")),
             qPrintable(about));
    QVERIFY(about.contains(QStringLiteral("TLS Web Server Authentication")));
    QVERIFY(!about.contains(QStringLiteral("TLS Web Client Authentication")));
    QVERIFY(text(pair.privateKeyPem).startsWith(QStringLiteral("-----BEGIN PRIVATE KEY-----")));
}

void TestCertificateAuthority::issueServer_hostileName_isRefused()
{
    const CertificateAuthority authority = make();
    for (const char* name : {"", "a,DNS:evil.example", "a b", "a\nb", "dirName:x/y"}) {
        QCOMPARE(authority.issueServer({name}, m_now).error().code, Code::InvalidArgument);
    }
}

void TestCertificateAuthority::issueClient_roleAndName_areInTheCertificate()
{
    const auto issued = make().issueClient("ana", Role::Operator, m_now).value();
    const QString about = described(issued.pair.certificatePem);
    QVERIFY(about.contains(QStringLiteral("OU = operator, CN = ana")));
    QVERIFY(about.contains(QStringLiteral("TLS Web Client Authentication")));
    QVERIFY(about.contains(QStringLiteral("CA:FALSE")));
    const auto peer = readPeerCertificate(issued.pair.certificatePem).value();
    QCOMPARE(text(peer.name), QStringLiteral("ana"));
    QCOMPARE(text(peer.serial), text(issued.serial));
    QCOMPARE(text(peer.issuer), QStringLiteral("Isotherm CA demo"));
}

void TestCertificateAuthority::issueClient_serials_differ()
{
    const CertificateAuthority authority = make();
    std::set<std::string> serials;
    for (int index = 0; index < 50; ++index) {
        const std::string serial = authority.issueClient("ana", Role::Viewer, m_now)->serial;
        QVERIFY(serial.size() >= 24); // 127 random bits
        QVERIFY(serials.insert(serial).second);
    }
}

void TestCertificateAuthority::issueClient_badName_isRefused_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("empty") << QString();
    QTest::newRow("blank") << QStringLiteral("a b");
    QTest::newRow("quote") << QStringLiteral("a\"b");
    QTest::newRow("newline") << QStringLiteral("a\nb");
    QTest::newRow("too long") << QString(65, QLatin1Char('a'));
    QTest::newRow("not ASCII") << QStringLiteral("анна");
}

void TestCertificateAuthority::issueClient_badName_isRefused()
{
    QFETCH(QString, name);
    const auto refused = make().issueClient(name.toStdString(), Role::Viewer, m_now);
    QVERIFY(!refused.ok());
    QCOMPARE(refused.error().code, Code::InvalidArgument);
}

void TestCertificateAuthority::verifyPeer_ours_isAccepted()
{
    const CertificateAuthority authority = make();
    const auto issued = authority.issueClient("ana", Role::Viewer, m_now).value();
    const auto peer =
        verifyPeerCertificate(issued.pair.certificatePem, authority.certificatePem(), m_now);
    QVERIFY2(peer.ok(), peer.ok() ? "" : peer.error().text().c_str());
    QCOMPARE(text(peer->serial), text(issued.serial));
}

void TestCertificateAuthority::verifyPeer_notOurs_isRefused_data()
{
    QTest::addColumn<QString>("which");
    for (const char* which : {"other authority", "same name", "server", "self-signed", "expired",
                              "not yet", "garbage"}) {
        QTest::newRow(which) << QString::fromLatin1(which);
    }
}

void TestCertificateAuthority::verifyPeer_notOurs_isRefused()
{
    QFETCH(QString, which);
    const CertificateAuthority authority = make();
    const TempDir other;
    // An authority of the same name: only its key differs.
    const auto impostor =
        CertificateAuthority::create(other.path() / "tls",
                                     which == QStringLiteral("same name") ? "demo" : "other", m_now)
            .value();
    std::string pem = impostor.issueClient("ana", Role::Admin, m_now)->pair.certificatePem;
    WallTime when = m_now;
    if (which == QStringLiteral("server")) {
        pem = authority.issueServer({}, m_now)->certificatePem;
    } else if (which == QStringLiteral("self-signed")) {
        pem = impostor.certificatePem();
    } else if (which == QStringLiteral("garbage")) {
        pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    } else if (which == QStringLiteral("expired") || which == QStringLiteral("not yet")) {
        pem = authority.issueClient("ana", Role::Admin, m_now)->pair.certificatePem;
        when += which == QStringLiteral("expired") ? std::chrono::hours(24 * 826)
                                                   : -std::chrono::hours(1);
    }
    QVERIFY(!verifyPeerCertificate(pem, authority.certificatePem(), when).ok());
}

void TestCertificateAuthority::ensureServer_again_keepsTheCertificate()
{
    make();
    const auto first = ensureServerMaterial(m_tls, {"db-a"}, m_now).value();
    const auto second = ensureServerMaterial(m_tls, {"db-a"}, m_now).value();
    QVERIFY(first.server.certificatePem == second.server.certificatePem);
    QCOMPARE(modeOf(m_tls / "server.key"), 0600U);
}

void TestCertificateAuthority::ensureServer_newNameOrExpiry_issuesAnew()
{
    make();
    const auto first = ensureServerMaterial(m_tls, {"db-a"}, m_now).value();
    const auto renamed = ensureServerMaterial(m_tls, {"db-b"}, m_now).value();
    QVERIFY(first.server.certificatePem != renamed.server.certificatePem);
    const auto later =
        ensureServerMaterial(m_tls, {"db-b"}, m_now + std::chrono::hours(24 * 800)).value();
    QVERIFY(later.server.certificatePem != renamed.server.certificatePem);
    QVERIFY(later.caPem == renamed.caPem);
}

QTEST_GUILESS_MAIN(TestCertificateAuthority)
#include "tst_certificate_authority.moc"
