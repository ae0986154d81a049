// SPDX-License-Identifier: Apache-2.0
// kill -9 of agent and server at every step of a split, under writers: no row lost or doubled, and
// nothing left over.
#include "tests/harness/process.h"
#include "tests/integration/reshard/reshard_fixture.h"

#include <cstdlib>
#include <random>

using namespace isotherm;
using namespace isotherm::test;
using namespace std::chrono_literals;

namespace
{

constexpr const char* kOrdinary =
    "create table accounts (customer_id int8 not null, id int8 not null, amount int8, note text,"
    " big text, serial_no serial, primary key (customer_id, id));"
    "create index on accounts (note);"
    "insert into accounts select i % 2000, -i, i, 'quiet', null from generate_series(1, 30000) i;"
    "create table lines (customer_id int8, id int8, n int, primary key (customer_id, id, n),"
    " constraint of_account foreign key (customer_id, id) references accounts on delete cascade);"
    "insert into lines select customer_id, id, 1 from accounts where id > -2000";

/// What a test wants of a change, and how it must end.
struct Story
{
    std::vector<std::string> words; ///< of the one that is killed
    std::vector<std::string> then;  ///< of the one that takes it up
    std::string ends = "ended done";
    std::string parts = "3"; ///< of accounts afterwards; 0: it is an ordinary table
};

} // namespace

class TestReshardKill : public QObject, private ReshardFixture
{
    Q_OBJECT

private:
    std::unique_ptr<Process> victim(const std::vector<std::string>& words)
    {
        ProcessOptions options;
        options.program = ISOTHERM_RESHARD_VICTIM;
        options.arguments = {m_cluster->conninfo(), m_folder->path().string()};
        options.arguments.insert(options.arguments.end(), words.begin(), words.end());
        auto process = Process::start(options);
        return process.ok() ? std::move(*process) : nullptr;
    }

    /// The job ends, says how, and everything is as it must be.
    void verifyEnd(const ProcessResult& result, WriterCrew* crew, const Story& story = {})
    {
        const std::string& text = result.standardOutput;
        const std::size_t at = text.find("ended ");
        QVERIFY2(at != std::string::npos, (text + result.standardError).c_str());
        const std::string ended = text.substr(at, text.size() - at - 1);
        qInfo("%s", ended.c_str());
        QVERIFY2(ended.find(story.ends) == 0, ended.c_str());
        if (crew != nullptr) {
            const CrewReport report = crew->finish();
            QVERIFY2(report.errors.empty(), report.errors.empty() ? "" : report.errors[0].c_str());
        }
        verifyNothingLeft();
        QCOMPARE(value("select count(*) from accounts where id < 0"),
                 std::string("30000"));
        QCOMPARE(value("select count(*) from pg_inherits where inhparent ="
                                  " 'accounts'::regclass"),
                 story.parts);
        const bool done = story.ends == "ended done";
        const bool interrupted = ended.find("was interrupted and") != std::string::npos;
        QVERIFY2(interrupted || !done, ended.c_str());
    }

    /// The agent is killed `later` after `phase` began, under writers; the next one ends the story.
    void killAgent(const std::string& phase, int later, const Story& story)
    {
        WriterCrew crew({.conninfo = m_cluster->conninfo(),
                         .writers = 2,
                         .readers = 1,
                         .highKey = 2'000,
                         .statementsPerSecond = 400});
        {
            const auto first = victim(story.words);
            QVERIFY(first);
            QVERIFY2(first->waitForOutput("phase " + phase, 60s), first->standardOutput().c_str());
            QTest::qSleep(later);
            if (first->standardOutput().find("ended") != std::string::npos) {
                QSKIP("it was faster than the kill");
            }
            first->killNow();
        }
        const auto second = victim(story.then);
        QVERIFY(second);
        const auto result = second->wait(120s);
        ISO_VERIFY_OK(result);
        if (result->standardOutput.find("was interrupted") == std::string::npos &&
            result->standardOutput.find("ended done") != std::string::npos) {
            QSKIP("it had ended");
        }
        verifyEnd(*result, &crew, story);
    }

    /// The server is killed then; the agent goes on when it is back.
    void killServer(const std::string& phase, int later, const Story& story)
    {
        const auto process = victim(story.words);
        QVERIFY(process);
        QVERIFY2(process->waitForOutput("phase " + phase, 60s), process->standardOutput().c_str());
        QTest::qSleep(later);
        ISO_VERIFY_OK(m_cluster->restart(demo::StopMode::Immediate));
        const auto result = process->wait(120s);
        ISO_VERIFY_OK(result);
        if (result->standardOutput.find("was interrupted") == std::string::npos &&
            result->standardOutput.find("ended done") != std::string::npos) {
            QSKIP("it had ended");
        }
        verifyEnd(*result, nullptr, story);
    }

    /// The tables are ordinary ones.
    void makeOrdinary()
    {
        ISO_VERIFY_OK(m_cluster->exec("drop table accounts cascade"));
        ISO_VERIFY_OK(m_cluster->exec(kOrdinary));
        m_folder = std::make_unique<TempDir>("isoreshard"); // nothing is managed yet
    }

private Q_SLOTS:
    void initTestCase() { startServer(); }
    void init()
    {
        beginEmpty();
        begin(accountsSql(30'000));
        m_world.reset(); // the victim is the agent
    }
    void cleanup() { end(); }

    void agentKilled_atEveryPhase_losesNothing_data()
    {
        QTest::addColumn<QString>("phase");
        QTest::addColumn<int>("later");
        std::random_device seed;
        const char* const wish = std::getenv("ISOTHERM_RESHARD_ROUNDS");
        const int rounds = wish == nullptr ? 1 : std::max(1, std::atoi(wish));
        for (const char* phase : {"prepare", "copy rows", "build indexes", "catch up", "verify"}) {
            for (int round = 0; round < rounds; ++round) {
                const int later = static_cast<int>(seed() % 70);
                QTest::addRow("%s + %d ms, %d", phase, later, round)
                    << QString::fromLatin1(phase) << later;
            }
        }
        QTest::addRow("grace") << QStringLiteral("grace") << 0;
        QTest::addRow("clean up + 20 ms") << QStringLiteral("clean up") << 20;
    }

    void agentKilled_atEveryPhase_losesNothing()
    {
        QFETCH(const QString, phase);
        QFETCH(const int, later);
        killAgent(phase.toStdString(), later, {{"500"}, {}});
    }

    void serverKilled_atEveryPhase_losesNothing_data()
    {
        QTest::addColumn<QString>("phase");
        for (const char* phase : {"prepare", "copy rows", "build indexes", "catch up", "verify"}) {
            QTest::newRow(phase) << QString::fromLatin1(phase);
        }
    }

    void serverKilled_atEveryPhase_losesNothing()
    {
        QFETCH(const QString, phase);
        killServer(phase.toStdString(), 0, {{"500"}, {}});
    }

    void killed_atTheSwitch_isOnOneSideOfIt_data()
    {
        QTest::addColumn<int>("later");
        QTest::addColumn<bool>("server");
        for (const int later : {0, 3, 6, 10, 15, 25}) {
            QTest::addRow("agent, %d ms", later) << later << false;
        }
        for (const int later : {0, 5, 12}) {
            QTest::addRow("server, %d ms", later) << later << true;
        }
    }

    void killed_atTheSwitch_isOnOneSideOfIt()
    {
        QFETCH(const int, later);
        QFETCH(const bool, server);
        const Story story{{"500", "stay"}, {}};
        if (server) {
            killServer("switch", later, {{"500"}, {}});
        } else {
            killAgent("switch", later, story);
        }
    }

    void killed_inGrace_goesOnFollowingBackwards_data()
    {
        QTest::addColumn<int>("later");
        QTest::newRow("at once") << 0;
        QTest::newRow("later") << 700;
    }

    /// Taken back after the kill: what was written in the grace period, before and after it, is
    /// there.
    void killed_inGrace_goesOnFollowingBackwards()
    {
        QFETCH(const int, later);
        killAgent("grace", later, {{"500", "stay"}, {"rollback"}, "ended cancelled", "2"});
    }

    void killed_inRollBack_isRolledBack_data()
    {
        QTest::addColumn<int>("later");
        QTest::addColumn<bool>("server");
        for (const int later : {0, 5, 15, 40}) {
            QTest::addRow("agent, %d ms", later) << later << false;
        }
        QTest::newRow("server, 5 ms") << 5 << true;
    }

    void killed_inRollBack_isRolledBack()
    {
        QFETCH(const int, later);
        QFETCH(const bool, server);
        const Story story{{"500", "rollback"}, {}, "ended cancelled", "2"};
        if (server) {
            killServer("roll back", later, story);
        } else {
            killAgent("roll back", later, story);
        }
    }

    void adoptionKilled_atEveryPhase_losesNothing_data()
    {
        QTest::addColumn<QString>("phase");
        QTest::addColumn<int>("later");
        QTest::addColumn<bool>("server");
        std::random_device seed;
        for (const char* phase : {"prepare", "copy rows", "build indexes", "verify", "switch"}) {
            const int later = static_cast<int>(seed() % 30);
            QTest::addRow("agent, %s + %d ms", phase, later)
                << QString::fromLatin1(phase) << later << false;
        }
        QTest::newRow("server, build indexes") << QStringLiteral("build indexes") << 0 << true;
        QTest::newRow("server, switch") << QStringLiteral("switch") << 5 << true;
    }

    void adoptionKilled_atEveryPhase_losesNothing()
    {
        QFETCH(const QString, phase);
        QFETCH(const int, later);
        QFETCH(const bool, server);
        makeOrdinary();
        const Story story{{"adopt", "500", "1000"}, {}};
        if (server) {
            killServer(phase.toStdString(), later, story);
        } else {
            killAgent(phase.toStdString(), later, story);
        }
        QCOMPARE(value("select count(*) from lines"), std::string("1999"));
        QVERIFY(!m_cluster->exec("insert into lines values (1, 12345, 1)").ok());
    }

    void adoptionKilled_inRollBack_isTheOrdinaryTableAgain()
    {
        makeOrdinary();
        killAgent("roll back", 8, {{"adopt", "500", "rollback"}, {}, "ended cancelled", "0"});
        QCOMPARE(value("select relkind::text from pg_class where relname = 'accounts'"),
                 std::string("r"));
        QVERIFY(!m_cluster->exec("insert into lines values (1, 12345, 1)").ok());
    }
};

QTEST_GUILESS_MAIN(TestReshardKill)
#include "tst_reshard_kill.moc"
