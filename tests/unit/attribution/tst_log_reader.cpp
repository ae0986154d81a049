// SPDX-License-Identifier: Apache-2.0
#include "agent/attribution/log_reader.h"

#include <QtTest/QtTest>
#include <random>

using namespace isotherm;
using namespace isotherm::attribution;
using engine::LogFormat;

namespace
{

std::vector<LoggedStatement> readAll(LogReader& reader, std::string_view log, std::size_t chunk)
{
    std::vector<LoggedStatement> statements;
    for (std::size_t at = 0; at < log.size(); at += chunk) {
        reader.feed(log.substr(at, chunk),
                    [&](LoggedStatement statement) { statements.push_back(std::move(statement)); });
    }
    return statements;
}

std::string csvOf(const std::string& message, const std::string& detail)
{
    return "2026-11-26 13:00:00.000 "
           "UTC,\"ana\",\"shop\",77,\"[local]\",6566.4d,3,\"SELECT\",2026-11-26 "
           "12:00:00 UTC,3/12,0,LOG,00000,\"" +
           message + "\",\"" + detail + "\",,,,,,,,\"pgbench\",\"client backend\",,0\n";
}

} // namespace

class TstLogReader : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void feed_jsonInAnyChunks_givesTheStatements()
    {
        const std::string log =
            "{\"timestamp\":\"x\",\"dbname\":\"shop\",\"error_severity\":\"LOG\",\"message\":"
            "\"duration: 0.031 ms  statement: select 1\\nfrom t where a = 'x\\\"y'\"}\n"
            "{\"dbname\":\"shop\",\"error_severity\":\"LOG\",\"message\":\"duration: 0.1 ms  parse "
            "P0: "
            "select $1\"}\n"
            "{\"dbname\":\"shop\",\"error_severity\":\"LOG\",\"message\":\"duration: 0.1 ms  bind "
            "P0: "
            "select $1\",\"detail\":\"parameters: $1 = '5'\"}\n"
            "{\"dbname\":\"shop\",\"error_severity\":\"LOG\",\"message\":\"duration: 0.1 ms  "
            "execute "
            "P0: select $1, $2\",\"detail\":\"parameters: $1 = 'it''s', $2 = NULL\"}\n"
            "{\"dbname\":\"shop\",\"error_severity\":\"ERROR\",\"message\":\"duration: 0.1 ms  "
            "statement: no\"}\n"
            "{\"dbname\":\"shop\",\"error_severity\":\"LOG\",\"message\":\"checkpoint "
            "starting\"}\n";
        for (const std::size_t chunk : {1U, 7U, 100U, 10'000U}) {
            LogReader reader(LogFormat::Json, false);
            const auto statements = readAll(reader, log, chunk);
            QCOMPARE(statements.size(), std::size_t{2});
            QCOMPARE(statements[0].text, std::string("select 1\nfrom t where a = 'x\"y'"));
            QCOMPARE(statements[0].database, std::string("shop"));
            QCOMPARE(statements[1].text, std::string("select $1, $2"));
            QCOMPARE(statements[1].parameters.size(), std::size_t{2});
            QCOMPARE(*statements[1].parameters[0], std::string("it's"));
            QVERIFY(!statements[1].parameters[1]);
            QCOMPARE(reader.counts().records, std::uint64_t{6});
            QCOMPARE(reader.counts().malformed, std::uint64_t{0});
        }
    }

    void feed_csvWithQuotesAndNewlines_givesTheStatements()
    {
        const std::string log =
            csvOf("duration: 0.5 ms  statement: select \"\"a\"\", ','\nfrom t", "") +
            csvOf("duration: 0.5 ms  execute <unnamed>: select $1",
                  "parameters: $1 = 'x, $2 = ''y'''") +
            csvOf("duration: 12.5 ms", "");
        for (const std::size_t chunk : {1U, 13U, 10'000U}) {
            LogReader reader(LogFormat::Csv, false);
            const auto statements = readAll(reader, log, chunk);
            QCOMPARE(statements.size(), std::size_t{2});
            QCOMPARE(statements[0].text, std::string("select \"a\", ','\nfrom t"));
            QCOMPARE(statements[0].database, std::string("shop"));
            QCOMPARE(*statements[1].parameters.at(0), std::string("x, $2 = 'y'"));
            QCOMPARE(reader.counts().records, std::uint64_t{3});
        }
    }

    void feed_brokenRecords_areCountedAndLeft()
    {
        LogReader json(LogFormat::Json, false);
        const std::string good = "{\"error_severity\":\"LOG\",\"message\":\"duration: 1 ms  "
                                 "statement: select 1\"}\n";
        const auto statements =
            readAll(json, "rest of a record\"}\n[1,2]\n{\"message\":17}\n\xff\xfe\n" + good, 5);
        QCOMPARE(statements.size(), std::size_t{1});
        QCOMPARE(json.counts().malformed, std::uint64_t{3});
        LogReader csv(LogFormat::Csv, false);
        const auto rows = readAll(csv, "a,b,c\n" + csvOf("duration: 1 ms  statement: x", ""), 9);
        QCOMPARE(rows.size(), std::size_t{1});
        QCOMPARE(csv.counts().malformed, std::uint64_t{1});
    }

    void feed_endlessRecord_isDroppedAndReadingGoesOn()
    {
        LogReader reader(LogFormat::Json, false);
        const std::string junk(3U << 20U, 'x');
        (void)readAll(reader, junk, 1U << 16U);
        const auto statements =
            readAll(reader,
                    "\n{\"error_severity\":\"LOG\",\"message\":\"duration: 1 ms  statement: select "
                    "1\"}\n",
                    100);
        QCOMPARE(statements.size(), std::size_t{1});
        QVERIFY(reader.counts().malformed >= 1);
    }

    void restart_midRecord_forgetsIt()
    {
        LogReader reader(LogFormat::Csv, false);
        (void)readAll(reader, "2026,\"half of a", 100);
        reader.restart();
        QCOMPARE(readAll(reader, csvOf("duration: 1 ms  statement: x", ""), 50).size(),
                 std::size_t{1});
    }

    void statementOf_table_data()
    {
        QTest::addColumn<QString>("message");
        QTest::addColumn<bool>("everything");
        QTest::addColumn<QString>("statement");
        const auto row = [](const char* name, const char* message, bool everything,
                            const char* statement) {
            QTest::addRow("%s", name)
                << QString::fromLatin1(message) << everything << QString::fromLatin1(statement);
        };
        row("simple", "duration: 1.2 ms  statement: select 1", false, "select 1");
        row("prepared", "duration: 1 ms  execute P_0: select $1", false, "select $1");
        row("portal", "duration: 1 ms  execute P/c: select a: b", false, "select a: b");
        row("fetch", "duration: 1 ms  execute fetch from S/c: select 1", false, "");
        row("parse", "duration: 1 ms  parse P: select 1", false, "");
        row("duration only", "duration: 1.2 ms", false, "");
        row("logged all, not wanted", "statement: select 1", false, "");
        row("logged all", "statement: select 1", true, "select 1");
        row("logged all, prepared", "execute S: select $1", true, "select $1");
        row("no colon", "duration: 1 ms  execute P", false, "");
        row("far away", "duration: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ms  statement: s",
            false, "");
        row("empty", "", true, "");
    }
    void statementOf_table()
    {
        QFETCH(QString, message);
        QFETCH(bool, everything);
        QFETCH(QString, statement);
        QCOMPARE(QString::fromStdString(
                     statementOf(message.toStdString(), everything).value_or(std::string())),
                 statement);
    }

    void parametersOf_bad_isNone()
    {
        for (const char* detail :
             {"", "parameters: $2 = '1'", "parameters: $1 = 1", "parameters: $1 = 'open",
              "parameters: $1", "prepare: PREPARE x"}) {
            const auto values = parametersOf(detail);
            QVERIFY2(!values || values->empty(), detail);
        }
        QCOMPARE(parametersOf("Parameters: $1 = '7'")->size(), std::size_t{1});
    }

    void feed_randomBytes_neverCrashes()
    {
        const std::uint32_t seed = std::random_device{}();
        qInfo() << "seed" << seed;
        std::mt19937 random(seed);
        const std::string letters = "\"{}[],:\n\\'$=LOGmessage duration ms  statement0123\xff";
        for (const LogFormat format : {LogFormat::Json, LogFormat::Csv}) {
            for (int round = 0; round < 200; ++round) {
                LogReader reader(format, round % 2 == 0);
                std::string log =
                    csvOf("duration: 1 ms  statement: select 1", "parameters: $1 = '1'");
                for (int i = 0; i < 60; ++i) {
                    log[random() % log.size()] = letters[random() % letters.size()];
                }
                (void)readAll(reader, log, 1 + random() % 50);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TstLogReader)
#include "tst_log_reader.moc"
