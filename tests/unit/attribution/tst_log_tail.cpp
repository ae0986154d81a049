// SPDX-License-Identifier: Apache-2.0
#include "agent/attribution/local_log.h"
#include "agent/attribution/log_tail.h"
#include "tests/harness/temp_dir.h"

#include <QtTest/QtTest>
#include <chrono>
#include <filesystem>
#include <fstream>

using namespace isotherm;
using namespace isotherm::attribution;

namespace
{

std::string lineOf(int number)
{
    return "{\"error_severity\":\"LOG\",\"message\":\"duration: 1 ms  statement: select " +
           std::to_string(number) + "\"}\n";
}

} // namespace

class TstLogTail : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void poll_first_startsAtTheEnd()
    {
        write("a.json", lineOf(1));
        LogTail tail = tailOf();
        QCOMPARE(read(tail), QString());
        append("a.json", lineOf(2) + lineOf(3).substr(0, 20));
        QCOMPARE(read(tail), QStringLiteral("2"));
        append("a.json", lineOf(3).substr(20));
        QCOMPARE(read(tail), QStringLiteral("3"));
    }

    void poll_noFileYet_readsTheFirstFromItsStart()
    {
        LogTail tail = tailOf();
        QCOMPARE(read(tail), QString());
        write("a.json", lineOf(1));
        QCOMPARE(read(tail), QStringLiteral("1"));
    }

    void poll_rotated_readsTheOldToItsEndFirst()
    {
        write("b.json", lineOf(0));
        LogTail tail = tailOf();
        (void)read(tail);
        append("b.json", lineOf(1));
        write("a.json", lineOf(2)); // whatever its name: it was changed later
        touch("a.json", 10);
        write("c.csv", "not ours\n");
        QCOMPARE(read(tail), QStringLiteral("1 2"));
        append("a.json", lineOf(3));
        touch("a.json", 20);
        QCOMPARE(read(tail), QStringLiteral("3"));
    }

    void poll_fileCut_beginsAnew()
    {
        write("a.json", lineOf(1) + lineOf(2) + lineOf(3));
        LogTail tail = tailOf();
        (void)read(tail);
        write("a.json", lineOf(4)); // log_truncate_on_rotation
        QCOMPARE(read(tail), QStringLiteral("4"));
    }

    void poll_fileGone_goesOnWithTheNewest()
    {
        write("a.json", lineOf(1));
        LogTail tail = tailOf();
        (void)read(tail);
        std::filesystem::remove(m_folder->path() / "a.json");
        QCOMPARE(read(tail), QString());
        write("b.json", lineOf(2));
        QCOMPARE(read(tail), QStringLiteral("2"));
    }

    void poll_tooMuch_passesOverTheOlderPart()
    {
        write("a.json", "");
        LogTail tail(m_files.emplace(m_folder->path()), engine::LogFormat::Json, false,
                     {.bytesAPoll = 1'000, .bytesARead = 64});
        QVERIFY(tail.poll([](const LoggedStatement&) {}).ok());
        std::string log;
        for (int i = 0; i < 500; ++i) {
            log += lineOf(i);
        }
        append("a.json", log);
        int last = -1;
        int count = 0;
        const auto progress = tail.poll([&](const LoggedStatement& statement) {
            last = std::stoi(statement.text.substr(7));
            ++count;
        });
        QVERIFY(progress.ok());
        QCOMPARE(progress->bytes, std::uint64_t{1'000});
        QCOMPARE(progress->passedOver, static_cast<std::uint64_t>(log.size() - 1'000));
        QCOMPARE(last, 499);
        QVERIFY(count > 5 && count < 20);
    }

    void poll_noFolder_isAnError()
    {
        LogTail tail(m_files.emplace("/nonexistent/log"), engine::LogFormat::Json, false);
        const auto progress = tail.poll([](const LoggedStatement&) {});
        QVERIFY(!progress.ok());
        QVERIFY(!progress.error().hint.empty());
    }

    void init() { m_folder = std::make_unique<test::TempDir>(); }

private:
    LogTail tailOf()
    {
        return LogTail(m_files.emplace(m_folder->path()), engine::LogFormat::Json, false);
    }

    static QString read(LogTail& tail)
    {
        QStringList found;
        const auto progress = tail.poll([&](const LoggedStatement& statement) {
            found << QString::fromStdString(statement.text).mid(7);
        });
        return progress.ok() ? found.join(QLatin1Char(' ')) : QStringLiteral("failed");
    }

    void write(const char* name, const std::string& text) const
    {
        std::ofstream(m_folder->path() / name, std::ios::binary) << text;
    }
    void append(const char* name, const std::string& text) const
    {
        std::ofstream(m_folder->path() / name, std::ios::binary | std::ios::app) << text;
    }
    /// Changed so many seconds from now.
    void touch(const char* name, int seconds) const
    {
        std::filesystem::last_write_time(m_folder->path() / name,
                                         std::filesystem::file_time_type::clock::now() +
                                             std::chrono::seconds(seconds));
    }

    std::unique_ptr<test::TempDir> m_folder;
    std::optional<LocalLog> m_files;
};

QTEST_GUILESS_MAIN(TstLogTail)
#include "tst_log_tail.moc"
