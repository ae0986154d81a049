// SPDX-License-Identifier: Apache-2.0
#include "agent/storage/directory_store.h"
#include "tests/harness/temp_dir.h"

#include <QTest>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace isotherm;
using storage::DirectoryStore;
namespace fs = std::filesystem;

namespace
{

unsigned modeOf(const fs::path& path)
{
    struct ::stat info
    {
    };
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 0777U : 0;
}

} // namespace

class TestDirectoryStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void open_missingFolder_isMadePrivate()
    {
        const test::TempDir folder;
        const fs::path root = folder.path() / "repo";
        auto store = std::move(DirectoryStore::open(root)).value();
        QVERIFY(storage::putObject(*store, "run/a/b", "x").ok());
        QCOMPARE(modeOf(root), 0700U);
        QCOMPARE(modeOf(root / "run"), 0700U);
        QCOMPARE(modeOf(root / "run/a"), 0700U);
        QCOMPARE(modeOf(root / "run/a/b"), 0600U);
    }

    void open_missingParent_isRefused()
    {
        const test::TempDir folder;
        const auto store = DirectoryStore::open(folder.path() / "no" / "such" / "repo");
        QVERIFY(!store.ok());
        QCOMPARE(store.error().code, Code::NotFound);
    }

    void open_file_isRefused()
    {
        const test::TempDir folder;
        std::ofstream(folder.path() / "file") << "x";
        QVERIFY(!DirectoryStore::open(folder.path() / "file").ok());
    }

    void removeLeftovers_afterKilledWriter_removesThem()
    {
        const test::TempDir folder;
        const fs::path root = folder.path() / "repo";
        const pid_t child = ::fork();
        if (child == 0) { // dies with two objects half written, without any destructor
            auto store = std::move(DirectoryStore::open(root)).value();
            auto one = std::move(store->create("one")).value();
            auto two = std::move(store->create("two")).value();
            (void)one->append("half");
            ::_exit(0);
        }
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        auto store = std::move(DirectoryStore::open(root)).value();
        QVERIFY(store->list("").value().empty());
        QCOMPARE(store->removeLeftovers().value(), 2U);
        QCOMPARE(store->removeLeftovers().value(), 0U);
    }

    void lock_killedOwner_isFree()
    {
        const test::TempDir folder;
        const fs::path root = folder.path() / "repo";
        const pid_t child = ::fork();
        if (child == 0) {
            auto store = std::move(DirectoryStore::open(root)).value();
            auto lock = store->lockExclusive("dying agent");
            ::_exit(lock.ok() ? 0 : 1);
        }
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        QCOMPARE(WEXITSTATUS(status), 0);
        auto store = std::move(DirectoryStore::open(root)).value();
        QVERIFY(store->lockExclusive("next agent").ok());
    }

    void lockCheck_fileDeleted_isLost()
    {
        const test::TempDir folder;
        auto store = std::move(DirectoryStore::open(folder.path() / "repo")).value();
        auto lock = std::move(store->lockExclusive("agent")).value();
        QVERIFY(lock->check().ok());
        fs::remove(folder.path() / "repo" / ".lock");
        QCOMPARE(lock->check().error().code, Code::Unavailable);
    }

    void append_fileLimitReached_leavesNothing()
    {
        const test::TempDir folder;
        auto store = std::move(DirectoryStore::open(folder.path() / "repo")).value();
        struct ::rlimit limit
        {
        };
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &limit), 0);
        const struct ::rlimit small
        {
            1 << 20U, limit.rlim_max
        };
        ::signal(SIGXFSZ, SIG_IGN);
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
        auto writer = std::move(store->create("big")).value();
        const Status status = writer->append(std::string(2 << 20U, 'x'));
        ::setrlimit(RLIMIT_FSIZE, &limit);
        QVERIFY(!status.ok());
        QVERIFY(!writer->commit().ok());
        QVERIFY(store->list("").value().empty());
        QCOMPARE(store->removeLeftovers().value(), 0U);
    }

    void list_foreignFiles_areIgnored()
    {
        const test::TempDir folder;
        auto store = std::move(DirectoryStore::open(folder.path() / "repo")).value();
        std::ofstream(folder.path() / "repo" / "README.TXT") << "hands off";
        fs::create_directory(folder.path() / "repo" / "lost+found");
        QVERIFY(storage::putObject(*store, "x", "1").ok());
        QCOMPARE(store->list("").value().size(), std::size_t{1});
    }

    void freeSpace_directory_isKnown()
    {
        const test::TempDir folder;
        auto store = std::move(DirectoryStore::open(folder.path() / "repo")).value();
        QVERIFY(store->freeSpace().has_value());
    }
};

QTEST_GUILESS_MAIN(TestDirectoryStore)
#include "tst_directory_store.moc"
