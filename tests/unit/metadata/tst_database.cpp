// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/database.h"
#include "agent/metadata/key_value_store.h"
#include "agent/metadata/migrations.h"
#include "shared/base/file.h"
#include "tests/harness/temp_dir.h"
#include "tests/harness/test_log.h"

#include <QtTest/QtTest>
#include <atomic>
#include <memory>
#include <sqlite3.h>
#include <thread>

using namespace isotherm;
using namespace isotherm::metadata;

namespace
{

/// What another process (or a person with the sqlite3 tool) does to the file.
class Intruder
{
public:
    explicit Intruder(const std::filesystem::path& file) { sqlite3_open(file.c_str(), &m_handle); }
    ~Intruder() { sqlite3_close(m_handle); }
    Intruder(const Intruder&) = delete;
    Intruder& operator=(const Intruder&) = delete;
    bool run(const char* sql)
    {
        return sqlite3_exec(m_handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
    }

private:
    sqlite3* m_handle = nullptr;
};

} // namespace

class TstDatabase : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void open_newFile_hasTheNewestSchemaAndIsInWalMode()
    {
        const auto database = open();
        const auto version = database->read(storedVersion);
        QCOMPARE(*version, schemaVersion());
        const auto mode = database->read([](Connection& connection) -> Result<std::string> {
            ISO_ASSIGN(Statement row, connection.prepare("pragma journal_mode"));
            ISO_TRY(row.step());
            return row.text(0);
        });
        QCOMPARE(QString::fromStdString(*mode), QStringLiteral("wal"));
        QVERIFY(database->checkIntegrity().ok());
    }

    void open_newerSchema_isRefusedAndLeftAlone()
    {
        open().reset();
        const auto file = m_folder->path() / "metadata.db";
        QVERIFY(Intruder(file).run("pragma user_version = 9999"));
        const auto refused = Database::open(file, m_log);
        QVERIFY(!refused.ok());
        QCOMPARE(refused.error().code, Code::FailedPrecondition);
        QVERIFY(refused.error().text().find("9999") != std::string::npos);
        QVERIFY(!refused.error().hint.empty());
    }

    void open_notADatabase_isDataLoss()
    {
        const auto file = m_folder->path() / "metadata.db";
        QVERIFY(writeFileDurably(file, std::string(8192, 'x')).ok());
        const auto refused = Database::open(file, m_log);
        QVERIFY(!refused.ok());
        QCOMPARE(refused.error().code, Code::DataLoss);
    }

    void write_workFails_nothingIsKept()
    {
        const auto database = open();
        KeyValueStore facts(*database);
        const Status status = database->write([](Connection& connection) -> Status {
            ISO_TRY(connection.run("insert into key_value values('a', '1')"));
            return makeError(Code::Aborted, "changed my mind");
        });
        QCOMPARE(status.error().code, Code::Aborted);
        QVERIFY(!facts.get("a")->has_value());
    }

    void write_diskFull_isResourceExhaustedAndThenGoesOn()
    {
        const auto database = open();
        KeyValueStore facts(*database);
        // A real SQLITE_FULL: the file may not grow beyond its present pages.
        QVERIFY(
            database->read([](Connection& c) { return c.run("pragma max_page_count = 1"); }).ok());
        const Status full = facts.set("big", std::string(1'000'000, 'x'));
        QVERIFY(!full.ok());
        QCOMPARE(full.error().code, Code::ResourceExhausted);
        QVERIFY(!full.error().hint.empty());
        QVERIFY(
            database->read([](Connection& c) { return c.run("pragma max_page_count = 100000"); })
                .ok());
        QVERIFY(facts.set("big", "small").ok());
        QCOMPARE(*facts.get("big").value(), std::string("small"));
    }

    void write_lockedByAnother_isUnavailable()
    {
        const auto database = open();
        KeyValueStore facts(*database);
        QVERIFY(
            database->read([](Connection& c) { return c.run("pragma busy_timeout = 20"); }).ok());
        Intruder other(m_folder->path() / "metadata.db");
        QVERIFY(other.run("begin immediate"));
        const Status busy = facts.set("a", "1");
        QVERIFY(!busy.ok());
        QCOMPARE(busy.error().code, Code::Unavailable);
        QVERIFY(other.run("rollback"));
        QVERIFY(facts.set("a", "1").ok());
    }

    void read_fromManyThreads_isDoneOneByOneOnOneThread()
    {
        const auto database = open();
        std::atomic<int> inside = 0;
        std::atomic<bool> overlapped = false;
        std::atomic<std::size_t> done = 0;
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&] {
                for (int n = 0; n < 50; ++n) {
                    const Status status = database->read([&](Connection&) -> Status {
                        overlapped = overlapped || ++inside != 1;
                        --inside;
                        return {};
                    });
                    done += status.ok() ? 1 : 0;
                }
            });
        }
        threads.clear();
        QVERIFY(!overlapped);
        QCOMPARE(done.load(), std::size_t{400});
    }

    void copyTo_aUsedFile_givesAFileThatOpens()
    {
        const auto database = open();
        QVERIFY(KeyValueStore(*database).set("a", "1").ok());
        const auto copy = m_folder->path() / "copy.db";
        QVERIFY(database->copyTo(copy).ok());
        auto again = Database::open(copy, m_log);
        QVERIFY(again.ok());
        QCOMPARE(*KeyValueStore(**again).get("a").value(), std::string("1"));
        QVERIFY(!database->copyTo(copy).ok()); // never over something
    }

    void init() { m_folder = std::make_unique<test::TempDir>(); }

private:
    std::unique_ptr<Database> open()
    {
        auto database = Database::open(m_folder->path() / "metadata.db", m_log);
        ISO_CHECK(database.ok());
        return std::move(database).value();
    }

    std::unique_ptr<test::TempDir> m_folder;
    test::TestLog m_log;
};

QTEST_GUILESS_MAIN(TstDatabase)
#include "tst_database.moc"
