// SPDX-License-Identifier: Apache-2.0
#include "agent/simulate/backup_ledger.h"
#include "agent/simulate/simulation.h"
#include "shared/base/file.h"
#include "tests/harness/temp_dir.h"

#include <QtTest/QtTest>
#include <array>
#include <cmath>
#include <cstdio>
#include <random>

using namespace isotherm;
using namespace isotherm::simulate;
using namespace std::chrono_literals;

namespace
{

const WallTime kStart = fromUnixMicros(1'700'006'400'000'000); // a full hour

BackupLedger ledgerOf(std::size_t shards)
{
    BackupLedger ledger(shards, {0.8, 0.5, 1h, 6h, 24h}, {.runBytes = 1'000, .rowBytes = 10});
    ledger.begin(kStart);
    return ledger;
}

/// Four shards, hourly: each is hot for three hours a day at a time of its own, and lightly used
/// else.
std::string dailyWaves(int days)
{
    std::string text = "t,a.r,a.w,b.r,b.w,c.r,c.w,d.r,d.w\n";
    std::mt19937 random(5);
    std::uniform_real_distribution<double> noise(0.95, 1.05);
    for (int hour = 0; hour < 24 * days; ++hour) {
        std::array<char, 32> time{};
        std::snprintf(time.data(), time.size(), "2026-01-%02dT%02d:00:00Z", 1 + hour / 24,
                      hour % 24);
        text += time.data();
        for (int shard = 0; shard < 4; ++shard) {
            const bool hot = (hour % 24 + 24 - 5 * shard) % 24 < 3;
            for (const double share : {0.7, 0.3}) {
                text +=
                    "," + std::to_string(std::lround((hot ? 9'000 : 400) * share * noise(random)));
            }
        }
        text += "\n";
    }
    return text;
}

} // namespace

class TstSimulation : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void ledger_hotHour_isViolatedByAnOldBackup()
    {
        BackupLedger ledger = ledgerOf(2);
        ledger.change(0, 600, kStart, kStart + 1h);
        ledger.change(1, 600, kStart, kStart + 1h);
        ledger.closeHour(kStart, {{0.9, true}, {0.9, false}}); // an hour old at its end: allowed
        ledger.change(0, 600, kStart + 1h, kStart + 2h);
        ledger.change(1, 600, kStart + 1h, kStart + 2h);
        ledger.backUp(1, kStart + 1h); // in time
        ledger.closeHour(kStart + 1h, {{0.9, true}, {0.9, false}});
        const PolicyReport report = ledger.report(kStart + 2h);
        QCOMPARE(report.hot, (ClassCount{4, 1}));
        QCOMPARE(report.backups, std::uint64_t{1});
        QCOMPARE(report.runBytes, 1'000.0);
        QVERIFY(std::abs(report.rowBytes - 6'000) < 1e-6);
        // 0: 0 to 1,200 rows, 600 on average; 1: twice 0 to 600.
        QVERIFY2(std::abs(report.rowsAtRisk - 900) < 1,
                 qPrintable(QString::number(report.rowsAtRisk)));
        QCOMPARE(report.busyShare, 0.0);
    }

    void ledger_lateInTheHour_violatesAllTheSame()
    {
        BackupLedger ledger = ledgerOf(1);
        for (int hour = 0; hour < 5; ++hour) {
            ledger.change(0, 1, kStart + hour * 1h, kStart + hour * 1h + 1h);
            if (hour == 4) {
                ledger.backUp(0, kStart + 4h + 10min); // four hours old until then
            }
            ledger.closeHour(kStart + hour * 1h, {{hour == 4 ? 0.9 : 0.1, true}});
        }
        const PolicyReport report = ledger.report(kStart + 5h);
        QCOMPARE(report.hot, (ClassCount{1, 1}));
        QCOMPARE(report.cold, (ClassCount{4, 0}));
        QCOMPARE(report.busyShare, 1.0);
    }

    void ledger_unknownTemperature_isNotJudgedAndNothingChanged_isSkipped()
    {
        BackupLedger ledger = ledgerOf(1);
        ledger.change(0, std::nan(""), kStart, kStart + 1h);
        ledger.backUp(0, kStart + 30min);
        ledger.closeHour(kStart, {{std::nan(""), false}});
        const PolicyReport report = ledger.report(kStart + 1h);
        QCOMPARE(report.backups, std::uint64_t{0});
        QCOMPARE(report.skipped, std::uint64_t{1});
        QCOMPARE(report.bytes(), 0.0);
        QCOMPARE(report.hot.hours + report.warm.hours + report.cold.hours, std::uint64_t{0});
    }

    void simulate_dailyWaves_predictionSavesBytesAndViolations()
    {
        const test::TempDir folder;
        const auto trace = folder.path() / "trace.csv";
        QVERIFY(writeFileDurably(trace, dailyWaves(25)).ok());
        SimulationOptions options;
        options.trace = trace;
        options.stepMinutes = 60;
        options.policies = {Policy::Fixed, Policy::Reactive, Policy::Predictive};
        const auto report = simulate::simulate(options);
        QVERIFY2(report.ok(), report.ok() ? "" : report.error().text().c_str());
        QCOMPARE(report->shards, std::size_t{4});
        QCOMPARE(report->from, std::string("2026-01-15T00:00:00Z"));
        QCOMPARE(report->to, std::string("2026-01-26T00:00:00Z"));
        const PolicyReport& fixed = report->policies[0];
        const PolicyReport& reactive = report->policies[1];
        const PolicyReport& predictive = report->policies[2];
        QCOMPARE(fixed.backups, std::uint64_t{4 * 11 * 4 - 4}); // every six hours, not at the end
        QCOMPARE(fixed.hot.hours, std::uint64_t{4 * 11 * 3});
        QCOMPARE(predictive.hot.hours, fixed.hot.hours); // judged by the same measure
        QVERIFY(fixed.hot.violated > fixed.hot.hours / 2);
        // It learns of a hot hour when it is over, so the first and the second are lost.
        QVERIFY(reactive.hot.violated >= 4 * 10);
        QVERIFY2(predictive.hot.violated * 5 < fixed.hot.violated,
                 qPrintable(QString("%1 %2").arg(predictive.hot.violated).arg(fixed.hot.violated)));
        QVERIFY(predictive.violations() < reactive.violations());
        QVERIFY2(predictive.rowsAtRisk < fixed.rowsAtRisk,
                 qPrintable(QString("%1 %2").arg(predictive.rowsAtRisk).arg(fixed.rowsAtRisk)));
    }

    void simulate_again_givesTheSame()
    {
        const test::TempDir folder;
        const auto trace = folder.path() / "trace.csv";
        QVERIFY(writeFileDurably(trace, dailyWaves(16)).ok());
        SimulationOptions options;
        options.trace = trace;
        options.stepMinutes = 60;
        options.policies = {Policy::Predictive};
        const auto first = simulate::simulate(options);
        const auto second = simulate::simulate(options);
        QVERIFY(first.ok() && second.ok());
        QCOMPARE(first->policies[0].bytes(), second->policies[0].bytes());
        QCOMPARE(first->policies[0].violations(), second->policies[0].violations());
        QCOMPARE(first->policies[0].rowsAtRisk, second->policies[0].rowsAtRisk);
    }

    void simulate_senselessInput_isRefused()
    {
        const test::TempDir folder;
        const auto trace = folder.path() / "trace.csv";
        QVERIFY(writeFileDurably(trace, dailyWaves(2)).ok());
        SimulationOptions options;
        options.trace = trace;
        options.stepMinutes = 60;
        options.policies = {Policy::Fixed};
        QCOMPARE(simulate::simulate(options).error().code, Code::InvalidArgument); // all of it is warm-up
        options.warmUp = 24h;
        QVERIFY(simulate::simulate(options).ok());
        options.stepMinutes = 7;
        QCOMPARE(simulate::simulate(options).error().code, Code::InvalidArgument);
        options.stepMinutes = 60;
        options.policies.clear();
        QCOMPARE(simulate::simulate(options).error().code, Code::InvalidArgument);
        options.policies = {Policy::Fixed};
        options.trace = folder.path() / "none.csv";
        QVERIFY(!simulate::simulate(options).ok());
    }
};

QTEST_GUILESS_MAIN(TstSimulation)
#include "tst_simulation.moc"
