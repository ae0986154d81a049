// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/command_line.h"
#include "tests/unit/api/fake_agent_service.h"

#include <QtTest/QtTest>
#include <sstream>

using namespace isotherm;
using namespace isotherm::ctl;
using namespace isotherm::test;

namespace
{

struct Ran
{
    int exit = -1;
    QString out;
    QString err;
};

RecoveryPlan copyPlan()
{
    RecoveryPlan plan;
    plan.id = "cafe";
    plan.title = "copy 2 rows back into orders";
    plan.confirmName = "orders";
    plan.steps = {{ShardId(1), "shop.orders_1", 1, 1, 0, 0, {"BEGIN", "INSERT …", "COMMIT"}}};
    return plan;
}

DiffPage twoRows()
{
    DiffPage page;
    page.tables = {{"shop.orders", {"k", "total", "note"}, {"k"}}};
    page.rows = {
        {1, 0, ShardId(3), RowDifference::Changed, {"7", "1.00", "same"}, {"7", "2.00", "same"}},
        {2, 0, ShardId(3), RowDifference::Missing, {"8", std::nullopt, "gone"}, {}}};
    page.next = 2;
    return page;
}

} // namespace

/// `isothermctl restore diff`, `copy-back` and their like, against a fake agent.
class TestRecoveryCommands : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_agent = std::make_unique<FakeAgentService>(); }
    void diffRows_forPeople_showWhatChanged();
    void diffRows_forPrograms_haveEveryValue();
    void diff_unknownKind_endsWith2();
    void copyBack_asksForTheName();
    void copyBack_request_isWhatWasTyped();
    void copyBack_conflict_endsWith5();
    void plan_ofAnotherMode_endsWith2();
    void planOnly_doesNothing();
    void showSql_printsEveryStatement();
    void restorePlan_namesCutTransactions();

private:
    Ran run(const std::vector<std::string>& arguments)
    {
        const CommandLine parsed = parseCommandLine(arguments);
        if (!parsed.invocation) {
            return {static_cast<int>(parsed.exitCode), QString::fromStdString(parsed.out),
                    QString::fromStdString(parsed.err)};
        }
        std::ostringstream out;
        std::ostringstream err;
        std::istringstream in;
        Terminal terminal{.out = out, .err = err, .in = in};
        const SystemClock clock;
        Session session{.agent = *m_agent,
                        .terminal = terminal,
                        .clock = clock,
                        .format = parsed.invocation->format,
                        .assumeYes = parsed.invocation->assumeYes,
                        .noInput = parsed.invocation->noInput,
                        .confirm = parsed.invocation->confirm,
                        .pause = [](std::chrono::milliseconds) {}};
        const ExitCode exit = parsed.invocation->run(session);
        return {static_cast<int>(exit), QString::fromStdString(out.str()),
                QString::fromStdString(err.str())};
    }

    FakeRecovery& recovery() { return m_agent->recovery(); }

    std::unique_ptr<FakeAgentService> m_agent;
};

void TestRecoveryCommands::diffRows_forPeople_showWhatChanged()
{
    recovery().edit([](auto& state) { state.pages[17] = twoRows(); });
    const Ran ran = run({"restore", "diff", "--job", "17", "--rows", "--kind", "changed", "--kind",
                         "missing", "--of", "shop.orders", "--limit", "2"});
    QCOMPARE(ran.exit, 0);
    QVERIFY2(ran.out.contains(QStringLiteral("total: 1.00 → 2.00")), qPrintable(ran.out));
    QVERIFY(!ran.out.contains(QStringLiteral("note: same")));
    QVERIFY(ran.out.contains(QStringLiteral("total: null; note: gone")));
    QVERIFY(ran.err.contains(QStringLiteral("--after 2")));
    const DiffQuery query = recovery().state().queries.front();
    QCOMPARE(query.kinds.size(), 2U);
    QCOMPARE(query.table, std::string("shop.orders"));
    QCOMPARE(query.limit, 2U);
}

void TestRecoveryCommands::diffRows_forPrograms_haveEveryValue()
{
    recovery().edit([](auto& state) { state.pages[17] = twoRows(); });
    const Ran ran = run({"restore", "diff", "--job", "17", "--rows", "-o", "csv"});
    QCOMPARE(ran.exit, 0);
    QCOMPARE(ran.out.count(QLatin1Char('\n')), 7); // a heading, and three values of two rows
    QVERIFY2(
        ran.out.contains(QStringLiteral("1,3,shop.orders,changed,total,false,true,1.00,true,2.00")),
        qPrintable(ran.out));
}

void TestRecoveryCommands::diff_unknownKind_endsWith2()
{
    QCOMPARE(run({"restore", "diff", "--job", "17", "--rows", "--kind", "vanished"}).exit, 2);
}

void TestRecoveryCommands::copyBack_asksForTheName()
{
    recovery().edit([](auto& state) { state.nextPlan = copyPlan(); });
    const Ran noTerminal = run({"restore", "copy-back", "--job", "17", "--yes"});
    QCOMPARE(noTerminal.exit, 12);
    QVERIFY(noTerminal.err.contains(QStringLiteral("--confirm orders")));
    QCOMPARE(run({"restore", "copy-back", "--job", "17", "--confirm", "other"}).exit, 1);
    QVERIFY(recovery().state().callers.empty());
    const Ran ran = run({"restore", "copy-back", "--job", "17", "--confirm", "orders", "--detach"});
    QCOMPARE(ran.exit, 0);
    QCOMPARE(recovery().state().callers.size(), 1U);
}

void TestRecoveryCommands::copyBack_request_isWhatWasTyped()
{
    recovery().edit([](auto& state) { state.nextPlan = copyPlan(); });
    QCOMPARE(run({"restore", "copy-back", "--job", "17", "--row", "4", "--row", "9",
                  "--on-conflict", "skip", "--triggers", "fire", "--plan-only"})
                 .exit,
             0);
    const RecoveryRequest request = recovery().state().planned.front();
    QVERIFY(request.mode == RecoveryMode::CopyBack);
    QVERIFY(request.job == JobId(17));
    QVERIFY(request.choice == RowChoice::Picked);
    QVERIFY(request.picked == (std::vector<std::uint64_t>{4, 9}));
    QVERIFY(request.conflicts == ConflictRule::Skip);
    QVERIFY(request.triggers == TriggerRule::Fire);
    QCOMPARE(run({"restore", "copy-back", "--job", "17", "--on-conflict", "win"}).exit, 2);
}

void TestRecoveryCommands::copyBack_conflict_endsWith5()
{
    recovery().edit([](auto& state) { state.nextPlan = copyPlan(); });
    m_agent->edit([](FakeState& state) {
        JobRecord job;
        job.id = JobId(900);
        job.kind = JobKind::Restore;
        job.state = JobState::Failed;
        job.error = "3 rows of shop.orders_1 " + std::string(kConflictWords) + "; nothing";
        state.jobs.push_back(job);
    });
    QCOMPARE(run({"restore", "copy-back", "--job", "17", "--confirm", "orders"}).exit, 5);
}

void TestRecoveryCommands::plan_ofAnotherMode_endsWith2()
{
    recovery().edit([](auto& state) {
        state.plans["cafe"] = copyPlan();
        state.plans["cafe"].request.mode = RecoveryMode::Replace;
    });
    QCOMPARE(run({"restore", "copy-back", "--plan", "cafe", "--confirm", "orders"}).exit, 2);
    QCOMPARE(run({"restore", "copy-back", "--plan", "none", "--confirm", "orders"}).exit, 4);
}

void TestRecoveryCommands::planOnly_doesNothing()
{
    recovery().edit([](auto& state) { state.nextPlan = copyPlan(); });
    const Ran ran = run({"restore", "copy-back", "--job", "17", "--plan-only", "-o", "json"});
    QCOMPARE(ran.exit, 0);
    QVERIFY(ran.out.contains(QStringLiteral("\"id\": \"cafe\"")));
    QVERIFY(recovery().state().callers.empty());
}

void TestRecoveryCommands::showSql_printsEveryStatement()
{
    recovery().edit([](auto& state) { state.plans["cafe"] = copyPlan(); });
    const Ran ran = run({"restore", "show-sql", "cafe"});
    QCOMPARE(ran.exit, 0);
    QVERIFY2(ran.out.contains(QStringLiteral("BEGIN;\nINSERT …;\nCOMMIT;\n")), qPrintable(ran.out));
}

void TestRecoveryCommands::restorePlan_namesCutTransactions()
{
    recovery().edit([](auto& state) {
        TransactionSummary transaction;
        transaction.id = 812;
        transaction.shards = {ShardId(1), ShardId(2)};
        state.cuts = {1, 0, {{transaction, true, {ShardId(2)}}}};
    });
    const Ran ran = run({"restore", "plan", "-k", "accounts", "--shard", "1"});
    QCOMPARE(ran.exit, 0);
    QVERIFY2(ran.out.contains(QStringLiteral("812")) &&
                 ran.out.contains(QStringLiteral("undone here, stays there")),
             qPrintable(ran.out));
}

QTEST_APPLESS_MAIN(TestRecoveryCommands)
#include "tst_recovery_commands.moc"
