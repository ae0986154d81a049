// SPDX-License-Identifier: Apache-2.0
// What every ObjectStore must do. A new store adds a row to kinds() and passes all of it.
#include "agent/storage/directory_store.h"
#include "agent/storage/object_store.h"
#include "tests/harness/fault_store.h"
#include "tests/harness/temp_dir.h"

#include <QTest>
#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace isotherm;
using storage::ObjectStore;

namespace
{

/// One store under test, with whatever it lives in.
struct Fixture
{
    test::TempDir folder{"object-store"};
    std::unique_ptr<storage::DirectoryStore> directory;
    std::unique_ptr<ObjectStore> wrapper;

    [[nodiscard]] ObjectStore& store() const { return wrapper ? *wrapper : *directory; }
};

enum class StoreKind { Directory, DirectoryBehindFaults };

std::unique_ptr<Fixture> makeFixture(StoreKind kind)
{
    auto fixture = std::make_unique<Fixture>();
    fixture->directory =
        std::move(storage::DirectoryStore::open(fixture->folder.path() / "store")).value();
    if (kind == StoreKind::DirectoryBehindFaults) {
        fixture->wrapper = std::make_unique<test::FaultStore>(*fixture->directory);
    }
    return fixture;
}

template <class T>
Code codeOf(const Result<T>& result)
{
    return result.ok() ? Code::Unknown : result.error().code;
}

std::string contentOf(ObjectStore& store, const std::string& name)
{
    const auto info = store.stat(name);
    return info.ok() ? store.read(name, 0, info.value().size.get()).valueOr("<unreadable>")
                     : "<none>";
}

} // namespace

class TestObjectStore : public QObject
{
    Q_OBJECT

private:
    static void kinds()
    {
        QTest::addColumn<int>("kind");
        QTest::newRow("directory") << static_cast<int>(StoreKind::Directory);
        QTest::newRow("directory behind a fault store")
            << static_cast<int>(StoreKind::DirectoryBehindFaults);
    }
    static std::unique_ptr<Fixture> fixture()
    {
        QFETCH_GLOBAL(int, kind);
        return makeFixture(static_cast<StoreKind>(kind));
    }

private Q_SLOTS:
    void initTestCase_data() { kinds(); }

    void put_readBack_isTheSame()
    {
        const auto f = fixture();
        const std::string bytes("a\0b\xFF", 4);
        QVERIFY(storage::putObject(f->store(), "run/1/x", bytes).ok());
        QVERIFY(contentOf(f->store(), "run/1/x") == bytes);
        QVERIFY(storage::putObject(f->store(), "empty", "").ok());
        QCOMPARE(contentOf(f->store(), "empty"), std::string());
    }

    void append_inPieces_isOneObject()
    {
        const auto f = fixture();
        auto writer = std::move(f->store().create("pieces")).value();
        std::string all;
        for (int i = 0; i < 100; ++i) {
            const std::string piece(static_cast<std::size_t>(i) * 1000,
                                    static_cast<char>('a' + i % 26));
            QVERIFY(writer->append(piece).ok());
            all += piece;
        }
        QVERIFY(writer->commit().ok());
        QVERIFY(contentOf(f->store(), "pieces") == all);
    }

    void create_uncommitted_isInvisible()
    {
        const auto f = fixture();
        {
            auto writer = std::move(f->store().create("a/b")).value();
            QVERIFY(writer->append("half").ok());
            QCOMPARE(codeOf(f->store().stat("a/b")), Code::NotFound);
            QVERIFY(f->store().list("").value().empty());
        }
        QCOMPARE(codeOf(f->store().stat("a/b")), Code::NotFound);
        QCOMPARE(f->store().removeLeftovers().value(), 0U);
    }

    void create_takenName_isRefused()
    {
        const auto f = fixture();
        QVERIFY(storage::putObject(f->store(), "x", "first").ok());
        QCOMPARE(codeOf(storage::putObject(f->store(), "x", "second")), Code::AlreadyExists);
        QCOMPARE(contentOf(f->store(), "x"), std::string("first"));
    }

    void commit_raceForOneName_hasOneWinner()
    {
        const auto f = fixture();
        auto one = std::move(f->store().create("race")).value();
        auto two = std::move(f->store().create("race")).value();
        QVERIFY(one->append("one").ok());
        QVERIFY(two->append("two").ok());
        QVERIFY(two->commit().ok());
        QCOMPARE(codeOf(one->commit()), Code::AlreadyExists);
        QCOMPARE(contentOf(f->store(), "race"), std::string("two"));
        QCOMPARE(f->store().removeLeftovers().value(), 0U);
    }

    void read_ranges_areExact()
    {
        const auto f = fixture();
        QVERIFY(storage::putObject(f->store(), "r", "0123456789").ok());
        QCOMPARE(f->store().read("r", 3, 4).value(), std::string("3456"));
        QCOMPARE(f->store().read("r", 10, 0).value(), std::string());
        QCOMPARE(codeOf(f->store().read("r", 8, 3)), Code::OutOfRange);
        QCOMPARE(codeOf(f->store().read("r", 11, 0)), Code::OutOfRange);
        QCOMPARE(codeOf(f->store().read("r", ~0ULL, 2)), Code::OutOfRange);
        QCOMPARE(codeOf(f->store().read("r", 1, ~0ULL)), Code::OutOfRange);
        QCOMPARE(codeOf(f->store().read("none", 0, 1)), Code::NotFound);
    }

    void list_prefix_givesNamesInOrder()
    {
        const auto f = fixture();
        for (const char* name : {"b/2", "b/10", "a", "bb", "b/1/z", "c/1"}) {
            QVERIFY(storage::putObject(f->store(), name, name).ok());
        }
        bool sizesKnown = true;
        const auto names = [&](const std::string& prefix) {
            std::string joined;
            const auto found = f->store().list(prefix);
            for (const storage::ObjectInfo& info : found.value()) {
                joined += info.name + " ";
                sizesKnown = sizesKnown && info.size.get() >= 1;
            }
            return joined;
        };
        QCOMPARE(names(""), std::string("a b/1/z b/10 b/2 bb c/1 "));
        QCOMPARE(names("b"), std::string("b/1/z b/10 b/2 bb "));
        QCOMPARE(names("b/"), std::string("b/1/z b/10 b/2 "));
        QCOMPARE(names("b/1"), std::string("b/1/z b/10 "));
        QCOMPARE(names("nothing/here"), std::string());
        QVERIFY(sizesKnown);
    }

    void remove_twice_isSuccess()
    {
        const auto f = fixture();
        QVERIFY(storage::putObject(f->store(), "d/x", "1").ok());
        QVERIFY(f->store().remove("d/x").ok());
        QCOMPARE(codeOf(f->store().stat("d/x")), Code::NotFound);
        QVERIFY(f->store().remove("d/x").ok());
        QVERIFY(f->store().remove("never/was").ok());
        QVERIFY(storage::putObject(f->store(), "d/x", "2").ok());
    }

    void names_bad_areRefused()
    {
        const auto f = fixture();
        for (const std::string& name :
             {std::string(), std::string("/a"), std::string("a/"), std::string("a//b"),
              std::string("../a"), std::string("a/.b"), std::string("."), std::string("A"),
              std::string("a b"), std::string("a\0b", 3), std::string(513, 'a')}) {
            QCOMPARE(codeOf(f->store().create(name)), Code::InvalidArgument);
            QCOMPARE(codeOf(f->store().read(name, 0, 0)), Code::InvalidArgument);
            QCOMPARE(codeOf(f->store().stat(name)), Code::InvalidArgument);
            QCOMPARE(codeOf(f->store().remove(name)), Code::InvalidArgument);
        }
    }

    void lock_secondOwner_isRefusedAndTold()
    {
        const auto f = fixture();
        auto lock = std::move(f->store().lockExclusive("agent 1")).value();
        QVERIFY(lock->check().ok());
        const auto second = f->store().lockExclusive("agent 2");
        QCOMPARE(codeOf(second), Code::FailedPrecondition);
        QVERIFY(second.error().message.find("agent 1") != std::string::npos);
        lock.reset();
        QVERIFY(f->store().lockExclusive("agent 2").ok());
    }

    void use_manyThreads_losesNothing()
    {
        const auto f = fixture();
        std::atomic<int> failures{0};
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&, t] {
                for (int i = 0; i < 25; ++i) {
                    const std::string name = "t" + std::to_string(t) + "/" + std::to_string(i);
                    failures += storage::putObject(f->store(), name, name).ok() ? 0 : 1;
                    failures += contentOf(f->store(), name) == name ? 0 : 1;
                    failures += f->store().list("t").ok() ? 0 : 1;
                }
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        QCOMPARE(failures.load(), 0);
        QCOMPARE(f->store().list("t").value().size(), std::size_t{100});
    }
};

QTEST_GUILESS_MAIN(TestObjectStore)
#include "tst_object_store.moc"
