// SPDX-License-Identifier: Apache-2.0
#include "agent/security/client_registry.h"
#include "shared/base/file.h"
#include "tests/harness/temp_dir.h"

#include <QtTest/QtTest>
#include <thread>

using namespace isotherm;
using namespace isotherm::security;
using namespace isotherm::test;

namespace
{

ClientRecord record(const std::string& serial, const std::string& name, Role role = Role::Viewer)
{
    return {.serial = serial,
            .name = name,
            .role = role,
            .enrolled = fromUnixMicros(1'770'000'000'123'456),
            .revoked = {}};
}

} // namespace

class TestClientRegistry : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void find_noFile_knowsNobody();
    void add_find_roundTrip();
    void add_sameNameTwice_isRefusedUntilRevoked();
    void revoke_byAnotherObject_isSeenAtOnce();
    void setRole_byAnotherObject_isSeenAtOnce();
    void revoke_unknown_isNotFound();
    void find_damagedFile_letsNobodyIn_data();
    void find_damagedFile_letsNobodyIn();
    void add_manyThreadsAndObjects_losesNobody();
    void enrollClient_issuesAndRegisters();
};

void TestClientRegistry::find_noFile_knowsNobody()
{
    const TempDir directory;
    const ClientRegistry registry(directory.path());
    QCOMPARE(registry.find("01").error().code, Code::NotFound);
    QVERIFY(registry.list()->empty());
}

void TestClientRegistry::add_find_roundTrip()
{
    const TempDir directory;
    ClientRegistry registry(directory.path());
    QVERIFY(registry.add(record("01", "ana", Role::Admin)).ok());
    QVERIFY(registry.find("01").value() == record("01", "ana", Role::Admin));
    QVERIFY(ClientRegistry(directory.path()).find("01").value() ==
            record("01", "ana", Role::Admin));
}

void TestClientRegistry::add_sameNameTwice_isRefusedUntilRevoked()
{
    const TempDir directory;
    ClientRegistry registry(directory.path());
    QVERIFY(registry.add(record("01", "ana")).ok());
    QCOMPARE(registry.add(record("02", "ana")).error().code, Code::AlreadyExists);
    QVERIFY(registry.revoke("ana", fromUnixMicros(5)).ok());
    QVERIFY(registry.add(record("02", "ana")).ok());
    QVERIFY(registry.find("01")->revoked.has_value()); // the old certificate stays shut out
    QVERIFY(!registry.find("02")->revoked.has_value());
}

void TestClientRegistry::revoke_byAnotherObject_isSeenAtOnce()
{
    const TempDir directory;
    ClientRegistry ours(directory.path());
    ClientRegistry theirs(directory.path());
    for (int round = 0; round < 100; ++round) { // also within one tick of the file's clock
        const std::string serial = std::to_string(round);
        QVERIFY(ours.add(record(serial, "ana")).ok());
        QVERIFY(!ours.find(serial)->revoked);
        QVERIFY(theirs.revoke("ana", fromUnixMicros(7)).ok());
        QVERIFY(ours.find(serial)->revoked == fromUnixMicros(7));
    }
}

void TestClientRegistry::setRole_byAnotherObject_isSeenAtOnce()
{
    const TempDir directory;
    ClientRegistry ours(directory.path());
    QVERIFY(ours.add(record("01", "ana")).ok());
    QVERIFY(ClientRegistry(directory.path()).setRole("ana", Role::Admin).ok());
    QCOMPARE(ours.find("01")->role, Role::Admin);
    QCOMPARE(ours.setRole("bea", Role::Admin).error().code, Code::NotFound);
}

void TestClientRegistry::revoke_unknown_isNotFound()
{
    const TempDir directory;
    ClientRegistry registry(directory.path());
    QCOMPARE(registry.revoke("ana", fromUnixMicros(7)).error().code, Code::NotFound);
}

void TestClientRegistry::find_damagedFile_letsNobodyIn_data()
{
    QTest::addColumn<QByteArray>("content");
    const QByteArray head("{\"schema\":\"isotherm/clients/v1\",\"clients\":");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("cut") << head;
    QTest::newRow("other schema") << QByteArray("{\"schema\":\"x\",\"clients\":[]}");
    QTest::newRow("no list") << head + "{}}";
    QTest::newRow("no object") << head + "[1]}";
    QTest::newRow("number for name") << head + "[{\"serial\":\"01\",\"name\":7}]}";
    QTest::newRow("unknown role") << head + "[{\"serial\":\"01\",\"name\":\"ana\",\"role\":\"god\","
                                            "\"enrolled\":\"2026-01-01T00:00:00Z\"}]}";
}

void TestClientRegistry::find_damagedFile_letsNobodyIn()
{
    QFETCH(QByteArray, content);
    const TempDir directory;
    ClientRegistry registry(directory.path());
    QVERIFY(registry.add(record("01", "ana")).ok());
    QVERIFY(registry.find("01").ok());
    QVERIFY(writeFileDurably(directory.path() / "clients.json", content.toStdString()).ok());
    QCOMPARE(registry.find("01").error().code, Code::FailedPrecondition);
    QCOMPARE(registry.find("01").error().code, Code::FailedPrecondition); // not from a cache either
    QVERIFY(!registry.add(record("02", "bea")).ok());                     // and is not overwritten
}

void TestClientRegistry::add_manyThreadsAndObjects_losesNobody()
{
    const TempDir directory;
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread) {
            threads.emplace_back([&directory, thread] {
                ClientRegistry own(directory.path());
                for (int index = 0; index < 10; ++index) {
                    const std::string id = std::to_string(thread * 10 + index);
                    (void)own.add(record(id, "client" + id));
                }
            });
        }
    }
    QCOMPARE(ClientRegistry(directory.path()).list()->size(), std::size_t{40});
}

void TestClientRegistry::enrollClient_issuesAndRegisters()
{
    const TempDir directory;
    const WallTime now = SystemClock().wallNow();
    const auto authority = CertificateAuthority::create(directory.path(), "demo", now).value();
    ClientRegistry registry(directory.path());
    const auto issued = enrollClient(authority, registry, "ana", Role::Operator, now).value();
    QCOMPARE(registry.find(issued.serial)->role, Role::Operator);
    QCOMPARE(enrollClient(authority, registry, "ana", Role::Admin, now).error().code,
             Code::AlreadyExists);
}

QTEST_GUILESS_MAIN(TestClientRegistry)
#include "tst_client_registry.moc"
