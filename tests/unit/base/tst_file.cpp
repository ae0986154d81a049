// SPDX-License-Identifier: Apache-2.0
#include "shared/base/file.h"
#include "tests/harness/temp_dir.h"

#include <QtTest/QtTest>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <thread>
#include <vector>

using namespace isotherm;

class TstFile : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void writeFileDurably_newAndExisting_isReplacedWhole()
    {
        const test::TempDir folder;
        const auto path = folder.path() / "file";
        QVERIFY(writeFileDurably(path, "first").ok());
        QVERIFY(writeFileDurably(path, std::string(100'000, 'x')).ok());
        QCOMPARE(readFile(path)->size(), std::size_t{100'000});
        QVERIFY(writeFileDurably(path, "").ok());
        QCOMPARE(*readFile(path), std::string());
        QCOMPARE(entries(folder), std::size_t{1}); // no temporary files
    }

    void writeFileDurably_private_isForTheOwnerOnly()
    {
        const test::TempDir folder;
        const auto path = folder.path() / "secret";
        QVERIFY(writeFileDurably(path, "x", FileMode::Private).ok());
        struct stat info
        {
        };
        QCOMPARE(::stat(path.c_str(), &info), 0);
        QCOMPARE(info.st_mode & 0777U, 0600U);
    }

    void writeFileDurably_leftoverTemporaryOfOthersMode_doesNotLendItsMode()
    {
        const test::TempDir folder;
        const auto path = folder.path() / "secret";
        const std::string leftover = path.string() + ".tmp." + std::to_string(::getpid());
        std::ofstream(leftover) << "old";
        std::filesystem::permissions(leftover, std::filesystem::perms(0666));
        QVERIFY(writeFileDurably(path, "x", FileMode::Private).ok());
        struct stat info
        {
        };
        QCOMPARE(::stat(path.c_str(), &info), 0);
        QCOMPARE(info.st_mode & 0777U, 0600U);
    }

    void writeFileDurably_fails_leavesTheOldContentAndNoLitter()
    {
        const test::TempDir folder;
        QCOMPARE(writeFileDurably(folder.path() / "no" / "such", "x").error().code, Code::NotFound);
        const auto path = folder.path() / "taken";
        std::filesystem::create_directory(path);
        std::ofstream(path / "inside") << "x"; // a rename over it must fail
        QVERIFY(!writeFileDurably(path, "x").ok());
        QCOMPARE(entries(folder), std::size_t{1});
    }

    void writeFileDurably_diskFull_isResourceExhausted()
    {
        if (!std::filesystem::exists("/dev/full")) {
            QSKIP("needs /dev/full");
        }
        QCOMPARE(errnoError(ENOSPC, "x").code, Code::ResourceExhausted);
        QVERIFY(!errnoError(ENOSPC, "x").hint.empty());
        QCOMPARE(errnoError(EACCES, "x").code, Code::PermissionDenied);
        QCOMPARE(errnoError(EIO, "x").code, Code::Unavailable);
    }

    void writeFileDurably_twoThreadsOnOnePath_leavesOneOfTheContents()
    {
        const test::TempDir folder;
        const auto path = folder.path() / "file";
        std::atomic<int> failures = 0;
        {
            std::vector<std::jthread> threads;
            for (const char letter : {'a', 'b'}) {
                threads.emplace_back([&, letter] {
                    for (int i = 0; i < 50; ++i) {
                        failures +=
                            writeFileDurably(path, std::string(50'000, letter)).ok() ? 0 : 1;
                    }
                });
            }
        }
        QCOMPARE(failures.load(), 0);
        const std::string content = *readFile(path);
        QCOMPARE(content.size(), std::size_t{50'000});
        QVERIFY(std::count(content.begin(), content.end(), content[0]) == 50'000);
        QCOMPARE(entries(folder), std::size_t{1});
    }

    void readFile_missingOrTooLarge_isRefused()
    {
        const test::TempDir folder;
        QCOMPARE(readFile(folder.path() / "none").error().code, Code::NotFound);
        const auto path = folder.path() / "file";
        QVERIFY(writeFileDurably(path, std::string(100, 'x')).ok());
        QVERIFY(readFile(path, 100).ok());
        QCOMPARE(readFile(path, 99).error().code, Code::ResourceExhausted);
    }

    void fileDescriptor_moved_isClosedOnce()
    {
        const test::TempDir folder;
        FileDescriptor first(::open(folder.path().c_str(), O_RDONLY | O_CLOEXEC));
        const int raw = first.get();
        QVERIFY(raw >= 0);
        FileDescriptor second(std::move(first));
        QCOMPARE(second.get(), raw);
        first = std::move(second);
        QCOMPARE(first.get(), raw);
        first.reset();
        QCOMPARE(::fcntl(raw, F_GETFD), -1);
    }

private:
    static std::size_t entries(const test::TempDir& folder)
    {
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(folder.path()), {}));
    }
};

QTEST_GUILESS_MAIN(TstFile)
#include "tst_file.moc"
