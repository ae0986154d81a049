// SPDX-License-Identifier: Apache-2.0
// What people ask of a running change, and what comes in between while it runs: it waits, goes on,
// or is taken back, and nothing is lost.
#include "tests/integration/reshard/reshard_fixture.h"

#include <algorithm>
#include <atomic>

using namespace isotherm;
using namespace isotherm::test;
using namespace std::chrono_literals;

class TestReshardSteering : public QObject, private ReshardFixture
{
    Q_OBJECT

private:
    /// The old partition of [0, 1000) after the switch.
    std::string oldPart()
    {
        return value("select relname::text from pg_class where relname like"
                     " 'accounts\\_p1\\_old\\_%' and relkind = 'r'");
    }

    /// It is where it was for as long as it might have gone on.
    void verifyStays(JobId job, const std::string& phase)
    {
        QTest::qWait(1'500);
        const auto record = m_world->jobs().job(job);
        ISO_VERIFY_OK(record);
        QVERIFY2(record->phase.rfind(phase, 0) == 0, record->phase.c_str());
        QCOMPARE(shards().size(), 2U);
    }

private Q_SLOTS:
    void initTestCase() { startServer(); }
    void init() { beginEmpty(); }
    void cleanup() { end(); }

    void cancel_beforeTheSwitch_leavesNothing()
    {
        begin(kAccounts);
        auto old = session();
        ISO_VERIFY_OK(old->exec("begin isolation level repeatable read; select 1"));
        const auto job = m_world->submit(half());
        ISO_VERIFY_OK(job);
        ISO_VERIFY_OK(m_world->waitForPhase(*job, "wait to switch"));
        ISO_VERIFY_OK(m_world->jobs().cancel(*job));
        const auto done = m_world->wait(*job);
        ISO_VERIFY_OK(done);
        QCOMPARE(done->state, JobState::Cancelled);
        verifyNothingLeft();
        QCOMPARE(shards()[0].rangeText, std::string("[0, 1000)"));
    }

    void rollBack_inTheGracePeriod_losesNothing()
    {
        begin(kAccounts);
        const ShardId before = shards()[0].id;
        WriterCrew crew(
            {.conninfo = m_cluster->conninfo(), .writers = 3, .readers = 1, .highKey = 2'000});
        const auto job = m_world->submit(half());
        ISO_VERIFY_OK(job);
        ISO_VERIFY_OK(m_world->waitForPhase(*job, "grace"));
        QTest::qWait(1'000); // what is written now is on the new side only
        ISO_VERIFY_OK(m_world->jobs().cancel(*job));
        const auto done = m_world->wait(*job);
        ISO_VERIFY_OK(done);
        QVERIFY2(done->state == JobState::Cancelled, done->error.c_str());
        verifyCrew(crew);
        verifyNothingLeft();
        QCOMPARE(shards()[0].rangeText, std::string("[0, 1000)"));
        QCOMPARE(shards()[0].id, before); // it is the same shard again
        QCOMPARE(value("select count(*) from pg_class where relname = 'accounts_p1' and"
                       " relispartition"),
                 std::string("1"));
    }

    void rollBack_foreignKeyToTheTable_isValidAgain()
    {
        begin(std::string(kAccounts) +
              "create table notes (c int8, i int8, constraint of_account foreign key (c, i)"
              " references accounts); insert into notes select customer_id, id from accounts");
        const auto job = m_world->submit(half());
        ISO_VERIFY_OK(job);
        ISO_VERIFY_OK(m_world->waitForPhase(*job, "grace"));
        ISO_VERIFY_OK(m_world->jobs().cancel(*job));
        ISO_VERIFY_OK(m_world->wait(*job));
        QCOMPARE(value("select convalidated from pg_constraint where conname = 'of_account' and"
                       " conparentid = 0"),
                 std::string("t"));
    }

    void pause_keepsFollowingButDoesNotSwitch()
    {
        begin(kAccounts);
        const auto job = m_world->submit(half());
        ISO_VERIFY_OK(job);
        ISO_VERIFY_OK(m_world->control().pause(*job));
        ISO_VERIFY_OK(m_world->waitForPhase(*job, "copy"));
        QTest::qWait(700);
        QVERIFY(m_world->jobs().job(*job)->phase != "grace");
        ISO_VERIFY_OK(m_world->control().resume(*job));
        verifyEnds(*job);
    }

    void pause_outlivesARestartOfTheAgent_data()
    {
        QTest::addColumn<QString>("phase");
        QTest::newRow("while it copies") << QStringLiteral("copy rows");
        QTest::newRow("while it follows") << QStringLiteral("wait to switch");
    }

    void pause_outlivesARestartOfTheAgent()
    {
        QFETCH(const QString, phase);
        begin(kAccounts);
        const bool copies = phase == QStringLiteral("copy rows");
        auto old = session();
        ISO_VERIFY_OK(
            old->exec(copies ? "select 1" : "begin isolation level repeatable read; select 1"));
        const auto job = m_world->submit(half());
        ISO_VERIFY_OK(job);
        if (copies) { // before it is over
            ISO_VERIFY_OK(m_world->control().pause(*job));
        }
        ISO_VERIFY_OK(m_world->waitForPhase(*job, phase.toStdString()));
        ISO_VERIFY_OK(m_world->control().pause(*job));
        open();
        ISO_VERIFY_OK(m_world->waitForPhase(*job, copies ? "copy rows" : "catch up"));
        ISO_VERIFY_OK(old->exec(copies ? "select 1" : "commit"));
        exec("update accounts set amount = -5 where customer_id = 1");
        verifyStays(*job, copies ? "copy rows" : "catch up");
        ISO_VERIFY_OK(m_world->control().resume(*job));
        open(); // what was resumed is not paused by what was asked before
        verifyEnds(*job);
        QCOMPARE(value("select count(*) from accounts where amount = -5"), std::string("2"));
    }

    /// A vacuum, say, is on an old partition when its bounds are to be looked at: it is named, and
    /// the way back is only later.
    void rollBack_whileSomebodyHoldsAnOldPartition_namesThemAndWaits()
    {
        begin(kAccounts);
        const auto job = m_world->submit(half());
        ISO_VERIFY_OK(job);
        ISO_VERIFY_OK(m_world->waitForPhase(*job, "grace"));
        const std::string old = oldPart();
        exec("alter table " + old + " drop constraint isotherm_" +
             old.substr(old.find("_old_") + 5));
        auto holder = session();
        ISO_VERIFY_OK(holder->exec("begin; lock table " + old + " in share update exclusive mode"));
        ISO_VERIFY_OK(m_world->jobs().cancel(*job));
        const std::string who = "process " + std::to_string(holder->backendPid());
        QVERIFY(QTest::qWaitFor(
            [&] { return m_world->jobs().job(*job)->phase.find(who) != std::string::npos; },
            30'000));
        ISO_VERIFY_OK(holder->exec("commit"));
        const auto done = m_world->wait(*job);
        ISO_VERIFY_OK(done);
        QVERIFY2(done->state == JobState::Cancelled && done->error.empty(), done->error.c_str());
        verifyNothingLeft();
        QCOMPARE(value("select count(*) from accounts"), std::string("4000"));
    }

    /// The position of the switch is written with the rows, or whoever comes after a crash would
    /// wait for ever for what had come by.
    void switchPosition_sessionDiesWhenItIsWritten_isWrittenByTheNext()
    {
        begin(kAccounts);
        const auto job = m_world->submit(half());
        ISO_VERIFY_OK(job);
        ISO_VERIFY_OK(m_world->control().pause(*job));
        ISO_VERIFY_OK(m_world->waitForPhase(*job, "copy rows"));
        exec("create sequence dying;"
             "create function die() returns trigger language plpgsql as $$ begin"
             "  if nextval('public.dying') = 1 then perform pg_terminate_backend(pg_backend_pid());"
             "  end if; return new; end $$;"
             "create trigger die before update of switched_at on isotherm_reshard.change"
             "  for each row execute function die();"
             "alter table isotherm_reshard.change enable always trigger die");
        ISO_VERIFY_OK(m_world->control().resume(*job));
        const auto phase = m_world->waitForPhase(*job, "grace");
        ISO_VERIFY_OK(phase);
        QVERIFY2(phase->phase == "grace", (phase->phase + phase->error).c_str());
        QVERIFY(value("select last_value >= 2 from dying") == "t"); // it did die
        QCOMPARE(value("select switched_at <> '0/0' from isotherm_reshard.change"),
                 std::string("t"));
        exec("drop trigger die on isotherm_reshard.change");
        verifyEnds(*job);
    }

    /// Statements that each keep within the time limit must not add up beyond the cap.
    void hardCap_isOfAllStatementsTogether()
    {
        begin(kAccounts);
        exec("create function dawdle() returns event_trigger language plpgsql as"
             " $$ begin perform pg_sleep(0.1); end $$");
        const auto job =
            m_world->submit(m_world->split(shards()[0], {125, 250, 375, 500, 625, 750, 875}));
        ISO_VERIFY_OK(job);
        ISO_VERIFY_OK(m_world->control().pause(*job));
        ISO_VERIFY_OK(m_world->waitForPhase(*job, "copy rows"));
        exec("create event trigger dawdle on ddl_command_end when tag in ('ALTER TABLE')"
             " execute function dawdle()");
        ISO_VERIFY_OK(m_world->control().resume(*job));
        ISO_VERIFY_OK(m_world->waitForPhase(*job, "wait to switch: the hard cap was reached"));
        QTest::qWait(3'000); // some more attempts
        exec("drop event trigger dawdle");
        std::int64_t least = std::numeric_limits<std::int64_t>::max();
        for (const TestLog::Line& line : m_log->lines()) {
            for (const LogField& field : line.fields) {
                if (line.event == "reshard.held_off" && field.name == "held_us") {
                    least = std::min(least, std::get<std::int64_t>(field.value));
                }
            }
        }
        // All 26 of them would take 2.6 s.
        QVERIFY2(least < 1'500'000, std::to_string(least).c_str());
        verifyEnds(*job);
    }

    /// Capture comes to the switch later than we do: the old side follows meanwhile.
    void history_captureIsBehind_isWaitedForWhileTheOldSideFollows()
    {
        std::atomic<bool> behind = true;
        m_world.reset();
        auto world = ReshardWorld::open(
            {m_cluster->conninfo(), m_folder->path(),
             [&behind](const reshard::SwitchedShards&) -> Result<std::string> {
                 return behind ? Result<std::string>(makeError(Code::Unavailable, "not there yet"))
                               : Result<std::string>(std::string("backups go on"));
             }},
            *m_log);
        ISO_VERIFY_OK(world);
        m_world = std::move(*world);
        begin(kAccounts);
        const auto job = m_world->submit(half());
        ISO_VERIFY_OK(job);
        ISO_VERIFY_OK(m_world->waitForPhase(*job, "switch: not there yet"));
        exec("update accounts set amount = 77 where customer_id = 7");
        const std::string followed =
            "select count(*) from " + oldPart() + " where customer_id = 7 and amount = 77";
        QVERIFY(QTest::qWaitFor([&] { return value(followed) == "2"; }, 30'000));
        QCOMPARE(m_world->jobs().job(*job)->phase, std::string("switch: not there yet"));
        behind = false;
        ISO_VERIFY_OK(m_world->waitForPhase(*job, "grace"));
        ISO_VERIFY_OK(m_world->control().finish(*job));
        const auto done = m_world->wait(*job);
        ISO_VERIFY_OK(done);
        QVERIFY2(done->result.find("backups go on") != std::string::npos, done->result.c_str());
    }
};

QTEST_GUILESS_MAIN(TestReshardSteering)
#include "tst_reshard_steering.moc"
