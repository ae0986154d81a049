// SPDX-License-Identifier: Apache-2.0
#include "agent/config/load_config.h"
#include "shared/base/file.h"
#include "tests/harness/temp_dir.h"
#include "tests/unit/config/config_texts.h"

#include <QtTest/QtTest>
#include <filesystem>
#include <memory>

using namespace isotherm;
using namespace isotherm::config;
using namespace std::chrono_literals;

class TstLoadConfig : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void loadConfig_example_hasEveryValue()
    {
        write("agent.toml", kExample);
        const auto config = load();
        QVERIFY2(config.ok(), config.ok() ? "" : config.error().text().c_str());
        QCOMPARE(config->clusters.size(), std::size_t{1});
        const ClusterSection& cluster = config->clusters[0];
        QCOMPARE(cluster.name, std::string("orders-prod"));
        QCOMPARE(cluster.dsn, std::string("service=orders_prod"));
        const KeyspaceSection& keyspace = cluster.keyspaces.at(0);
        QVERIFY((keyspace.tables == std::vector<std::string>{"orders", "order_lines"}));
        QVERIFY(keyspace.keyColumns == std::vector<std::string>{"customer_id"});
        QVERIFY(keyspace.rpo == std::chrono::milliseconds(5min));
        QVERIFY(keyspace.rotation == std::chrono::hours(168));
        QVERIFY(keyspace.hotRate == 5000.0);
        QVERIFY(keyspace.retention->window == std::chrono::milliseconds(30 * 24h));
        QVERIFY(!keyspace.retention->chains && !keyspace.retention->age);
        QVERIFY(config->retention.rules.chains == 2U);
        QVERIFY(config->retention.rules.age == std::chrono::milliseconds(48h));
        QVERIFY(config->retention.rules.window == std::chrono::milliseconds(14 * 24h));
        QVERIFY(config->retention.every == 2h && config->retention.grace == 12h);
        QVERIFY(config->rotation.slot == 30min);
        QCOMPARE(config->rotation.databaseEvery, 3U);
        QCOMPARE(config->rotation.maxDeltas, 100U);
        QVERIFY(!config->drill.enabled && config->drill.every == 72h);
        QVERIFY(config->schedule.warm == std::chrono::milliseconds(6h));
        QCOMPARE(config->schedule.jitter, 0.2);
        QCOMPARE(config->schedule.maxConcurrentJobs, 4U);
        QVERIFY(config->changes.margin == std::chrono::milliseconds(2h));
        QCOMPARE(config->tiers.at(0).path.string(), std::string("/srv/isotherm"));
        QCOMPARE(config->repository.zstdLevel, 3);
        QCOMPARE(config->repository.passphraseFile.string(),
                 std::string("/etc/isotherm/passphrase"));
    }

    void loadConfig_emptyFile_isSafe()
    {
        write("agent.toml", "");
        const auto config = load();
        QVERIFY(config.ok());
        QCOMPARE(config->agent.listen, std::string("127.0.0.1:7443"));
        QCOMPARE(config->metrics.listen, std::string("127.0.0.1:9857"));
        QCOMPARE(config->changes.mode, ChangeMode::Propose);
        QVERIFY(config->clusters.empty());
        const RetentionRules& rules = config->retention.rules;
        QVERIFY(!rules.chains && !rules.age && !rules.window); // nothing is ever removed
        QCOMPARE(config->bus.url, std::string("inproc:"));
    }

    void loadConfig_noFile_isNotFound() { QCOMPARE(load().error().code, Code::NotFound); }

    void loadConfig_mistakes_areAllReportedWithTheirPlace()
    {
        write("agent.toml", kMistakes);
        const auto config = load();
        QVERIFY(!config.ok());
        QCOMPARE(config.error().code, Code::InvalidArgument);
        const auto text = QString::fromStdString(config.error().text());
        const QString file = QString::fromStdString((m_folder->path() / "agent.toml").string());
        for (const char* expected :
             {":2:1: unknown key \"agent.lisen\"; hint: did you mean \"listen\"?",
              ":3:1: agent.roles names an unknown role \"al\"",
              ":5:1: schedule.hot must be a duration above 0",
              ":6:1: schedule.warm_above must lie between 0 and hot_above",
              "cluster.x.keyspace.k.tables is missing",
              ":11:3: unknown key \"cluster.x.keyspace.k.table\"; hint: did you mean \"tables\"?",
              ":13:1: tier.cold.kind \"s3\" is not supported by this version",
              ":16:1: bus.url names a broker, which is not supported by this version",
              "unknown key \"shedule\"; hint: did you mean \"schedule\"?"}) {
            QVERIFY2(text.contains(QString::fromUtf8(expected)),
                     qPrintable(QString::fromUtf8(expected) + QStringLiteral("\nnot in\n") + text));
        }
        QCOMPARE(text.count(file), 9);
        QVERIFY(!text.contains(QStringLiteral("bucket"))); // one mistake, one line
    }

    void loadConfig_badToml_namesTheLine()
    {
        write("agent.toml", "[agent]\nlisten = \n");
        const auto config = load();
        QVERIFY(!config.ok());
        QVERIFY2(config.error().text().find("agent.toml:2:") != std::string::npos,
                 config.error().text().c_str());
    }

    void loadConfig_limits_data()
    {
        QTest::addColumn<QString>("section");
        QTest::addColumn<QString>("problem"); // empty: accepted
        const auto row = [](const char* name, const char* section, const char* problem) {
            QTest::newRow(name) << QString::fromUtf8(section) << QString::fromUtf8(problem);
        };
        row("merge at the child's target", "[changes]\nmerge_below = 0.5", "merge_below");
        row("child above half", "[changes]\nchild_target = 0.6", "child_target");
        row("split too low", "[changes]\nsplit_above = 0.9", "split_above");
        row("consistent", "[changes]\nsplit_above = 0.8\nchild_target = 0.4\nmerge_below = 0.3",
            "");
        row("sizes too close", "[changes]\nmin_size_mb = 100\nmax_size_mb = 399", "max_size_mb");
        row("smallest too large", "[changes]\nmin_size_mb = 20000", "min_size_mb");
        row("window without offset", "[changes]\nwindows = [\"02:00-05:00\"]", "changes.windows");
        row("window", "[changes]\nwindows = [\"sat,sun 22:00-06:00 +02:00\"]", "");
        row("approver", "[changes]\napprove_role = \"viewer\"", "\"operator\", \"admin\"");
        row("hot rarer than warm", "[schedule]\nhot = \"7h\"", "schedule.hot");
        row("jitter", "[schedule]\njitter = 0.6", "from 0 to 0.5");
        row("no jobs", "[schedule]\nmax_concurrent_jobs = 0", "from 1 to 64");
        row("fraction of jobs", "[schedule]\nmax_concurrent_jobs = 1.5", "whole number");
        row("not a number", "[schedule]\nhot_above = nan", "from 0 to 1");
        row("zstd", "[repository]\nzstd_level = 23", "from 1 to 19");
        row("relative path", "[tier.a]\npath = \"x\"", "absolute");
        row("no port", "[agent]\nlisten = \"localhost\"", "host:port");
        row("large port", "[agent]\nlisten = \"localhost:70000\"", "host:port");
        row("IPv6", "[agent]\nlisten = \"[::1]:7443\"", "");
        row("no metrics", "[metrics]\nlisten = \"\"", "");
        row("mode", "[changes]\nmode = \"always\"", "\"off\", \"propose\", \"auto\"");
        row("a value for a section", "agent = 5", "\"agent\" must be a table");
        row("no dsn", "[cluster.a]\nkind = \"postgresql\"", "dsn is missing");
        row("other engine", "[cluster.a]\ndsn = \"x\"\nkind = \"mysql\"", "postgresql");
        row("key as a list",
            "[cluster.a]\ndsn = \"x\"\n[cluster.a.keyspace.k]\ntables = \"t\"\nkey = [\"a\", "
            "\"b\"]",
            "");
        row("mixed list", "[cluster.a]\ndsn = \"x\"\n[cluster.a.keyspace.k]\ntables = [\"t\", 5]",
            "list of texts");
        row("negative duration",
            "[cluster.a]\ndsn = \"x\"\n[cluster.a.keyspace.k]\ntables = \"t\"\nrpo = \"-5m\"",
            "rpo must be a duration");
        row("rotation shorter than a slot",
            "[cluster.a]\ndsn = \"x\"\n[cluster.a.keyspace.k]\ntables = \"t\"\nrotation = \"30m\"",
            "a.keyspace.k.rotation must not be shorter");
        row("keep no chain", "[retention]\nchains = 0", "from 1 to");
        row("unknown rule",
            "[cluster.a]\ndsn = \"x\"\n[cluster.a.keyspace.k]\ntables = \"t\"\n"
            "[cluster.a.keyspace.k.retention]\nevery = \"1h\"",
            "retention.every");
    }
    void loadConfig_limits()
    {
        QFETCH(QString, section);
        QFETCH(QString, problem);
        write("agent.toml", section.toStdString());
        const auto config = load();
        if (problem.isEmpty()) {
            QVERIFY2(config.ok(), config.ok() ? "" : config.error().text().c_str());
        } else {
            QVERIFY(!config.ok());
            QVERIFY2(QString::fromStdString(config.error().text()).contains(problem),
                     config.error().text().c_str());
        }
    }

    void loadConfig_furtherFiles_areMergedInTheOrderOfTheirNames()
    {
        write("agent.toml", "[schedule]\nhot = \"1h\"\nwarm = \"5h\"\n");
        write("conf.d/20-b.toml", "[schedule]\nhot = \"3h\"\n[cluster.b]\ndsn = \"b\"\n");
        write("conf.d/10-a.toml", "[schedule]\nhot = \"2h\"\n[cluster.a]\ndsn = \"a\"\n");
        write("conf.d/30-notes.txt", "this is no TOML");
        const auto config = load();
        QVERIFY2(config.ok(), config.ok() ? "" : config.error().text().c_str());
        QVERIFY(config->schedule.hot == std::chrono::milliseconds(3h));
        QVERIFY(config->schedule.warm == std::chrono::milliseconds(5h));
        QCOMPARE(config->clusters.size(), std::size_t{2});
        write("conf.d/40-bad.toml", "[schedule]\nhott = \"3h\"\n");
        QVERIFY(load().error().text().find("40-bad.toml:2:1:") != std::string::npos);
    }

    void loadConfig_environment_winsAndIsNamedInProblems()
    {
        write("agent.toml", kExample);
        Environment environment = {
            {"ISOTHERM_SCHEDULE__HOT", "30m"},
            {"ISOTHERM_SCHEDULE__MAX_CONCURRENT_JOBS", "7"},
            {"ISOTHERM_CLUSTER__ORDERS_PROD__DSN", "host=/tmp"},
            {"ISOTHERM_AGENT__ROLES", "[\"work\", \"api\"]"},
            {"ISOTHERM_PROFILE", "/not/ours"},
        };
        const auto config = load(environment);
        QVERIFY2(config.ok(), config.ok() ? "" : config.error().text().c_str());
        QVERIFY(config->schedule.hot == std::chrono::milliseconds(30min));
        QCOMPARE(config->schedule.maxConcurrentJobs, 7U);
        QCOMPARE(config->clusters.size(), std::size_t{1});
        QCOMPARE(config->clusters[0].dsn, std::string("host=/tmp"));
        QCOMPARE(config->agent.roles.size(), std::size_t{2});
        environment = {{"ISOTHERM_SCHEDULE__HOTT", "30m"}};
        const auto refused = load(environment);
        QVERIFY2(refused.error().text().find("environment variable ISOTHERM_SCHEDULE__HOTT: "
                                             "unknown key \"schedule.hott\"") != std::string::npos,
                 refused.error().text().c_str());
    }

    void processEnvironment_ofThisProcess_hasOurVariablesOnly()
    {
        qputenv("ISOTHERM_TEST__VALUE", "a=b");
        const Environment environment = processEnvironment();
        QCOMPARE(environment.at("ISOTHERM_TEST__VALUE"), std::string("a=b"));
        QVERIFY(!environment.contains("PATH"));
        qunsetenv("ISOTHERM_TEST__VALUE");
    }

    void init() { m_folder = std::make_unique<test::TempDir>(); }

private:
    void write(const std::string& name, const std::string& content)
    {
        const auto path = m_folder->path() / name;
        std::filesystem::create_directories(path.parent_path());
        QVERIFY(writeFileDurably(path, content).ok());
    }
    [[nodiscard]] Result<AgentConfig> load(const Environment& environment = {}) const
    {
        return loadConfig(m_folder->path() / "agent.toml", environment);
    }

    std::unique_ptr<test::TempDir> m_folder;
};

QTEST_GUILESS_MAIN(TstLoadConfig)
#include "tst_load_config.moc"
