// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/agent/agent_world.h"
#include "tests/integration/agent/shop.h"

#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtTest/QtTest>
#include <algorithm>
#include <cmath>
#include <csignal>
#include <set>

using namespace isotherm;
using namespace isotherm::test;
using std::chrono::seconds;

namespace
{

/// Rows that are in one query's answer and not in the other's, either way.
std::string differences(AgentWorld& world, const std::string& a, const std::string& b)
{
    return world.database().value("select count(*) from ((" + a + " except all " + b +
                                  ") union all (" + b + " except all " + a + ")) d");
}

std::string sideTableFor(const RestoreReceipt& receipt, const std::string& source)
{
    for (const RestoredTable& table : receipt.tables) {
        if (table.source == source) {
            return table.sideTable;
        }
    }
    return {};
}

} // namespace

/// The life of one agent, told in order: each slot goes on where the one before it ended.
class TestAgentStory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void start_everyShardIsBackedUpByItself();
    void role_hasNoMoreRightsThanItNeeds();
    void status_andShards_tellWhatIsThere();
    void heat_underLoad_appearsAndMissingIsNotZero();
    void backups_runAndVerify_allShards();
    void restore_byPredicateOverTwoShards_bringsBackWhatWasDeleted();
    void restore_byShardAtAMoment_bringsBackThatMoment();
    void restore_wrongRequests_areRefusedWithAHint();
    void backup_rightAfterAColumnWasAdded_holdsTheColumn();
    void viewer_mayLookAndNothingElse();
    void revoked_isRefusedAtOnce();
    void audit_tellsWhoDidWhat();
    void secondAgent_sameCluster_isRefused();
    void reload_badConfiguration_keepsTheOldOne();
    void terminate_duringBackups_endsInOrder();

private:
    RestoreReceipt restore(const RestoreRequest& request)
    {
        const auto plan = m_operator->planRestore(request);
        if (!plan.ok()) {
            QTest::qFail(plan.error().text().c_str(), __FILE__, __LINE__);
            return {};
        }
        const auto job = m_operator->runRestore({plan->id, {}});
        if (!job.ok()) {
            QTest::qFail(job.error().text().c_str(), __FILE__, __LINE__);
            return {};
        }
        const JobRecord ended = finished(*job);
        if (ended.state != JobState::Done) {
            QTest::qFail(ended.error.c_str(), __FILE__, __LINE__);
            return {};
        }
        const auto receipt = m_operator->receipt(*job);
        return receipt.ok() ? *receipt : RestoreReceipt{};
    }

    JobRecord finished(JobId id)
    {
        JobRecord record;
        eventually([&] {
            const auto job = m_operator->job(id);
            record = job.ok() ? *job : record;
            return isFinished(record.state);
        });
        return record;
    }

    /// isothermctl's exit code, its errors shown when it is not the one expected.
    int ctl(const std::string& who, std::vector<std::string> arguments, int expected = 0)
    {
        const auto result = m_world->ctl(who, std::move(arguments));
        m_output = result.ok() ? result->standardOutput : "";
        m_errors = result.ok() ? result->standardError : result.error().text();
        const int code = result.ok() ? result->exitCode : -1;
        if (code != expected) {
            qWarning("%s%s", m_output.c_str(), m_errors.c_str());
        }
        return code;
    }

    std::unique_ptr<AgentWorld> m_world;
    std::unique_ptr<client::AgentClient> m_operator;
    std::set<std::string> m_expectedErrors; ///< events
    std::string m_output;
    std::string m_errors;
    WallTime m_started{};
};

void TestAgentStory::initTestCase()
{
    auto made = AgentWorld::make({.tables = {"shop.orders", "shop.order_lines"}}, shopSql(4));
    QVERIFY2(made.ok(), made.ok() ? "" : made.error().text().c_str());
    m_world = std::move(*made);
    const Status ready = m_world->setUp();
    QVERIFY2(ready.ok(), ready.ok() ? "" : ready.error().text().c_str());
    m_started = SystemClock().wallNow();
    const Status started = m_world->startAgent();
    QVERIFY2(started.ok(), started.ok() ? "" : started.error().text().c_str());
    m_operator = m_world->connect("operator");
}

void TestAgentStory::cleanupTestCase()
{
    if (!m_world) {
        return;
    }
    for (const std::string& line : m_world->errorLines()) {
        bool expected = false;
        for (const std::string& event : m_expectedErrors) {
            expected = expected || line.find("\"" + event + "\"") != std::string::npos;
        }
        QVERIFY2(expected, line.c_str());
    }
    m_operator.reset();
    m_world.reset();
}

void TestAgentStory::start_everyShardIsBackedUpByItself()
{
    QVERIFY2(eventually([this] {
                 const auto shards = m_operator->shards({});
                 return shards.ok() && shards->size() == kShopShards &&
                        std::all_of(shards->begin(), shards->end(), [](const ShardRecord& shard) {
                            return shard.lastBackup.has_value();
                        });
             }),
             m_world->logText().c_str());
    const auto backups = m_operator->backups({});
    QVERIFY(backups.ok());
    std::uint64_t rows = 0;
    for (const BackupRecord& backup : *backups) {
        QVERIFY(backup.asOf >= m_started);
        rows += backup.rows;
    }
    QCOMPARE(std::to_string(rows),
             m_world->database().value("select (select count(*) from shop.orders) +"
                                       " (select count(*) from shop.order_lines)"));
}

void TestAgentStory::role_hasNoMoreRightsThanItNeeds()
{
    PgCluster& database = m_world->database();
    QCOMPARE(database.value("select rolsuper or rolcreaterole or rolcreatedb"
                            " from pg_roles where rolname = 'isotherm'"),
             std::string("f"));
    const auto session = PgSession::open(database.conninfo() + " options='-c role=isotherm'");
    QVERIFY(session.ok());
    for (const char* forbidden :
         {"delete from shop.orders", "update shop.orders set note = ''",
          "truncate shop.order_lines", "drop table shop.orders", "create table shop.mine (k int)",
          "create table public.mine (k int)"}) {
        const auto tried = (*session)->exec(forbidden);
        QVERIFY2(!tried.ok(), forbidden);
        QCOMPARE(tried.error().hint, std::string("42501"));
    }
}

void TestAgentStory::status_andShards_tellWhatIsThere()
{
    QCOMPARE(ctl("viewer", {"status", "-o", "json"}), 0);
    const QJsonObject status = QJsonDocument::fromJson(m_output.c_str()).object();
    QCOMPARE(status["schema"].toString(), QStringLiteral("isotherm/v1"));
    QVERIFY2(m_output.find("shop") != std::string::npos, m_output.c_str());
    QCOMPARE(ctl("viewer", {"shards", "list", "-o", "csv"}), 0);
    QCOMPARE(std::count(m_output.begin(), m_output.end(), '\n'), kShopShards + 1);
    const auto shards = m_operator->shards({});
    QVERIFY(shards.ok());
    QCOMPARE((*shards)[1].rangeText, std::string("[500, 1000)"));
    QCOMPARE((*shards)[1].leaves,
             (std::vector<std::string>{"shop.orders_1", "shop.order_lines_1"}));
    const auto now = m_operator->status();
    QVERIFY(now.ok());
    QVERIFY(now->databaseReachable);
    // The worst come first; that this server does not log logically is worth knowing, no more.
    QVERIFY2(now->diagnostics.empty() || now->diagnostics.front().level == DiagnosticLevel::Info,
             now->diagnostics.empty() ? "" : now->diagnostics.front().message.c_str());
}

void TestAgentStory::heat_underLoad_appearsAndMissingIsNotZero()
{
    const auto hot = must(m_operator->shards({}))[2].id;
    const auto session = PgSession::open(m_world->database().conninfo());
    QVERIFY(session.ok());
    // Somebody watches: samples every second.
    client::LiveRequest live;
    const auto watching =
        m_operator->watch(live, {[](client::LiveUpdate) {}, [](client::ConnectionState, std::string,
                                                               std::chrono::milliseconds) {}});
    HeatMatrix heat;
    const auto measured = [&] {
        (void)(*session)->exec("update shop.orders set total = total + 0 where customer_id between"
                               " 1000 and 1100");
        HeatQuery query;
        query.metric = HeatMetric::Writes;
        query.from = m_started - seconds(60);
        query.to = SystemClock().wallNow();
        const auto answer = m_operator->heat(query);
        if (!answer.ok()) {
            return false;
        }
        heat = *answer;
        for (std::size_t i = 0; i < heat.mean.size(); ++i) {
            if (heat.mean[i] > 0 && heat.rows[i % heat.rows.size()].shard == hot) {
                return true;
            }
        }
        return false;
    };
    QVERIFY(eventually(measured));
    QCOMPARE(heat.rows.size(), std::size_t(kShopShards));
    bool zeroSeen = false;
    for (std::size_t column = 0; column < heat.columns; ++column) {
        for (std::size_t row = 0; row < heat.rows.size(); ++row) {
            const float value = heat.meanAt(row, column);
            if (heat.columnStart(column + 1) <= m_started) {
                QVERIFY(std::isnan(value)); // nobody measured then
            }
            QVERIFY(std::isnan(value) || value >= 0);
            zeroSeen = zeroSeen || (value == 0.0F && heat.rows[row].shard != hot);
        }
    }
    QVERIFY(zeroSeen); // measured, and nothing happened
    QCOMPARE(ctl("viewer", {"heat", "top", "--metric", "writes", "-o", "csv"}), 0);
    QCOMPARE(ctl("viewer", {"heat", "show", "-o", "json"}), 0);
}

void TestAgentStory::backups_runAndVerify_allShards()
{
    const WallTime before = SystemClock().wallNow();
    QCOMPARE(ctl("operator", {"backups", "run", "-k", "orders", "--wait"}), 0);
    for (const ShardRecord& shard : must(m_operator->shards({}))) {
        QVERIFY(shard.lastBackup && *shard.lastBackup >= before);
    }
    QCOMPARE(ctl("operator", {"backups", "verify", "--wait"}), 0);
    BackupFilter newest;
    newest.limit = kShopShards;
    for (const BackupRecord& backup : must(m_operator->backups(newest))) {
        QCOMPARE(backup.verified, VerifyLevel::Checksums);
        QVERIFY(backup.storedBytes.get() > 0);
        QVERIFY(backup.storedBytes < backup.rawBytes);
    }
}

void TestAgentStory::restore_byPredicateOverTwoShards_bringsBackWhatWasDeleted()
{
    PgCluster& database = m_world->database();
    QVERIFY(database
                .exec("create schema before;"
                      "create table before.orders as table shop.orders;"
                      "create table before.order_lines as table shop.order_lines;"
                      "delete from shop.order_lines where customer_id between 450 and 549;"
                      "delete from shop.orders where customer_id between 450 and 549;")
                .ok());
    const std::string where = "customer_id between 450 and 549";
    QCOMPARE(ctl("operator", {"restore", "plan", "-k", "orders", "--where", where}), 0);
    RestoreRequest request;
    request.keyspace = "orders";
    request.predicate = where;
    const auto plan = m_operator->planRestore(request);
    QVERIFY(plan.ok());
    QCOMPARE(plan->parts.size(), std::size_t(4)); // two shards, two tables
    QCOMPARE(plan->sideTables.size(), std::size_t(2));
    QVERIFY(plan->warnings.empty());
    const RestoreReceipt receipt = restore(request);
    QVERIFY(receipt.verified);
    QCOMPARE(receipt.tables.size(), std::size_t(2));
    for (const std::string table : {"orders", "order_lines"}) {
        const std::string side = sideTableFor(receipt, "shop." + table);
        QVERIFY(!side.empty());
        QVERIFY(database.value("select count(*) from " + side) != "0");
        QCOMPARE(differences(*m_world, "table " + side,
                             "select * from before." + table + " where " + where),
                 std::string("0"));
        // All of it came back: the key too, and no mark of the job is left.
        QCOMPARE(
            database.value("select count(*) from pg_index where indisprimary and indrelid = '" +
                           side + "'::regclass"),
            std::string("1"));
        QCOMPARE(database.value("select coalesce(obj_description('" + side +
                                "'::regclass, 'pg_class'), '')"),
                 std::string());
    }
    QCOMPARE(database.value("select count(*) from shop.orders where " + where), std::string("0"));
    // The same, by the command line, with the review that needs no terminal.
    QCOMPARE(ctl("operator", {"restore", "run", "-k", "orders", "--where", "customer_id = 450",
                              "--yes", "-o", "json"}),
             0);
    QVERIFY2(m_output.find("\"verified\": true") != std::string::npos, m_output.c_str());
    QCOMPARE(
        ctl("operator", {"restore", "run", "-k", "orders", "--where", "customer_id = 450"}, 12),
        12);
}

void TestAgentStory::restore_byShardAtAMoment_bringsBackThatMoment()
{
    // Put the deleted rows back, back up, and ask for the moment before that.
    PgCluster& database = m_world->database();
    QCOMPARE(ctl("operator", {"backups", "run", "--wait"}), 0);
    const WallTime emptied = SystemClock().wallNow();
    QVERIFY(database
                .exec("insert into shop.orders select * from before.orders where customer_id"
                      " between 450 and 549;"
                      "insert into shop.order_lines select * from before.order_lines where"
                      " customer_id between 450 and 549;"
                      "create table before.emptied as select * from shop.orders where customer_id"
                      " not between 450 and 549 and customer_id < 500;")
                .ok());
    QCOMPARE(ctl("operator", {"backups", "run", "--wait"}), 0);
    const ShardId first = must(m_operator->shards({})).front().id;
    RestoreRequest request;
    request.keyspace = "orders";
    request.tables = {"orders"};
    request.shards = {first};
    request.at = emptied;
    const RestoreReceipt then = restore(request);
    QCOMPARE(
        differences(*m_world, "table " + sideTableFor(then, "shop.orders"), "table before.emptied"),
        std::string("0"));
    request.at.reset();
    const RestoreReceipt now = restore(request);
    QCOMPARE(differences(*m_world, "table " + sideTableFor(now, "shop.orders"),
                         "select * from shop.orders where customer_id < 500"),
             std::string("0"));
    QVERIFY(then.tables.front().rows < now.tables.front().rows);
}

void TestAgentStory::restore_wrongRequests_areRefusedWithAHint()
{
    const auto refused = [this](std::vector<std::string> arguments, int code) {
        arguments.insert(arguments.begin(), {"restore", "plan"});
        const int got = ctl("operator", arguments, code);
        return got == code && m_errors.find("hint:") != std::string::npos;
    };
    QVERIFY(refused({"-k", "orders", "--where", "note = 'x'"}, 2));
    QVERIFY(refused({"-k", "orders", "--where", "customer_id >"}, 2));
    QVERIFY(refused({"-k", "orders", "--at", "2020-01-01T00:00:00Z"}, 7));
    QVERIFY(refused({"-k", "orders", "--at", "2026-01-01 12:00:00"}, 2));
}

/// The shape of a table changes without a write, and between two looks at the topology.
void TestAgentStory::backup_rightAfterAColumnWasAdded_holdsTheColumn()
{
    PgCluster& database = m_world->database();
    QVERIFY(database
                .exec("alter table shop.orders add column channel text not null default 'web';"
                      "update shop.orders set channel = 'phone' where customer_id = 7;")
                .ok());
    (void)ctl("operator",
              {"backups", "run", "--shard",
               std::to_string(must(m_operator->shards({})).front().id.get()), "--wait"});
    RestoreRequest request;
    request.keyspace = "orders";
    request.tables = {"orders"};
    request.predicate = "customer_id between 5 and 9";
    const RestoreReceipt receipt = restore(request);
    QCOMPARE(differences(*m_world, "table " + sideTableFor(receipt, "shop.orders"),
                         "select * from shop.orders where customer_id between 5 and 9"),
             std::string("0"));
}

void TestAgentStory::viewer_mayLookAndNothingElse()
{
    QCOMPARE(ctl("viewer", {"backups", "list"}), 0);
    QCOMPARE(ctl("viewer", {"schedule", "show"}), 0);
    QCOMPARE(ctl("viewer", {"jobs", "list"}), 0);
    QCOMPARE(ctl("viewer", {"backups", "run"}, 9), 9);
    QCOMPARE(ctl("viewer", {"backups", "verify"}, 9), 9);
    QCOMPARE(ctl("viewer", {"jobs", "cancel", "1"}, 9), 9);
    QCOMPARE(ctl("operator",
                 {"keyspace", "adopt", "more", "--table", "shop.orders", "--confirm", "more"}, 9),
             9);
}

void TestAgentStory::revoked_isRefusedAtOnce()
{
    const auto enrolled =
        m_world->agentCommand({"enroll", "leaver", "--role", "operator", "--no-passphrase", "--out",
                               m_world->profile("leaver").string()});
    QVERIFY(enrolled.ok());
    QCOMPARE(enrolled->exitCode, 0);
    const auto leaver = m_world->connect("leaver"); // keeps its connection over the revocation
    QVERIFY(leaver->status().ok());
    const auto revoked = m_world->agentCommand({"revoke", "leaver"});
    QVERIFY(revoked.ok());
    QVERIFY2(revoked->exitCode == 0, revoked->standardError.c_str());
    QVERIFY(!leaver->status().ok());
    QVERIFY(!leaver->runBackup({}).ok());
    QVERIFY(ctl("leaver", {"status"}, 9) != 0);
    QVERIFY(m_operator->status().ok());
}

void TestAgentStory::audit_tellsWhoDidWhat()
{
    QCOMPARE(ctl("viewer", {"audit", "verify"}), 0);
    QCOMPARE(ctl("viewer", {"audit", "list", "-o", "csv"}), 0);
    const auto entries = m_operator->auditTrail().auditEntries({});
    QVERIFY(entries.ok());
    const auto has = [&entries](const std::string& who, const std::string& action, bool succeeded) {
        return std::any_of(entries->begin(), entries->end(), [&](const AuditEntry& entry) {
            return entry.who == who && entry.action == action &&
                   entry.outcome.starts_with(succeeded ? "ok" : "refused");
        });
    };
    std::string all;
    for (const AuditEntry& entry : *entries) {
        all += entry.who + " " + entry.action + " " + entry.outcome + "\n";
    }
    QVERIFY2(has("operator", "backup.run", true), all.c_str());
    QVERIFY2(has("operator", "restore.run", true), all.c_str());
    QVERIFY2(has("viewer", "backup.run", false), all.c_str());
    QVERIFY2(all.find("client.enroll") != std::string::npos, all.c_str());
    QVERIFY2(all.find("client.revoke") != std::string::npos, all.c_str());
    QVERIFY2(all.find("leaver") != std::string::npos, all.c_str()); // tried after the revocation
}

void TestAgentStory::secondAgent_sameCluster_isRefused()
{
    const std::string rival = m_world->writeRivalConfig().string();
    for (const std::string command : {"init", "run"}) {
        ProcessOptions options;
        options.program = std::string(qgetenv("ISOTHERM_BIN_DIR")) + "/isotherm-agent";
        options.arguments = {command, "--config", rival};
        const auto ended = Process::run(options, seconds(60));
        QVERIFY(ended.ok());
        QCOMPARE(ended->exitCode, command == "init" ? 0 : 1);
        if (command == "run") {
            QVERIFY2(ended->standardError.find("another agent manages this cluster") !=
                         std::string::npos,
                     ended->standardError.c_str());
            QVERIFY(ended->standardError.find("hint: ") != std::string::npos);
        }
    }
    // And one with the same state and repository.
    const auto same = m_world->agentCommand({"run"});
    QVERIFY(same.ok());
    QCOMPARE(same->exitCode, 1);
    QVERIFY(m_operator->status().ok());
}

void TestAgentStory::reload_badConfiguration_keepsTheOldOne()
{
    m_expectedErrors.insert("config.invalid");
    m_world->writeConfig("hot = \"2h\"\nwarm = \"3h\"\ncold = \"4h\"\nnonsense = 1");
    m_world->agent().signal(SIGHUP);
    QVERIFY(eventually(
        [this] { return m_world->logText().find("\"config.invalid\"") != std::string::npos; }));
    const std::string log = m_world->logText();
    QVERIFY2(log.find("agent.toml:") != std::string::npos, log.c_str());
    QVERIFY2(log.find("nonsense") != std::string::npos, log.c_str());
    const auto intervals = [this] {
        std::set<std::int64_t> minutes;
        for (const ScheduleEntry& entry : must(m_operator->schedule())) {
            minutes.insert(entry.interval.count() / 60'000);
        }
        return minutes;
    };
    QVERIFY(!intervals().empty());
    QVERIFY(*intervals().rbegin() <= 48); // an hour's objective shortens whatever the rule says
    const auto before = intervals();
    m_world->writeConfig("hot = \"20m\"\nwarm = \"20m\"\ncold = \"20m\"\njitter = 0.5");
    m_world->agent().signal(SIGHUP);
    QVERIFY(eventually([&] { return intervals() == std::set<std::int64_t>{20}; }));
    QVERIFY(before != intervals());
}

void TestAgentStory::terminate_duringBackups_endsInOrder()
{
    QVERIFY(m_operator->runBackup({}).ok());
    const auto ended = m_world->stopAgent();
    QVERIFY(ended.ok());
    QCOMPARE(ended->exitCode, 0);
    QVERIFY2(eventually([this] {
                 return m_world->database().value(
                            "select count(*) from pg_stat_activity where usename ="
                            " 'isotherm'") == "0";
             }),
             "sessions of the agent are left on the server");
    // What it did not finish goes on at the next start.
    const Status started = m_world->startAgent();
    QVERIFY2(started.ok(), started.ok() ? "" : started.error().text().c_str());
    QVERIFY(eventually([this] {
        const auto active = m_operator->jobs({true, 10});
        return active.ok() && active->empty();
    }));
    for (const JobRecord& job : must(m_operator->jobs({}))) {
        QVERIFY2(job.state == JobState::Done, job.error.c_str());
    }
    QCOMPARE(m_world->stopAgent().value().exitCode, 0);
}

QTEST_GUILESS_MAIN(TestAgentStory)
#include "tst_agent_story.moc"
