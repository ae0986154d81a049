// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/database.h"
#include "agent/metadata/job_store.h"
#include "shared/base/file.h"
#include "tests/harness/process.h"
#include "tests/harness/temp_dir.h"
#include "tests/harness/test_log.h"

#include <QtTest/QtTest>
#include <csignal>
#include <memory>
#include <random>
#include <thread>

using namespace isotherm;
using namespace std::chrono_literals;

/// A process that runs a job engine is killed (SIGKILL) at every point of a job; the next one takes
/// over.
class TstJobCrash : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void kill_atEveryPoint_resumesBehindTheLastCheckpoint_data()
    {
        QTest::addColumn<QString>("point");
        QTest::addColumn<QStringList>("expected");
        for (int step = 1; step <= 4; ++step) {
            for (const char* where : {"before", "inside", "after"}) {
                QStringList expected;
                for (int i = 1; i <= 4; ++i) {
                    expected << QStringLiteral("step-%1").arg(i);
                    // Only what was under way, and not yet checkpointed, is done again.
                    if (i == step && qstrcmp(where, "inside") == 0) {
                        expected << QStringLiteral("step-%1").arg(i);
                    }
                }
                const QString point = QStringLiteral("%1-%2").arg(QLatin1String(where)).arg(step);
                QTest::newRow(qPrintable(point)) << point << expected;
            }
        }
    }
    void kill_atEveryPoint_resumesBehindTheLastCheckpoint()
    {
        QFETCH(QString, point);
        QFETCH(QStringList, expected);
        killAt(point, {});
        const QString output = runToTheEnd({});
        QVERIFY2(output.contains(QStringLiteral("interrupted 1 ended done")), qPrintable(output));
        QCOMPARE(trace(), expected);
        // And once more: what is done stays done.
        QVERIFY(runToTheEnd({}).contains(QStringLiteral("interrupted 0 ended done")));
        QCOMPARE(trace(), expected);
    }

    void kill_handlerChoosesRollBack_isUndone()
    {
        killAt(QStringLiteral("after-2"), {"rollback"});
        const QString output = runToTheEnd({"rollback"});
        QVERIFY2(output.contains(QStringLiteral("ended rolled back")), qPrintable(output));
        QCOMPARE(trace().join(QLatin1Char(' ')), QStringLiteral("step-1 step-2 undo undone"));
    }

    void kill_insideRollBack_undoesAgain()
    {
        killAt(QStringLiteral("after-1"), {"rollback"});
        killAt(QStringLiteral("undo"), {"rollback"});
        QVERIFY(runToTheEnd({"rollback"}).contains(QStringLiteral("ended rolled back")));
        QCOMPARE(trace().join(QLatin1Char(' ')), QStringLiteral("step-1 undo undo undone"));
    }

    void kill_theSameJobAgainAndAgain_endsAsFailed()
    {
        for (int i = 0; i < 5; ++i) {
            killAt(QStringLiteral("inside-2"), {});
        }
        const QString output = runToTheEnd({});
        QVERIFY2(output.contains(QStringLiteral("ended failed")), qPrintable(output));
        QCOMPARE(trace().last(), QStringLiteral("undone"));
    }

    void kill_atRandomMoments_losesAndRepeatsNothing()
    {
        const unsigned seed = std::random_device()();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        for (int round = 0; round < 15; ++round) {
            init();
            auto child = start(QStringLiteral("never"), {});
            QVERIFY(child != nullptr);
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
            child->killNow();
            const QString output = runToTheEnd({});
            QVERIFY2(output.contains(QStringLiteral("ended done")), qPrintable(output));
            QStringList lines = trace();
            // One step may have been under way: at most one line twice, in its place.
            QVERIFY2(lines.size() <= 5, qPrintable(lines.join(QLatin1Char(' '))));
            lines.removeDuplicates();
            QCOMPARE(lines.join(QLatin1Char(' ')), QStringLiteral("step-1 step-2 step-3 step-4"));
        }
    }

    void init() { m_folder = std::make_unique<test::TempDir>(); }

private:
    std::unique_ptr<test::Process> start(const QString& point, std::vector<std::string> more)
    {
        test::ProcessOptions options;
        options.program = JOB_CRASH_CHILD;
        options.arguments = {(m_folder->path() / "metadata.db").string(),
                             (m_folder->path() / "trace").string(), point.toStdString()};
        options.arguments.insert(options.arguments.end(), more.begin(), more.end());
        auto process = test::Process::start(options);
        return process.ok() ? std::move(process).value() : nullptr;
    }

    void killAt(const QString& point, std::vector<std::string> more)
    {
        auto child = start(point, std::move(more));
        QVERIFY(child != nullptr);
        QVERIFY2(child->waitForOutput("paused at " + point.toStdString(), 30s),
                 child->standardError().c_str());
        child->killNow();
    }

    QString runToTheEnd(std::vector<std::string> more)
    {
        auto child = start(QStringLiteral("never"), std::move(more));
        const auto result = child->wait(30s);
        return result.ok() ? QString::fromStdString(result->standardOutput + result->standardError)
                           : QString::fromStdString(result.error().text());
    }

    QStringList trace() const
    {
        const auto text = readFile(m_folder->path() / "trace");
        return QString::fromStdString(text.valueOr(""))
            .split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    }

    std::unique_ptr<test::TempDir> m_folder;
};

QTEST_GUILESS_MAIN(TstJobCrash)
#include "tst_job_crash.moc"
