// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/pg_cluster.h"
#include "tests/harness/process.h"

#include <QCoreApplication>
#include <QTest>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <thread>

using namespace isotherm;
using namespace isotherm::test;

/// The harness itself: a server that starts, answers, and never outlives its owner.
class TestPrivateServer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void start_newFolder_answersOnSocketAndPort()
    {
        const auto cluster = PgCluster::start();
        QVERIFY2(cluster.ok(), cluster.ok() ? "" : cluster.error().text().c_str());
        QCOMPARE((*cluster)->value("select 40 + 2"), std::string("42"));
        const auto tcp = PgSession::open((*cluster)->server().tcpConninfo());
        QVERIFY(tcp.ok());
        QCOMPARE((*tcp)->value("show data_directory"), (*cluster)->server().dataFolder().string());
    }

    void start_folderNotEmpty_refusedAndUntouched()
    {
        const TempDir folder;
        std::ofstream(folder.path() / "precious") << "x";
        demo::PrivateServerOptions options;
        options.folder = folder.path();
        const auto server = demo::PrivateServer::start(options);
        QVERIFY(!server.ok());
        QCOMPARE(server.error().code, Code::FailedPrecondition);
        QVERIFY(std::filesystem::exists(folder.path() / "precious"));
    }

    void start_badSetting_unavailableWithLog()
    {
        PgClusterOptions options;
        options.settings = {{"shared_buffers", "plenty"}};
        const auto cluster = PgCluster::start(options);
        QVERIFY(!cluster.ok());
        QCOMPARE(cluster.error().code, Code::Unavailable);
        QVERIFY(cluster.error().message.find("shared_buffers") != std::string::npos);
    }

    void restart_immediate_keepsCommittedRows()
    {
        const auto cluster = PgCluster::start();
        QVERIFY(cluster.ok());
        QVERIFY((*cluster)->exec("create table t as select 7 as k").ok());
        const auto before = (*cluster)->server().pid();
        QVERIFY((*cluster)->restart(demo::StopMode::Immediate).ok());
        QVERIFY(before != (*cluster)->server().pid());
        QCOMPARE((*cluster)->value("select k from t"), std::string("7"));
    }

    void postmasterKilled_startAgain_works()
    {
        const auto cluster = PgCluster::start();
        QVERIFY(cluster.ok());
        const auto pid = (*cluster)->server().pid();
        QVERIFY(pid.has_value());
        QCOMPARE(::kill(*pid, SIGKILL), 0);
        QTRY_VERIFY(!(*cluster)->server().running());
        // Its children leave a moment later; until then the shared memory is in use.
        QTRY_VERIFY((*cluster)->startAgain().ok());
        QCOMPARE((*cluster)->value("select 1"), std::string("1"));
    }

    void ownerKilled_serverAndFolderGone()
    {
        const auto owner =
            Process::start({.program = QCoreApplication::applicationFilePath().toStdString(),
                            .arguments = {"--own-a-server"},
                            .environment = {},
                            .directory = {},
                            .input = {},
                            .runAs = {}});
        QVERIFY(owner.ok());
        QVERIFY((*owner)->waitForOutput("\n", std::chrono::seconds(60)));
        std::istringstream line((*owner)->standardOutput());
        pid_t pid = 0;
        std::string folder;
        line >> pid >> folder;
        QVERIFY(pid > 0);
        QCOMPARE(::kill(pid, 0), 0);
        (*owner)->killNow();
        QTRY_VERIFY_WITH_TIMEOUT(::kill(pid, 0) != 0, 30'000);
        QTRY_VERIFY_WITH_TIMEOUT(!std::filesystem::exists(folder), 30'000);
    }
};

namespace
{

/// The role of the killed owner in ownerKilled_serverAndFolderGone.
int ownAServer()
{
    const auto cluster = PgCluster::start();
    if (!cluster.ok()) {
        return 1;
    }
    std::printf("%d %s\n", (*cluster)->server().pid().value_or(0),
                (*cluster)->server().folder().c_str());
    std::fflush(stdout);
    for (;;) {
        std::this_thread::sleep_for(std::chrono::hours(1));
    }
}

} // namespace

int main(int argc, char** argv)
{
    if (argc > 1 && std::string_view(argv[1]) == "--own-a-server") {
        return ownAServer();
    }
    QCoreApplication app(argc, argv);
    TestPrivateServer test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_private_server.moc"
