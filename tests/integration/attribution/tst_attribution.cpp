// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/attribution/attribution_world.h"

#include <QtTest/QtTest>
#include <chrono>
#include <memory>
#include <thread>

using namespace isotherm;
using namespace isotherm::bench;

/// The bench "attribution", reduced: real pgbench on a real server, half of its statements logged.
class TstAttribution : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void run_anySpreadAndProtocol_cellsAreWithinFivePercent_data()
    {
        QTest::addColumn<int>("spread");
        QTest::addColumn<QString>("mode");
        QTest::addColumn<QString>("format");
        QTest::newRow("uniform, simple, json")
            << int(Spread::Uniform) << QStringLiteral("simple") << QStringLiteral("jsonlog");
        QTest::newRow("zipf, prepared, json")
            << int(Spread::Zipf) << QStringLiteral("prepared") << QStringLiteral("jsonlog");
        QTest::newRow("moving, extended, csv")
            << int(Spread::Moving) << QStringLiteral("extended") << QStringLiteral("csvlog");
    }
    void run_anySpreadAndProtocol_cellsAreWithinFivePercent()
    {
        QFETCH(int, spread);
        QFETCH(QString, mode);
        QFETCH(QString, format);
        auto* world = worldOf(format);
        QVERIFY(world != nullptr);
        const auto outcome = world->run({.spread = static_cast<Spread>(spread),
                                         .mode = mode.toStdString(),
                                         .transactions = 24'000});
        QVERIFY2(outcome.ok(), outcome.ok() ? "" : outcome.error().text().c_str());
        QVERIFY2(outcome->statements > 10'000 && outcome->statements < 14'000,
                 qPrintable(QString::number(outcome->statements)));
        QVERIFY2(outcome->distance < 0.05, qPrintable(QString::number(outcome->distance)));
        QVERIFY2(outcome->attributedShare > 0.999,
                 qPrintable(QString::number(outcome->attributedShare)));
    }

    void follow_rotations_noStatementIsLost()
    {
        auto* world = worldOf(QStringLiteral("jsonlog"));
        QVERIFY(world->run({.spread = Spread::Uniform, .transactions = 400}).ok());
        QVERIFY(world->cluster().exec("alter system set log_statement_sample_rate = 1").ok());
        QVERIFY(world->cluster().exec("select pg_reload_conf()").ok());
        // A new file each: as many statements as were run are seen, whichever they are in.
        const auto seen = [world] {
            const auto sketch = world->tracker().sketchOf(world->keyspace().shards[0].id);
            return sketch ? sketch->observations(heat::KeyUse::Reads) : 0;
        };
        std::this_thread::sleep_for(std::chrono::milliseconds(500)); // the reload
        QVERIFY(world->follow().ok());
        const std::uint64_t before = seen();
        for (int i = 0; i < 5; ++i) {
            QVERIFY(world->cluster().exec("select pg_rotate_logfile()").ok());
            std::this_thread::sleep_for(std::chrono::milliseconds(1'100)); // its name has seconds
            for (int k = 1; k <= 20; ++k) {
                QVERIFY(world->cluster()
                            .exec("select balance from accounts where id = " + std::to_string(k))
                            .ok());
            }
            QVERIFY(world->follow().ok());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
        QVERIFY(world->follow().ok());
        QCOMPARE(seen() - before, std::uint64_t{100});
    }

    void statistics_ofTheServer_nameTheStatement()
    {
        auto* world = worldOf(QStringLiteral("jsonlog"));
        const auto totals = world->source().statistics(50);
        QVERIFY2(totals.ok(), totals.ok() ? "" : totals.error().text().c_str());
        bool found = false;
        for (const engine::StatementTotals& one : *totals) {
            const auto keyspaces = world->reads().keyspacesOf(one.text);
            found = found || (!keyspaces.empty() && keyspaces.front() == "accounts" &&
                              one.text.find("where id = $1") != std::string::npos &&
                              one.calls > 300 && one.milliseconds > 0);
        }
        QVERIFY(found);
    }

    void settings_notGiven_saysWhatToSet()
    {
        auto* world = worldOf(QStringLiteral("csvlog"));
        QVERIFY(world->cluster().exec("alter system set log_min_duration_sample = -1").ok());
        QVERIFY(world->cluster().exec("select pg_reload_conf()").ok());
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
        const auto settings = world->source().logSettings();
        QVERIFY(settings.ok());
        QVERIFY(!settings->trouble.empty());
        QVERIFY(settings->hint.find("log_min_duration_sample") != std::string::npos);
    }

    void cleanupTestCase() { m_world.reset(); }

private:
    AttributionWorld* worldOf(const QString& format)
    {
        if (m_world && m_format == format) {
            return m_world.get();
        }
        m_world.reset();
        AttributionWorld::Options options;
        options.logFormat = format.toStdString();
        options.sampleRate = 0.5;
        auto made = AttributionWorld::make(options);
        if (!made.ok()) {
            qWarning("%s", made.error().text().c_str());
            return nullptr;
        }
        m_world = std::move(made).value();
        m_format = format;
        return m_world.get();
    }

    std::unique_ptr<AttributionWorld> m_world;
    QString m_format;
};

QTEST_GUILESS_MAIN(TstAttribution)
#include "tst_attribution.moc"
