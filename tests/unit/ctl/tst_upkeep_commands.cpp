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

/// The fake agent's clock.
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
    std::string out;
    std::string err;

    [[nodiscard]] bool says(const std::string& what) const
    {
        return (out + err).find(what) != std::string::npos;
    }
};

Ran run(FakeAgentService& agent, std::vector<std::string> arguments)
{
    const CommandLine parsed = parseCommandLine(std::move(arguments));
    if (!parsed.invocation) {
        return {static_cast<int>(parsed.exitCode), parsed.out, parsed.err};
    }
    std::ostringstream out;
    std::ostringstream err;
    std::istringstream in;
    Terminal terminal{.out = out, .err = err, .in = in};
    const FixedClock clock;
    Session session{.agent = agent,
                    .terminal = terminal,
                    .clock = clock,
                    .format = parsed.invocation->format,
                    .confirm = "",
                    .pause = [](std::chrono::milliseconds) {}};
    const ExitCode exit = parsed.invocation->run(session);
    return {static_cast<int>(exit), out.str(), err.str()};
}

} // namespace

class TestUpkeepCommands : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void schedule_rotation_asksForTheTimeAhead()
    {
        FakeAgentService agent;
        ScheduleEntry entry;
        entry.shard = ShardId(3);
        entry.keyspace = "orders";
        entry.kind = BackupKind::Synthetic;
        entry.reason = "its quietest";
        agent.fakeUpkeep.ahead = {entry};
        const Ran ahead = run(agent, {"schedule", "show", "--rotation", "--fulls", "-k", "orders"});
        QCOMPARE(ahead.exit, 0);
        QVERIFY2(ahead.says("synthetic") && ahead.says("its quietest"), ahead.out.c_str());
        QVERIFY(!agent.fakeUpkeep.lastQuery.until && agent.fakeUpkeep.lastQuery.fullsOnly);
        QCOMPARE(agent.fakeUpkeep.lastQuery.keyspace, std::string("orders"));
        QCOMPARE(run(agent, {"schedule", "show", "--until", "2026-03-02T12:00:00Z"}).exit, 0);
        QCOMPARE(agent.fakeUpkeep.lastQuery.until,
                 std::optional(fromUnixMicros(1'772'452'800'000'000)));
        QCOMPARE(run(agent, {"schedule", "show", "--until", "2026-03-02 12:00:00"}).exit, 2);
        const Ran next = run(agent, {"schedule", "show", "--fulls"}); // each shard's next, as before
        QVERIFY2(!next.says("its quietest"), next.out.c_str());
    }

    void prune_dryRun_saysWhatWouldGoAndChangesNothing()
    {
        FakeAgentService agent;
        PruneEntry going;
        going.backup.id = "7-old";
        going.keep = false;
        going.reason = "older than every rule asks for";
        PruneEntry staying;
        staying.backup.id = "7-new";
        staying.reason = "the newest backup";
        agent.fakeUpkeep.plan = {{going, staying}, 1, 1, ByteCount(2'000'000)};
        const Ran dry = run(agent, {"backups", "prune", "--dry-run"});
        QCOMPARE(dry.exit, 0);
        QVERIFY2(dry.says("remove") && dry.says("7-old") && dry.says("the newest backup"),
                 dry.out.c_str());
        QVERIFY2(dry.says("1 of 2 backups would be removed"), dry.err.c_str());
        QVERIFY(agent.fakeUpkeep.lastCaller.empty());
        QCOMPARE(run(agent, {"backups", "prune", "-k", "nowhere", "--dry-run"}).exit, 4);
        const Ran real = run(agent, {"backups", "prune"});
        QCOMPARE(real.exit, 0);
        QVERIFY2(real.says("71"), real.out.c_str());
    }

    void drill_run_namesItsJobs()
    {
        FakeAgentService agent;
        const Ran ran = run(agent, {"drill", "run", "--shard", "3", "--shard", "4"});
        QCOMPARE(ran.exit, 0);
        QVERIFY2(ran.says("jobs wait 72 73"), ran.err.c_str());
        QCOMPARE(agent.fakeUpkeep.lastDrill.shards.size(), std::size_t(2));
    }

    void drill_list_aFailureStandsOut()
    {
        FakeAgentService agent;
        DrillReceipt receipt;
        receipt.job = JobId(5);
        receipt.shard = ShardId(3);
        receipt.level = VerifyLevel::Compared;
        receipt.outcome = "public.t: 5 rows restored, 4 in the database";
        agent.fakeUpkeep.receipts = {receipt};
        const Ran ran = run(agent, {"drill", "list"});
        QVERIFY2(ran.says("NO") && ran.says("4 in the database"), ran.out.c_str());
    }

    void check_rpo_data()
    {
        QTest::addColumn<int>("ageMinutes"); // of the first shard's backup; -1: none
        QTest::addColumn<int>("objectiveMinutes");
        QTest::addColumn<int>("code");
        QTest::newRow("within") << 30 << 60 << 0;
        QTest::newRow("close") << 55 << 60 << 1;
        QTest::newRow("beyond") << 61 << 60 << 2;
        QTest::newRow("no backup") << -1 << 60 << 2;
        QTest::newRow("no objective anywhere") << 30 << 0 << 3;
    }

    void check_rpo()
    {
        QFETCH(int, ageMinutes);
        QFETCH(int, objectiveMinutes);
        QFETCH(int, code);
        FakeAgentService agent;
        agent.edit([&](FakeState& state) {
            for (ShardRecord& shard : state.shards) {
                shard.lastBackup = state.now - std::chrono::minutes(1);
                shard.rpoObjective.reset();
                if (objectiveMinutes > 0) {
                    shard.rpoObjective = std::chrono::minutes(objectiveMinutes);
                }
            }
            state.shards.front().lastBackup.reset();
            if (ageMinutes >= 0) {
                state.shards.front().lastBackup =
                    state.now - std::chrono::minutes(ageMinutes);
            }
        });
        const Ran ran = run(agent, {"check", "rpo"});
        QVERIFY2(ran.exit == code, ran.out.c_str());
        static const std::vector<std::string> kNames = {"RPO OK: ", "RPO WARNING: ",
                                                        "RPO CRITICAL: ", "RPO UNKNOWN: "};
        QVERIFY2(ran.out.starts_with(kNames[static_cast<std::size_t>(code)]), ran.out.c_str());
        QCOMPARE(std::count(ran.out.begin(), ran.out.end(), '\n'), 1);
    }

    void check_rpo_ownLimits_countWhereThereIsNoObjective()
    {
        FakeAgentService agent;
        agent.edit([](FakeState& state) {
            for (ShardRecord& shard : state.shards) {
                shard.lastBackup = state.now - std::chrono::minutes(30);
                shard.rpoObjective.reset();
            }
        });
        QCOMPARE(run(agent, {"check", "rpo", "--critical", "1h"}).exit, 0);
        QCOMPARE(run(agent, {"check", "rpo", "--warning", "20m", "--critical", "1h"}).exit, 1);
        QCOMPARE(run(agent, {"check", "rpo", "--critical", "20m"}).exit, 2);
        QCOMPARE(run(agent, {"check", "rpo", "--critical", "soon"}).exit, 3);
    }
};

QTEST_GUILESS_MAIN(TestUpkeepCommands)
#include "tst_upkeep_commands.moc"
