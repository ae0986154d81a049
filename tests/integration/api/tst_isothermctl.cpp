// SPDX-License-Identifier: Apache-2.0
#include "shared/base/file.h"
#include "tests/harness/process.h"
#include "tests/harness/test_log.h"
#include "tests/unit/api/fake_agent_service.h"
#include "tests/unit/api/loopback_agent.h"

#include <QtCore/QRegularExpression>
#include <QtTest/QtTest>
#include <cstdlib>

using namespace isotherm;
using namespace isotherm::test;

namespace
{

QString text(const std::string& value)
{
    return QString::fromStdString(value);
}

/// What differs from run to run: the skew of the real clock against the fake agent's.
QString normalised(QString out)
{
    static const QRegularExpression skew(
        QStringLiteral("(clock skew +)[^\n]+|(\"clock_skew_seconds\": )[-0-9.e+]+"));
    out.replace(skew, QStringLiteral("\\1\\2X"));
    return out;
}

} // namespace

/// The real program, over real TLS, against the real server.
class TestIsothermctl : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void init();
    void output_golden_data();
    void output_golden();
    void profile_passphrase_fromFile();
    void profile_passphrase_wrongOrMissing();
    void profile_missing_endsWith4();
    void agent_gone_endsWith10();
    void role_tooLow_endsWith9();
    void certificate_revoked_endsWith9();
    void heat_colour_onlyWhenATerminal();
    void backup_run_isAuditedUnderTheClientsName();
    void change_approve_isAuditedWithThePlan();
    void change_decisions_needTheirRole();

private:
    ProcessResult run(const QStringList& arguments,
                      std::vector<std::pair<std::string, std::string>> environment = {})
    {
        ProcessOptions options;
        options.program = m_program;
        for (const QString& argument : arguments) {
            options.arguments.push_back(argument.toStdString());
        }
        options.environment = std::move(environment);
        options.environment.emplace_back("ISOTHERM_PROFILE", m_profile.string());
        options.environment.emplace_back("COLUMNS", "100");
        auto result = Process::run(options, std::chrono::seconds(60));
        if (!result.ok()) {
            qFatal("%s", result.error().text().c_str());
        }
        return std::move(result).value();
    }

    std::string m_program;
    std::unique_ptr<TestLog> m_log;
    std::unique_ptr<FakeAgentService> m_fake;
    std::unique_ptr<LoopbackAgent> m_agent;
    std::filesystem::path m_profile;
};

void TestIsothermctl::initTestCase()
{
    const char* binaries = std::getenv("ISOTHERM_BIN_DIR");
    QVERIFY2(binaries != nullptr, "set ISOTHERM_BIN_DIR to the folder of isothermctl");
    m_program = std::string(binaries) + "/isothermctl";
    m_log = std::make_unique<TestLog>();
    m_fake = std::make_unique<FakeAgentService>();
    m_agent = std::make_unique<LoopbackAgent>(*m_fake, *m_log);
    m_profile = m_agent->directory() / "ana.json";
    QVERIFY(client::saveProfile(m_agent->enroll("ana", Role::Admin), m_profile, "").ok());
}

void TestIsothermctl::cleanupTestCase()
{
    m_agent.reset();
    m_fake.reset();
    m_log.reset();
}

void TestIsothermctl::init()
{
    m_fake->edit([](FakeState& state) { state = sampleState(); });
    m_fake->changes().edit([](FakeChangeState& state) { state = sampleChanges(); });
}

void TestIsothermctl::output_golden_data()
{
    QTest::addColumn<QStringList>("arguments");
    const auto add = [](const char* name, const char* line) {
        QStringList arguments;
        for (const QString& word : QString::fromLatin1(line).split(QLatin1Char(' '))) {
            arguments << word;
        }
        QTest::newRow(name) << arguments;
    };
    add("status", "status");
    add("status-json", "status -o json");
    add("shards-list", "shards list");
    add("shards-list-csv", "shards list -o csv");
    add("shards-show", "shards show 2");
    add("shards-hot", "shards hot 2");
    add("shards-hot-json", "shards hot 2 --keys 1 --cuts 1 -o json");
    add("heat-show", "heat show --from 2026-03-01T11:59:00Z --to 2026-03-01T12:00:10Z");
    add("heat-show-csv",
        "heat show --from 2026-03-01T11:59:58Z --to 2026-03-01T12:00:02Z --shard 2 -o csv");
    add("heat-show-json",
        "heat show --from 2026-03-01T11:59:58Z --to 2026-03-01T12:00:02Z --shard 2 -o json");
    add("heat-top", "heat top --from 2026-03-01T11:59:00Z --to 2026-03-01T12:00:00Z --limit 2");
    add("backups-list", "backups list --limit 2");
    add("backups-list-jsonl", "backups list --shard 3 -o jsonl");
    add("schedule-show", "schedule show");
    add("restore-plan", "restore plan -k accounts --shard 2 --at 2026-03-01T13:00:00+01:00");
    add("restore-plan-json", "restore plan -k accounts --shard 2 -o json");
    add("jobs-list", "jobs list");
    add("jobs-list-json", "jobs list --active -o json");
    add("audit-list", "audit list");
    add("audit-verify", "audit verify");
    add("keyspace-list", "keyspace list");
    add("keyspace-plan", "keyspace plan accounts");
    add("keyspace-plan-json", "keyspace plan --table accounts --target-size 40MB -o json");
    add("change-list", "change list");
    add("change-list-jsonl", "change list --open -o jsonl");
    add("change-show", "change show 3");
    add("change-show-json", "change show 1 -o json");
    add("change-propose", "change propose --shard 1 --cut 400 --check");
    add("change-why", "change why");
    add("change-approve", "change approve 3 --yes");
    add("change-reject", "change reject 3 --reason later");
}

void TestIsothermctl::output_golden()
{
    QFETCH(QStringList, arguments);
    const ProcessResult result = run(arguments);
    QVERIFY2(result.exitCode == 0, result.standardError.c_str());
    const QString out = normalised(text(result.standardOutput));
    const QString file = QStringLiteral(QT_TESTCASE_SOURCEDIR "/golden/%1.txt")
                             .arg(QLatin1String(QTest::currentDataTag()));
    if (qEnvironmentVariableIsSet("ISOTHERM_UPDATE_GOLDEN")) {
        QVERIFY(writeFileDurably(file.toStdString(), out.toStdString()).ok());
    }
    const auto golden = readFile(file.toStdString());
    QVERIFY2(golden.ok(), "no golden file; run once with ISOTHERM_UPDATE_GOLDEN=1 and review it");
    QCOMPARE(out, text(golden.value()));
}

void TestIsothermctl::profile_passphrase_fromFile()
{
    const auto file = m_agent->directory() / "locked.json";
    const auto secret = m_agent->directory() / "secret";
    const client::Profile plain = client::loadProfile(m_profile, "").value();
    QVERIFY(client::saveProfile(plain, file, "open sesame").ok());
    QVERIFY(writeFileDurably(secret, "open sesame\n", FileMode::Private).ok());
    const QStringList base = {QStringLiteral("status"), QStringLiteral("--profile"),
                              text(file.string())};
    QCOMPARE(run(base + QStringList{QStringLiteral("--passphrase-file"), text(secret.string())})
                 .exitCode,
             0);
    QCOMPARE(run(base, {{"ISOTHERM_PASSPHRASE_FILE", secret.string()}}).exitCode, 0);
}

void TestIsothermctl::profile_passphrase_wrongOrMissing()
{
    const auto file = m_agent->directory() / "locked2.json";
    const auto secret = m_agent->directory() / "wrong";
    const client::Profile plain = client::loadProfile(m_profile, "").value();
    QVERIFY(client::saveProfile(plain, file, "open sesame").ok());
    QVERIFY(writeFileDurably(secret, "abracadabra\n", FileMode::Private).ok());
    const QStringList base = {QStringLiteral("status"), QStringLiteral("--profile"),
                              text(file.string())};
    const ProcessResult wrong =
        run(base + QStringList{QStringLiteral("--passphrase-file"), text(secret.string())});
    QCOMPARE(wrong.exitCode, 9);
    QVERIFY(text(wrong.standardError).contains(QStringLiteral("the passphrase is wrong")));
    const ProcessResult missing = run(base); // no terminal: nobody to ask
    QCOMPARE(missing.exitCode, 12);
    QVERIFY(text(missing.standardError).contains(QStringLiteral("--passphrase-file")));
}

void TestIsothermctl::profile_missing_endsWith4()
{
    const ProcessResult result = run(
        {QStringLiteral("status"), QStringLiteral("--profile"), QStringLiteral("/nonexistent")});
    QCOMPARE(result.exitCode, 4);
    QVERIFY(text(result.standardError).contains(QStringLiteral("\nhint: ")));
}

void TestIsothermctl::agent_gone_endsWith10()
{
    m_agent->stopServer();
    const ProcessResult result = run({QStringLiteral("status")});
    m_agent->startServer();
    QCOMPARE(result.exitCode, 10);
    QCOMPARE(text(result.standardError),
             QStringLiteral("isothermctl: cannot reach the agent at %1: nothing listens there\n"
                            "hint: start isotherm-agent on that host, or correct the address in "
                            "the profile\n")
                 .arg(text(m_agent->address())));
    QVERIFY(result.standardOutput.empty());
}

void TestIsothermctl::role_tooLow_endsWith9()
{
    const auto file = m_agent->directory() / "vera.json";
    QVERIFY(client::saveProfile(m_agent->enroll("vera", Role::Viewer), file, "").ok());
    const ProcessResult result = run({QStringLiteral("backups"), QStringLiteral("run"),
                                      QStringLiteral("--profile"), text(file.string())});
    QCOMPARE(result.exitCode, 9);
    QCOMPARE(text(result.standardError),
             QStringLiteral("isothermctl: backup.run needs the role operator; vera has viewer\n"
                            "hint: ask an administrator for the role, or for somebody who has "
                            "it\n"));
}

void TestIsothermctl::certificate_revoked_endsWith9()
{
    const auto file = m_agent->directory() / "rita.json";
    QVERIFY(client::saveProfile(m_agent->enroll("rita", Role::Viewer), file, "").ok());
    QVERIFY(m_agent->clients().revoke("rita", SystemClock().wallNow()).ok());
    const ProcessResult result =
        run({QStringLiteral("status"), QStringLiteral("--profile"), text(file.string())});
    QCOMPARE(result.exitCode, 9);
    QVERIFY(text(result.standardError).contains(QStringLiteral("was revoked at")));
}

void TestIsothermctl::heat_colour_onlyWhenATerminal()
{
    const QStringList arguments = {
        QStringLiteral("heat"),   QStringLiteral("show"),
        QStringLiteral("--from"), QStringLiteral("2026-03-01T11:59:00Z"),
        QStringLiteral("--to"),   QStringLiteral("2026-03-01T12:00:00Z")};
    QVERIFY(!text(run(arguments).standardOutput).contains(QLatin1Char('\x1b')));
    // script(1) of util-linux gives the program a terminal.
    const auto onTerminal = [&](const std::string& prefix) {
        const std::string command =
            prefix + m_program + " " + arguments.join(QLatin1Char(' ')).toStdString();
        const auto result = Process::run(
            {.program = "script",
             .arguments = {"-qec", command, "/dev/null"},
             .environment = {{"ISOTHERM_PROFILE", m_profile.string()}, {"TERM", "xterm-256color"}},
             .directory = {},
             .input = {},
             .runAs = {}},
            std::chrono::seconds(60));
        return result.ok() ? text(result->standardOutput) : text(result.error().text());
    };
    QVERIFY(onTerminal("").contains(QStringLiteral("\x1b[48;5;")));
    QVERIFY(!onTerminal("NO_COLOR=1 ").contains(QLatin1Char('\x1b')));
}

void TestIsothermctl::backup_run_isAuditedUnderTheClientsName()
{
    const ProcessResult result =
        run({QStringLiteral("backups"), QStringLiteral("run"), QStringLiteral("--shard"),
             QStringLiteral("3"), QStringLiteral("-o"), QStringLiteral("jsonl")});
    QCOMPARE(result.exitCode, 0);
    QCOMPARE(text(result.standardOutput),
             QStringLiteral("{\"schema\":\"isotherm/v1\",\"kind\":\"jobs\",\"id\":4}\n"));
    const AuditEntry last = m_agent->auditEntries().back();
    QCOMPARE(text(last.who), QStringLiteral("ana"));
    QCOMPARE(text(last.action), QStringLiteral("backup.run"));
    QCOMPARE(text(last.outcome), QStringLiteral("ok: job 4"));
}

void TestIsothermctl::change_approve_isAuditedWithThePlan()
{
    const ProcessResult done =
        run({QStringLiteral("change"), QStringLiteral("approve"), QStringLiteral("3"),
             QStringLiteral("--plan"), QStringLiteral("0123456789abcdef0123456789abcdef"),
             QStringLiteral("--reason"), QStringLiteral("quiet now")});
    QVERIFY2(done.exitCode == 0, done.standardError.c_str());
    QCOMPARE(m_fake->changes().lastCaller().name, std::string("ana"));
    QCOMPARE(m_fake->changes().lastCaller().role, Role::Admin);
    const AuditEntry last = m_agent->auditEntries().back();
    QCOMPARE(text(last.who), QStringLiteral("ana"));
    QCOMPARE(text(last.action), QStringLiteral("change.approve"));
    QCOMPARE(text(last.target),
             QStringLiteral("change 3 plan 0123456789abcdef0123456789abcdef: quiet now"));
    QCOMPARE(text(last.outcome), QStringLiteral("ok: change 3 running, job 9"));

    const ProcessResult again =
        run({QStringLiteral("change"), QStringLiteral("approve"), QStringLiteral("3"),
             QStringLiteral("--plan"), QStringLiteral("0123456789abcdef0123456789abcdef")});
    QCOMPARE(again.exitCode, 5); // decided already
}

void TestIsothermctl::change_decisions_needTheirRole()
{
    const auto viewer = m_agent->directory() / "viewer.json";
    QVERIFY(client::saveProfile(m_agent->enroll("vic", Role::Viewer), viewer, "").ok());
    const QStringList as = {QStringLiteral("--profile"), text(viewer.string())};
    QCOMPARE(run(QStringList{QStringLiteral("change"), QStringLiteral("list")} + as).exitCode, 0);
    QCOMPARE(
        run(QStringList{QStringLiteral("change"), QStringLiteral("propose"),
                        QStringLiteral("--shard"), QStringLiteral("1"), QStringLiteral("--check")} +
            as)
            .exitCode,
        0); // a dry run changes nothing
    QCOMPARE(run(QStringList{QStringLiteral("change"), QStringLiteral("propose"),
                             QStringLiteral("--shard"), QStringLiteral("1")} +
                 as)
                 .exitCode,
             9);
    QCOMPARE(run(QStringList{QStringLiteral("change"), QStringLiteral("approve"),
                             QStringLiteral("3"), QStringLiteral("--yes")} +
                 as)
                 .exitCode,
             9);
}

QTEST_GUILESS_MAIN(TestIsothermctl)
#include "tst_isothermctl.moc"
