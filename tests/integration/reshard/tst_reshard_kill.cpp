// SPDX-License-Identifier: Apache-2.0
// kill -9 of agent and server at every step of a split, under writers: no row lost or doubled, and
// nothing left over.
#include "tests/harness/process.h"
#include "tests/harness/test_log.h"
#include "tests/integration/reshard/reshard_world.h"
#include "tests/integration/reshard/writer_crew.h"

#include <cstdlib>
#include <random>

using namespace isotherm;
using namespace isotherm::test;
using namespace std::chrono_literals;

namespace
{

constexpr const char* kSchema =
    "create table accounts (customer_id int8 not null, id int8 not null, amount int8, note text,"
    " big text, primary key (customer_id, id)) partition by range (customer_id);"
    "create table accounts_p1 partition of accounts for values from (0) to (1000);"
    "create table accounts_p2 partition of accounts for values from (1000) to (2000);"
    "create index on accounts (note);"
    "insert into accounts select i % 2000, -i, i, 'quiet', null from generate_series(1, 30000) i";

} // namespace

class TestReshardKill : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<Process> victim(const std::vector<std::string>& cuts)
    {
        ProcessOptions options;
        options.program = ISOTHERM_RESHARD_VICTIM;
        options.arguments = {m_cluster->conninfo(), m_folder->path().string()};
        options.arguments.insert(options.arguments.end(), cuts.begin(), cuts.end());
        auto process = Process::start(options);
        return process.ok() ? std::move(*process) : nullptr;
    }

    void adopt()
    {
        TestLog log;
        auto world = ReshardWorld::open({m_cluster->conninfo(), m_folder->path(), {}}, log);
        ISO_VERIFY_OK(world);
        ISO_VERIFY_OK((*world)->adopt("accounts", {"accounts"}));
    }

    /// The job ends, says how, and everything is as it must be.
    void verifyEnd(const ProcessResult& result, WriterCrew* crew)
    {
        const std::string& text = result.standardOutput;
        const std::size_t at = text.find("ended ");
        QVERIFY2(at != std::string::npos, (text + result.standardError).c_str());
        const std::string ended = text.substr(at, text.size() - at - 1);
        qInfo("%s", ended.c_str());
        QVERIFY2(ended.find("ended done") == 0, ended.c_str());
        if (crew != nullptr) {
            const CrewReport report = crew->finish();
            QVERIFY2(report.errors.empty(), report.errors.empty() ? "" : report.errors[0].c_str());
        }
        QCOMPARE(QString::fromStdString(tracesIn(*m_cluster)), QString());
        QCOMPARE(m_cluster->value("select count(*) from accounts where id < 0"),
                 std::string("30000"));
        QCOMPARE(m_cluster->value("select count(*) from pg_inherits where inhparent ="
                                  " 'accounts'::regclass"),
                 std::string("3"));
        const bool interrupted = ended.find("was interrupted and") != std::string::npos;
        QVERIFY2(interrupted, ended.c_str());
    }

    std::unique_ptr<PgCluster> m_cluster;
    std::unique_ptr<TempDir> m_folder;

private Q_SLOTS:
    void initTestCase()
    {
        auto cluster = PgCluster::start(reshardServer());
        ISO_VERIFY_OK(cluster);
        m_cluster = std::move(*cluster);
    }

    void init()
    {
        ISO_VERIFY_OK(m_cluster->exec("drop table if exists accounts cascade"));
        ISO_VERIFY_OK(m_cluster->exec(kSchema));
        m_folder = std::make_unique<TempDir>("isoreshard");
        adopt();
    }

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
        WriterCrew crew({.conninfo = m_cluster->conninfo(),
                         .writers = 2,
                         .readers = 1,
                         .highKey = 2'000,
                         .statementsPerSecond = 400});
        {
            const auto first = victim({"500"});
            QVERIFY(first);
            QVERIFY2(first->waitForOutput("phase " + phase.toStdString(), 60s),
                     first->standardOutput().c_str());
            QTest::qSleep(later);
            if (first->standardOutput().find("ended") != std::string::npos) {
                QSKIP("it was faster than the kill");
            }
            first->killNow();
        }
        const auto second = victim({});
        QVERIFY(second);
        const auto result = second->wait(120s);
        ISO_VERIFY_OK(result);
        if (result->standardOutput.find("was interrupted") == std::string::npos &&
            result->standardOutput.find("ended done") != std::string::npos) {
            QSKIP("it had ended");
        }
        verifyEnd(*result, &crew);
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
        const auto process = victim({"500"});
        QVERIFY(process);
        QVERIFY2(process->waitForOutput("phase " + phase.toStdString(), 60s),
                 process->standardOutput().c_str());
        ISO_VERIFY_OK(m_cluster->restart(demo::StopMode::Immediate));
        const auto result = process->wait(120s);
        ISO_VERIFY_OK(result);
        if (result->standardOutput.find("was interrupted") == std::string::npos &&
            result->standardOutput.find("ended done") != std::string::npos) {
            QSKIP("it had ended");
        }
        verifyEnd(*result, nullptr);
    }
};

QTEST_GUILESS_MAIN(TestReshardKill)
#include "tst_reshard_kill.moc"
