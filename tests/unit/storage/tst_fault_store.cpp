// SPDX-License-Identifier: Apache-2.0
// The faults themselves: a wrapper that misbehaves less than told would make other tests lie.
#include "agent/storage/directory_store.h"
#include "tests/harness/fault_store.h"
#include "tests/harness/temp_dir.h"

#include <QTest>
#include <memory>

using namespace isotherm;
using test::Fault;
using test::FaultKind;
using test::FaultStore;
using test::StoreCall;

class TestFaultStore : public QObject
{
    Q_OBJECT

    std::unique_ptr<test::TempDir> m_folder;
    std::unique_ptr<storage::DirectoryStore> m_inner;

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<test::TempDir>();
        m_inner = std::move(storage::DirectoryStore::open(m_folder->path() / "s")).value();
        QVERIFY(storage::putObject(*m_inner, "run/x", std::string(100, 'x')).ok());
    }

    void read_scriptedFaults_happenInTurn()
    {
        FaultStore store(*m_inner);
        store.add({StoreCall::Read, FaultKind::Unavailable, "run/", 1, 1});
        store.add({StoreCall::Read, FaultKind::ShortRead, "run/", 2, 1});
        store.add({StoreCall::Read, FaultKind::BitFlip, "run/", 3, 1, 9});
        store.add({StoreCall::Read, FaultKind::Missing, "run/", 4, 1});
        QVERIFY(store.read("run/x", 0, 100).ok());
        QCOMPARE(store.read("run/x", 0, 100).error().code, Code::Unavailable);
        QCOMPARE(store.read("run/x", 0, 100).value().size(), std::size_t{50});
        QCOMPARE(store.read("run/x", 0, 100).value()[1], static_cast<char>('x' ^ 2));
        QCOMPARE(store.read("run/x", 0, 100).error().code, Code::NotFound);
        QCOMPARE(store.read("run/x", 0, 100).value(), std::string(100, 'x'));
        QCOMPARE(store.calls(StoreCall::Read), std::uint64_t{6});
    }

    void append_noSpace_leavesNothing()
    {
        FaultStore store(*m_inner);
        store.add({StoreCall::Append, FaultKind::NoSpace, "run/"});
        QCOMPARE(storage::putObject(store, "run/y", "y").error().code, Code::ResourceExhausted);
        QCOMPARE(m_inner->list("").value().size(), std::size_t{1});
    }

    void commit_lostAnswer_isVisible()
    {
        FaultStore store(*m_inner);
        store.add({StoreCall::Commit, FaultKind::LostAnswer, ""});
        QCOMPARE(storage::putObject(store, "run/y", "y").error().code, Code::Unavailable);
        QVERIFY(m_inner->stat("run/y").ok());
    }

    void crashAt_eachPoint_stopsEverythingAfterwards()
    {
        // create, append, commit before, commit after: visible only from the last one on.
        for (std::uint64_t point = 0; point < 5; ++point) {
            FaultStore store(*m_inner);
            store.crashAt(point);
            const std::string name = "crash/" + std::to_string(point);
            QCOMPARE(storage::putObject(store, name, "y").ok(), point >= 4);
            QCOMPARE(m_inner->stat(name).ok(), point >= 3);
            QVERIFY(point >= 4 || !store.remove("run/x").ok());
        }
        QVERIFY(m_inner->stat("run/x").ok());
    }

    void crash_unfinishedObject_staysAsLeftover()
    {
        FaultStore store(*m_inner);
        store.crashAt(2);
        QVERIFY(!storage::putObject(store, "half", "y").ok());
        QCOMPARE(m_inner->removeLeftovers().value(), 1U);
    }
};

QTEST_GUILESS_MAIN(TestFaultStore)
#include "tst_fault_store.moc"
