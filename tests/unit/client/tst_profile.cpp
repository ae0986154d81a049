// SPDX-License-Identifier: Apache-2.0
#include "shared/base/file.h"
#include "shared/client/private_key.h"
#include "shared/client/profile.h"
#include "tests/harness/process.h"
#include "tests/harness/temp_dir.h"

#include <QtTest/QtTest>
#include <cstdlib>
#include <sys/stat.h>

using namespace isotherm;
using namespace isotherm::client;
using namespace isotherm::test;

namespace
{

QString text(const std::string& value)
{
    return QString::fromStdString(value);
}

/// A key made by the openssl program.
std::string freshKey()
{
    return Process::run(
               {.program = "openssl",
                .arguments = {"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"},
                .environment = {},
                .directory = {},
                .input = {},
                .runAs = {}},
               std::chrono::seconds(20))
        ->standardOutput;
}

Profile sample()
{
    return {.name = "ana",
            .role = Role::Operator,
            .cluster = "orders-prod",
            .address = "db-a:7443",
            .caPem = "-----BEGIN CERTIFICATE-----\nca\n",
            .certificatePem = "-----BEGIN CERTIFICATE-----\nclient\n",
            .privateKeyPem = freshKey()};
}

} // namespace

class TestProfile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saveLoad_passphrase_roundTrip_data();
    void saveLoad_passphrase_roundTrip();
    void save_file_isPrivateAndHidesTheKey();
    void load_wrongPassphrase_isUnauthenticated();
    void load_noPassphrase_saysSo();
    void load_noProfile_isRefused_data();
    void load_noProfile_isRefused();
    void load_missingFile_isNotFoundWithAHint();
    void load_damagedKey_isRefused();
    void save_notAKey_isRefused();
    void defaultPath_environment_isFollowed();
};

void TestProfile::saveLoad_passphrase_roundTrip_data()
{
    QTest::addColumn<QByteArray>("passphrase");
    QTest::newRow("none") << QByteArray();
    QTest::newRow("words") << QByteArray("correct horse battery staple");
    QTest::newRow("utf-8") << QByteArray("Straßenbahn 电车");
    QTest::newRow("long") << QByteArray(500, 'x');
}

void TestProfile::saveLoad_passphrase_roundTrip()
{
    QFETCH(QByteArray, passphrase);
    const TempDir directory;
    const auto file = directory.path() / "new" / "folder" / "profile.json";
    const Profile profile = sample();
    QVERIFY(saveProfile(profile, file, passphrase.toStdString()).ok());
    QCOMPARE(profileNeedsPassphrase(file).value(), !passphrase.isEmpty());
    const auto loaded = loadProfile(file, passphrase.toStdString());
    QVERIFY2(loaded.ok(), loaded.ok() ? "" : loaded.error().text().c_str());
    QCOMPARE(text(loaded->name), text(profile.name));
    QCOMPARE(loaded->role, profile.role);
    QCOMPARE(text(loaded->cluster), text(profile.cluster));
    QCOMPARE(text(loaded->address), text(profile.address));
    QCOMPARE(text(loaded->caPem), text(profile.caPem));
    QCOMPARE(text(loaded->certificatePem), text(profile.certificatePem));
    QCOMPARE(text(loaded->privateKeyPem), text(profile.privateKeyPem));
}

void TestProfile::save_file_isPrivateAndHidesTheKey()
{
    const TempDir directory;
    const auto file = directory.path() / "profile.json";
    const Profile profile = sample();
    QVERIFY(saveProfile(profile, file, "secret").ok());
    struct stat info = {};
    QCOMPARE(::stat(file.c_str(), &info), 0);
    QCOMPARE(info.st_mode & 0777U, 0600U);
    const QString content = text(readFile(file).value());
    QVERIFY(content.contains(QStringLiteral("BEGIN ENCRYPTED PRIVATE KEY")));
    QVERIFY(!content.contains(text(profile.privateKeyPem.substr(30, 40))));
}

void TestProfile::load_wrongPassphrase_isUnauthenticated()
{
    const TempDir directory;
    const auto file = directory.path() / "profile.json";
    QVERIFY(saveProfile(sample(), file, "secret").ok());
    for (const char* wrong : {"Secret", "secret ", "s", "secretsecret"}) {
        const auto refused = loadProfile(file, wrong);
        QVERIFY(!refused.ok());
        QCOMPARE(refused.error().code, Code::Unauthenticated);
        QVERIFY(text(refused.error().message).contains(QStringLiteral("the passphrase is wrong")));
    }
}

void TestProfile::load_noPassphrase_saysSo()
{
    const TempDir directory;
    const auto file = directory.path() / "profile.json";
    QVERIFY(saveProfile(sample(), file, "secret").ok());
    const auto refused = loadProfile(file, "");
    QCOMPARE(refused.error().code, Code::Unauthenticated);
    QVERIFY(text(refused.error().hint).contains(QStringLiteral("--passphrase-file")));
}

void TestProfile::load_noProfile_isRefused_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("no JSON") << QByteArray("hello");
    QTest::newRow("list") << QByteArray("[]");
    QTest::newRow("other schema") << QByteArray("{\"schema\":\"x\"}");
    QTest::newRow("no key") << QByteArray("{\"schema\":\"isotherm/profile/v1\",\"name\":\"a\","
                                          "\"address\":\"b\",\"ca\":\"c\",\"certificate\":\"d\"}");
    QTest::newRow("number for name")
        << QByteArray("{\"schema\":\"isotherm/profile/v1\",\"name\":1,\"address\":\"b\","
                      "\"ca\":\"c\",\"certificate\":\"d\",\"key\":\"e\"}");
}

void TestProfile::load_noProfile_isRefused()
{
    QFETCH(QByteArray, content);
    const TempDir directory;
    const auto file = directory.path() / "profile.json";
    QVERIFY(writeFileDurably(file, content.toStdString()).ok());
    QCOMPARE(loadProfile(file, "").error().code, Code::InvalidArgument);
    QCOMPARE(profileNeedsPassphrase(file).error().code, Code::InvalidArgument);
}

void TestProfile::load_missingFile_isNotFoundWithAHint()
{
    const auto missing = loadProfile("/nonexistent/profile.json", "");
    QCOMPARE(missing.error().code, Code::NotFound);
    QVERIFY(!missing.error().hint.empty());
}

void TestProfile::load_damagedKey_isRefused()
{
    const TempDir directory;
    const auto file = directory.path() / "profile.json";
    QVERIFY(saveProfile(sample(), file, "").ok());
    std::string content = readFile(file).value();
    const std::size_t at = content.find("BEGIN PRIVATE KEY-----\\n") + 24;
    content.replace(at, 8, "AAAAAAAA");
    QVERIFY(writeFileDurably(file, content).ok());
    QCOMPARE(loadProfile(file, "").error().code, Code::InvalidArgument);
}

void TestProfile::save_notAKey_isRefused()
{
    const TempDir directory;
    Profile profile = sample();
    profile.privateKeyPem = "nothing";
    QCOMPARE(saveProfile(profile, directory.path() / "p.json", "x").error().code,
             Code::InvalidArgument);
    QVERIFY(!std::filesystem::exists(directory.path() / "p.json"));
}

void TestProfile::defaultPath_environment_isFollowed()
{
    ::setenv("HOME", "/home/ana", 1);
    ::unsetenv("ISOTHERM_PROFILE");
    ::unsetenv("XDG_CONFIG_HOME");
    QCOMPARE(text(defaultProfilePath().string()),
             QStringLiteral("/home/ana/.config/isotherm/profile.json"));
    ::setenv("XDG_CONFIG_HOME", "/cfg", 1);
    QCOMPARE(text(defaultProfilePath().string()), QStringLiteral("/cfg/isotherm/profile.json"));
    ::setenv("ISOTHERM_PROFILE", "/p.json", 1);
    QCOMPARE(text(defaultProfilePath().string()), QStringLiteral("/p.json"));
}

QTEST_GUILESS_MAIN(TestProfile)
#include "tst_profile.moc"
