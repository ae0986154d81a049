// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/command_line.h"
#include "tests/unit/api/fake_agent_service.h"

#include <QtCore/QProcess>
#include <QtTest/QtTest>
#include <sstream>

using namespace isotherm;
using namespace isotherm::ctl;
using namespace isotherm::test;

namespace
{

QString text(const std::string& value)
{
    return QString::fromStdString(value);
}

/// The fake agent's clock, so that relative times and skew are the same in every run.
class FixedClock final : public Clock
{
public:
    [[nodiscard]] WallTime wallNow() const override
    {
        return fromUnixMicros(1'772'366'400'000'000);
    }
    [[nodiscard]] Instant now() const override { return Instant(std::chrono::seconds(1)); }
};

struct Ran
{
    int exit = -1;
    QString out;
    QString err;
};

/// One command line, run against a fake agent, with what a person would type as input.
class Shell
{
public:
    FakeAgentService agent;
    bool canAsk = false;
    std::function<void()> onPause = [] {};

    Ran run(const QString& line, const std::string& input = {})
    {
        std::vector<std::string> arguments;
        for (const QString& word : line.split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
            arguments.push_back(
                QString(word).replace(QLatin1Char('_'), QLatin1Char(' ')).toStdString());
        }
        const CommandLine parsed = parseCommandLine(arguments);
        if (!parsed.invocation) {
            return {static_cast<int>(parsed.exitCode), text(parsed.out), text(parsed.err)};
        }
        std::ostringstream out;
        std::ostringstream err;
        std::istringstream in(input);
        Terminal terminal{.out = out, .err = err, .in = in, .canAsk = canAsk};
        const FixedClock clock;
        Session session{.agent = agent,
                        .terminal = terminal,
                        .clock = clock,
                        .format = parsed.invocation->format,
                        .assumeYes = parsed.invocation->assumeYes,
                        .noInput = parsed.invocation->noInput,
                        .confirm = parsed.invocation->confirm,
                        .pause = [this](std::chrono::milliseconds) { onPause(); }};
        const ExitCode exit = parsed.invocation->run(session);
        return {static_cast<int>(exit), text(out.str()), text(err.str())};
    }

    /// Ends everything that runs at the next look.
    void finishOnPause()
    {
        onPause = [this] {
            for (const JobRecord& job : agent.state().jobs) {
                agent.finishJob(job.id);
            }
        };
    }
};

} // namespace

class TestCommands : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void change_approve_asksAndFollows();
    void change_approve_oneVoiceOfTwo_endsWith6();
    void change_propose_mergesSeveralShards();
    void usage_errors_endWith2_data();
    void usage_errors_endWith2();
    void help_and_version_endWith0();
    void globals_mayStandAnywhere();
    void time_withoutOffset_endsWith2AndCandidates();
    void shards_unknown_endsWith4();
    void error_text_hasNameAndHint();
    void restore_withoutTerminal_endsWith12AndDoesNothing();
    void restore_answerNo_doesNothing();
    void restore_answerYes_printsTheReceipt();
    void restore_yes_asJson_hasOnlyDataOnStdout();
    void restore_confirmName_isEnough();
    void restore_planId_runsWhatWasReviewed();
    void restore_planIdAndRequest_endsWith2();
    void restore_nothingThere_endsWith7();
    void restore_unverified_endsWith8();
    void restore_detached_namesTheJob();
    void adopt_nameTyped_orNot();
    void jobs_waitSomeFailed_endsWith3();
    void jobs_waitAllFailed_endsWith1();
    void jobs_watch_showsEveryChange();
    void jobs_agentAwayForAMoment_isWaitedFor();
    void audit_broken_endsWith8();
    void change_steps_reachTheAgent();
    void keyspace_adoptDivide_showsAsksAndNamesTheJob();
    void completion_bash_completes_data();
    void completion_bash_completes();
};

void TestCommands::usage_errors_endWith2_data()
{
    QTest::addColumn<QString>("line");
    for (const char* line :
         {"", "nonsense", "shards", "shards nonsense", "shards show", "shards show x",
          "status --nonsense", "status -o xml", "jobs wait", "jobs cancel", "keyspace adopt x",
          "completion", "completion tcsh", "heat show --metric speed", "backups verify --level top",
          "restore plan", "heat show --from yesterday", "keyspace adopt x -t y --rpo soon"}) {
        QTest::newRow(line) << QString::fromLatin1(line);
    }
}

void TestCommands::usage_errors_endWith2()
{
    QFETCH(QString, line);
    Shell shell;
    const Ran ran = shell.run(line);
    QCOMPARE(ran.exit, 2);
    QVERIFY(ran.out.isEmpty());
    QVERIFY2(ran.err.startsWith(QStringLiteral("isothermctl: ")), qPrintable(ran.err));
    QVERIFY(ran.err.contains(QStringLiteral("\nhint: ")));
}

void TestCommands::help_and_version_endWith0()
{
    Shell shell;
    const Ran help = shell.run(QStringLiteral("--help"));
    QCOMPARE(help.exit, 0);
    QVERIFY(help.out.contains(QStringLiteral("restore")));
    QVERIFY(help.err.isEmpty());
    QCOMPARE(shell.run(QStringLiteral("restore run --help")).exit, 0);
    QVERIFY(shell.run(QStringLiteral("--version")).out.startsWith(QStringLiteral("isothermctl ")));
}

void TestCommands::globals_mayStandAnywhere()
{
    Shell shell;
    const QString before = shell.run(QStringLiteral("-o csv shards list")).out;
    QVERIFY(before.startsWith(QStringLiteral("id,keyspace,")));
    QCOMPARE(shell.run(QStringLiteral("shards list -o csv")).out, before);
    QCOMPARE(shell.run(QStringLiteral("shards -o csv list")).out, before);
}

void TestCommands::time_withoutOffset_endsWith2AndCandidates()
{
    Shell shell;
    for (const char* line :
         {"restore plan -k accounts --at 2026-03-01T12:00:00", "heat show --from 2026-03-01T12:00",
          "backups list --to 2026-03-01T12:00:00"}) {
        const Ran ran = shell.run(QString::fromLatin1(line));
        QCOMPARE(ran.exit, 2);
        QVERIFY(ran.err.contains(QStringLiteral("has no zone offset")));
        QVERIFY(ran.err.contains(QStringLiteral("hint: say which instant: 2026-03-01T12:00:00Z")));
    }
    QCOMPARE(
        shell.run(QStringLiteral("restore plan -k accounts --at 2026-03-01T13:00:00+01:00")).exit,
        0);
    QVERIFY(shell.agent.state().plans.back().request.at == fromUnixMicros(1'772'366'400'000'000));
}

void TestCommands::shards_unknown_endsWith4()
{
    Shell shell;
    const Ran ran = shell.run(QStringLiteral("shards show 99"));
    QCOMPARE(ran.exit, 4);
    QCOMPARE(ran.err,
             QStringLiteral("isothermctl: no shard 99\nhint: list them: isothermctl shards "
                            "list\n"));
}

void TestCommands::error_text_hasNameAndHint()
{
    Shell shell;
    shell.agent.edit([](FakeState& state) {
        state.failWith = makeError(Code::ResourceExhausted, "the disk is full", "free space");
    });
    const Ran ran = shell.run(QStringLiteral("backups run"));
    QCOMPARE(ran.exit, 11);
    QCOMPARE(ran.err, QStringLiteral("isothermctl: the disk is full\nhint: free space\n"));
    QVERIFY(ran.out.isEmpty());
}

void TestCommands::restore_withoutTerminal_endsWith12AndDoesNothing()
{
    Shell shell;
    const std::size_t before = shell.agent.state().jobs.size();
    const Ran ran = shell.run(QStringLiteral("restore run -k accounts"), "y\n");
    QCOMPARE(ran.exit, 12);
    QVERIFY(ran.err.contains(QStringLiteral("hint: add --yes")));
    QVERIFY(ran.out.isEmpty());
    QCOMPARE(shell.agent.state().jobs.size(), before);
    shell.canAsk = true;
    QCOMPARE(shell.run(QStringLiteral("restore run -k accounts --no-input"), "y\n").exit, 12);
}

void TestCommands::restore_answerNo_doesNothing()
{
    Shell shell;
    shell.canAsk = true;
    const std::size_t before = shell.agent.state().jobs.size();
    for (const char* answer : {"n\n", "\n", "", "yup\n"}) {
        QCOMPARE(shell.run(QStringLiteral("restore run -k accounts"), answer).exit, 1);
    }
    QCOMPARE(shell.agent.state().jobs.size(), before);
}

void TestCommands::restore_answerYes_printsTheReceipt()
{
    Shell shell;
    shell.canAsk = true;
    shell.finishOnPause();
    const Ran ran =
        shell.run(QStringLiteral("restore run -k accounts --shard 2 --where aid_<_5"), "y\n");
    QCOMPARE(ran.exit, 0);
    QVERIFY(ran.err.contains(QStringLiteral("rows where        aid < 5\n")));
    QVERIFY(ran.err.contains(QStringLiteral("restore into side tables now? [y/N]")));
    QVERIFY(ran.err.contains(QStringLiteral("job 4 · copy rows")));
    QVERIFY(ran.out.startsWith(QStringLiteral("job       4\nplan      plan-1\n")));
    QVERIFY(
        ran.out.contains(QStringLiteral("public.accounts  isotherm_restore.accounts  125,000")));
}

void TestCommands::restore_yes_asJson_hasOnlyDataOnStdout()
{
    Shell shell;
    shell.finishOnPause();
    const Ran ran = shell.run(QStringLiteral("restore run -k accounts --yes -o json"));
    QCOMPARE(ran.exit, 0);
    QVERIFY(ran.out.startsWith(QStringLiteral("{\n  \"schema\": \"isotherm/v1\",\n  \"kind\": "
                                              "\"restore_receipt\",")));
    QVERIFY(ran.out.contains(QStringLiteral("\"verified\": true")));
}

void TestCommands::restore_confirmName_isEnough()
{
    Shell shell;
    shell.finishOnPause();
    QCOMPARE(shell.run(QStringLiteral("restore run -k accounts --confirm other")).exit, 12);
    QCOMPARE(shell.run(QStringLiteral("restore run -k accounts --confirm accounts")).exit, 0);
}

void TestCommands::restore_planId_runsWhatWasReviewed()
{
    Shell shell;
    shell.finishOnPause();
    const Ran plan = shell.run(QStringLiteral("restore plan -k accounts -t accounts"));
    QCOMPARE(plan.exit, 0);
    QVERIFY(plan.err.contains(QStringLiteral("isothermctl restore run --plan plan-1")));
    QCOMPARE(shell.run(QStringLiteral("restore run --plan plan-1 --yes")).exit, 0);
    QCOMPARE(shell.agent.state().plans.size(), std::size_t{1});
    QCOMPARE(shell.run(QStringLiteral("restore run --plan plan-9 --yes")).exit, 4);
}

void TestCommands::restore_planIdAndRequest_endsWith2()
{
    Shell shell;
    QCOMPARE(shell.run(QStringLiteral("restore run --plan plan-1 -k accounts --yes")).exit, 2);
}

void TestCommands::restore_nothingThere_endsWith7()
{
    Shell shell;
    QCOMPARE(shell.run(QStringLiteral("restore plan -k accounts --at -2h")).exit, 7);
    QCOMPARE(shell.run(QStringLiteral("restore run -k accounts --at -2h --yes")).exit, 7);
}

void TestCommands::restore_unverified_endsWith8()
{
    Shell shell;
    shell.onPause = [&] {
        shell.agent.edit([](FakeState& state) {
            state.jobs.back().state = JobState::Done;
            state.receipts.back().verified = false;
        });
    };
    QCOMPARE(shell.run(QStringLiteral("restore run -k accounts --yes")).exit, 8);
}

void TestCommands::restore_detached_namesTheJob()
{
    Shell shell;
    const Ran ran = shell.run(QStringLiteral("restore run -k accounts --yes --detach -o jsonl"));
    QCOMPARE(ran.exit, 0);
    QCOMPARE(ran.out, QStringLiteral("{\"schema\":\"isotherm/v1\",\"kind\":\"jobs\",\"id\":4}\n"));
}

void TestCommands::adopt_nameTyped_orNot()
{
    Shell shell;
    const QString line =
        QStringLiteral("keyspace adopt orders -t orders -t order_lines --key customer --rpo 5m");
    QCOMPARE(shell.run(line + QStringLiteral(" --yes")).exit, 12); // --yes is not enough
    QCOMPARE(shell.run(line + QStringLiteral(" --confirm order")).exit, 1);
    shell.canAsk = true;
    QCOMPARE(shell.run(line, "order\n").exit, 1);
    QCOMPARE(shell.agent.state().keyspaces.size(), std::size_t{1});
    const Ran ran = shell.run(line, "orders\n");
    QCOMPARE(ran.exit, 0);
    QVERIFY(ran.out.contains(QStringLiteral("orders, order lines")));
    QCOMPARE(shell.run(line, "orders\n").exit, 5);
}

void TestCommands::jobs_waitSomeFailed_endsWith3()
{
    Shell shell;
    const Ran ran = shell.run(QStringLiteral("jobs wait 1 2"));
    QCOMPARE(ran.exit, 3);
    QVERIFY(ran.err.contains(QStringLiteral("job 2 (back up accounts [min, 1000)) is failed: the "
                                            "disk is full; hint: ")));
}

void TestCommands::jobs_waitAllFailed_endsWith1()
{
    Shell shell;
    QCOMPARE(shell.run(QStringLiteral("jobs wait 2")).exit, 1);
    QCOMPARE(shell.run(QStringLiteral("jobs wait 1")).exit, 0);
    QCOMPARE(shell.run(QStringLiteral("jobs wait 77")).exit, 4);
}

void TestCommands::jobs_watch_showsEveryChange()
{
    Shell shell;
    int looks = 0;
    shell.onPause = [&] {
        ++looks;
        shell.agent.edit(
            [&](FakeState& state) { state.jobs[2].bytesDone += looks % 2 == 0 ? 1'000'000 : 0; });
        if (looks == 6) {
            shell.agent.finishJob(JobId(3));
        }
    };
    const Ran ran = shell.run(QStringLiteral("jobs watch -o jsonl"));
    QCOMPARE(ran.exit, 0);
    QCOMPARE(ran.out.count(QLatin1Char('\n')), 4); // first, two steps, and the end (with the third)
    QVERIFY(ran.out.contains(QStringLiteral("\"state\":\"done\"")));
}

void TestCommands::jobs_agentAwayForAMoment_isWaitedFor()
{
    Shell shell;
    shell.agent.edit([](FakeState& state) {
        state.failWith = makeError(Code::Unavailable, "cannot reach the agent");
    });
    shell.onPause = [&] { shell.agent.edit([](FakeState& state) { state.failWith.reset(); }); };
    const Ran ran = shell.run(QStringLiteral("jobs wait 1"));
    QCOMPARE(ran.exit, 0);
    QVERIFY(ran.err.contains(QStringLiteral("waiting for it to come back")));
}

void TestCommands::audit_broken_endsWith8()
{
    Shell shell;
    QCOMPARE(shell.run(QStringLiteral("audit verify")).exit, 0);
    shell.agent.edit([](FakeState& state) {
        state.verification = {.intact = false, .entries = 9, .firstBad = 5};
    });
    const Ran ran = shell.run(QStringLiteral("audit verify"));
    QCOMPARE(ran.exit, 8);
    QVERIFY(ran.err.contains(QStringLiteral("broken from entry 5 on")));
}

void TestCommands::completion_bash_completes_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("expected");
    QTest::newRow("commands") << QStringLiteral("isothermctl st") << QStringLiteral("status");
    QTest::newRow("subcommands") << QStringLiteral("isothermctl restore ")
                                 << QStringLiteral("plan run diff copy-back replace elsewhere "
                                                   "drop-side undo show-sql list");
    QTest::newRow("after an option")
        << QStringLiteral("isothermctl -o json backups v") << QStringLiteral("verify");
    QTest::newRow("options") << QStringLiteral("isothermctl restore run --pl")
                             << QStringLiteral("--plan");
    QTest::newRow("globals") << QStringLiteral("isothermctl status --pass")
                             << QStringLiteral("--passphrase-file");
}

void TestCommands::completion_bash_completes()
{
    QFETCH(QString, typed);
    QFETCH(QString, expected);
    Shell shell;
    const Ran script = shell.run(QStringLiteral("completion bash"));
    QCOMPARE(script.exit, 0);
    QStringList words = typed.split(QLatin1Char(' '));
    QString program = script.out + QStringLiteral("COMP_WORDS=(");
    for (const QString& word : words) {
        program += QStringLiteral("'%1' ").arg(word);
    }
    program += QStringLiteral(")\nCOMP_CWORD=%1\n_isothermctl\necho \"${COMPREPLY[*]}\"\n")
                   .arg(words.size() - 1);
    QProcess bash;
    bash.start(QStringLiteral("bash"), {QStringLiteral("-c"), program});
    QVERIFY(bash.waitForFinished());
    QCOMPARE(QString::fromUtf8(bash.readAllStandardOutput()).trimmed(), expected);
    QVERIFY(bash.readAllStandardError().isEmpty());
    for (const char* other : {"zsh", "fish"}) {
        QVERIFY(shell.run(QStringLiteral("completion %1").arg(QLatin1String(other)))
                    .out.contains(QStringLiteral("verify")));
    }
}

void TestCommands::change_approve_asksAndFollows()
{
    Shell shell;
    const Ran blind = shell.run(QStringLiteral("change approve 3"));
    QCOMPARE(blind.exit, 12); // nobody to ask
    QVERIFY(blind.err.contains(QStringLiteral("over its limit in 11 of the last 12 samples")));
    shell.onPause = [&shell] {
        shell.agent.changes().edit([](FakeChangeState& state) {
            state.changes.back().state = ChangeState::Done;
            state.changes.back().stateReason = "the parts serve";
        });
    };
    const Ran done = shell.run(QStringLiteral("change approve 3 --yes --wait"));
    QCOMPARE(done.exit, 0);
    QVERIFY(done.err.contains(QStringLiteral("change 3: running")));
    QVERIFY(done.out.contains(QStringLiteral("done: the parts serve")));

    shell.agent.changes().edit([](FakeChangeState& state) { state = sampleChanges(); });
    shell.onPause = [&shell] {
        shell.agent.changes().edit(
            [](FakeChangeState& state) { state.changes.back().state = ChangeState::Failed; });
    };
    QCOMPARE(shell.run(QStringLiteral("change approve 3 --yes --wait")).exit, 1);
}

void TestCommands::change_approve_oneVoiceOfTwo_endsWith6()
{
    Shell shell;
    shell.agent.changes().edit(
        [](FakeChangeState& state) { state.changes.back().approvalsNeeded = 2; });
    const Ran first = shell.run(QStringLiteral("change approve 3 --yes"));
    QCOMPARE(first.exit, 6);
    QVERIFY(first.err.contains(QStringLiteral("second person")));
}

void TestCommands::change_steps_reachTheAgent()
{
    Shell shell;
    for (const char* step : {"pause", "resume", "finish", "rollback"}) {
        const Ran told = shell.run(QStringLiteral("change %1 1").arg(QLatin1String(step)));
        QCOMPARE(told.exit, 0);
        QVERIFY2(told.out.contains(QStringLiteral("change 1 job 0")), qPrintable(told.out));
    }
    QCOMPARE(shell.agent.changes().lastSteering().step, ChangeStep::RollBack);
    QVERIFY(shell.run(QStringLiteral("change pause --job 9"))
                .out.contains(QStringLiteral("change 0 job 9")));
    QCOMPARE(shell.run(QStringLiteral("change pause 1 --job 9")).exit, 2);
}

void TestCommands::keyspace_adoptDivide_showsAsksAndNamesTheJob()
{
    Shell shell;
    const QString adopt = QStringLiteral("keyspace adopt shop -t public.orders --divide");
    const Ran looked = shell.run(adopt + QStringLiteral(" --cut 2000 --check"));
    QCOMPARE(looked.exit, 0);
    QVERIFY2(looked.out.contains(QStringLiteral("[2000, max)")), qPrintable(looked.out));
    QCOMPARE(shell.agent.changes().adoptions(), 0);
    QCOMPARE(shell.run(adopt).exit, 12); // nobody to ask
    const Ran begun = shell.run(adopt + QStringLiteral(" --confirm shop"));
    QCOMPARE(begun.exit, 0);
    QVERIFY2(begun.out.contains(QStringLiteral("11")), qPrintable(begun.out));
    QCOMPARE(shell.agent.changes().adoptions(), 1);
    QCOMPARE(shell.run(adopt + QStringLiteral(" --key a --key b")).exit, 2);
}

void TestCommands::change_propose_mergesSeveralShards()
{
    Shell shell;
    const Ran merge =
        shell.run(QStringLiteral("change propose --shard 1 --shard 2 --reason quiet"));
    QCOMPARE(merge.exit, 0);
    QVERIFY(merge.out.contains(QStringLiteral("merge")));
    QCOMPARE(shell.run(QStringLiteral("change propose --shard 77")).exit, 4);
    QCOMPARE(shell.run(QStringLiteral("change propose")).exit, 2);
    QCOMPARE(shell.run(QStringLiteral("change reject 3")).exit, 2); // no reason
    QCOMPARE(shell.run(QStringLiteral("keyspace plan accounts --target-size 10")).exit, 2);
}

QTEST_GUILESS_MAIN(TestCommands)
#include "tst_commands.moc"
