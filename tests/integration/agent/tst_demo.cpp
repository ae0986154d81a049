// SPDX-License-Identifier: Apache-2.0
// The demo as a new user starts it: the whole story with the real program, and what it reports.
#include "shared/base/file.h"
#include "tests/harness/temp_dir.h"

#include <QtTest/QtTest>
#include <filesystem>
#include <nlohmann/json.hpp>

using namespace isotherm;
using namespace isotherm::test;

class TestDemo : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void headless_wholeStory_isToldAndTakenDown();
};

void TestDemo::headless_wholeStory_isToldAndTakenDown()
{
    const TempDir folder("demo");
    // Its server may run as another user, who has to get through.
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0711));
    const auto report = folder.path() / "report.json";
    QProcess demo;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("TMPDIR"), QString::fromStdString(folder.path().string()));
    demo.setProcessEnvironment(environment);
    demo.setProcessChannelMode(QProcess::MergedChannels);
    demo.start(qEnvironmentVariable("ISOTHERM_BIN_DIR") + QStringLiteral("/isotherm-agent"),
               {QStringLiteral("demo"), QStringLiteral("--headless"), QStringLiteral("--seconds"),
                QStringLiteral("40"), QStringLiteral("--report"),
                QString::fromStdString(report.string())});
    QVERIFY(demo.waitForFinished(280'000));
    const QByteArray story = demo.readAll();
    QVERIFY2(demo.exitCode() == 0, story.constData());
    const auto json = nlohmann::json::parse(readFile(report).valueOr("null"));
    QVERIFY(json.at("samples") > 10);
    QVERIFY(json.at("backups").size() >= 8);
    QVERIFY2(json.at("restore").at("verified") == true, story.constData());
    QCOMPARE(json.at("restore").at("rows_missing").get<int>(), 0);
    const auto& split = json.at("split");
    QVERIFY2(split.at("state") == "done", story.constData());
    QVERIFY(split.at("shards_after") > split.at("shards_before"));
    // On a busy machine the load may be there before its forecast; when it was predicted, it says
    // when.
    QCOMPARE(split.contains("expected_at"), split.at("predicted").get<bool>());
    QFile::remove(QString::fromStdString(report.string()));
    QVERIFY(std::filesystem::is_empty(folder.path()));
}

QTEST_GUILESS_MAIN(TestDemo)
#include "tst_demo.moc"
