// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/local_time.h"
#include "shared/base/file.h"
#include "shared/base/time_text.h"
#include "tests/harness/temp_dir.h"

#include <QtTest/QtTest>

using namespace isotherm;
using namespace isotherm::predict;

class TstLocalTime : public QObject
{
    Q_OBJECT

    static WallTime at(const char* text)
    {
        const auto parsed = parseInstant(text, WallTime());
        ISO_CHECK(parsed.ok());
        return *parsed;
    }

private Q_SLOTS:
    void offsetAt_zonesAndSeasons_areTheirs_data()
    {
        QTest::addColumn<QString>("zone");
        QTest::addColumn<QString>("moment");
        QTest::addColumn<int>("minutes");
        QTest::newRow("utc") << "UTC"
                             << "2026-07-01T00:00:00Z" << 0;
        QTest::newRow("winter") << "Europe/Berlin"
                                << "2016-01-05T00:00:00Z" << 60;
        QTest::newRow("summer") << "Europe/Berlin"
                                << "2016-07-05T00:00:00Z" << 120;
        QTest::newRow("before spring") << "Europe/Berlin"
                                       << "2026-03-29T00:59:59Z" << 60;
        QTest::newRow("after spring") << "Europe/Berlin"
                                      << "2026-03-29T01:00:00Z" << 120;
        QTest::newRow("before autumn") << "Europe/Berlin"
                                       << "2026-10-25T00:59:59Z" << 120;
        QTest::newRow("after autumn") << "Europe/Berlin"
                                      << "2026-10-25T01:00:00Z" << 60;
        // Behind the last change that a file lists: by the rule at its end.
        QTest::newRow("far summer") << "Europe/Berlin"
                                    << "2061-07-05T00:00:00Z" << 120;
        QTest::newRow("far winter") << "Europe/Berlin"
                                    << "2061-12-05T00:00:00Z" << 60;
        QTest::newRow("the south") << "Australia/Sydney"
                                   << "2061-01-05T00:00:00Z" << 660;
        QTest::newRow("the south's winter") << "Australia/Sydney"
                                            << "2061-07-05T00:00:00Z" << 600;
        QTest::newRow("half hours") << "Asia/Kolkata"
                                    << "2061-01-05T00:00:00Z" << 330;
        QTest::newRow("west") << "America/New_York"
                              << "2026-01-05T00:00:00Z" << -300;
    }
    void offsetAt_zonesAndSeasons_areTheirs()
    {
        QFETCH(QString, zone);
        QFETCH(QString, moment);
        QFETCH(int, minutes);
        const auto local = LocalTime::load(zone.toStdString());
        QVERIFY2(local.ok(), local.ok() ? "" : local.error().text().c_str());
        QCOMPARE(static_cast<int>(local->offsetAt(at(qPrintable(moment))).count()), minutes);
        QCOMPARE(local->name(), zone.toStdString());
    }

    void ofThisMachine_itsFile_isRead()
    {
        const auto berlin = LocalTime::ofThisMachine("/usr/share/zoneinfo/Europe/Berlin");
        QVERIFY(berlin.ok());
        QCOMPARE(berlin->offsetAt(at("2016-07-05T00:00:00Z")), std::chrono::minutes(120));
        const auto none = LocalTime::ofThisMachine("/nowhere/localtime");
        QVERIFY(none.ok());
        QCOMPARE(none->name(), std::string("UTC"));
    }

    void load_badNames_areRefused_data()
    {
        QTest::addColumn<QString>("zone");
        QTest::newRow("unknown") << "Atlantis/Centre";
        QTest::newRow("out of the folder") << "../../../etc/hostname";
        QTest::newRow("absolute") << "/etc/hostname";
        QTest::newRow("a folder") << "Europe";
    }
    void load_badNames_areRefused()
    {
        QFETCH(QString, zone);
        const auto local = LocalTime::load(zone.toStdString());
        QVERIFY(!local.ok());
        QCOMPARE(local.error().code, Code::NotFound);
    }

    void load_everyPrefixOfAFile_isAnErrorAndNoCrash()
    {
        const auto whole = readFile("/usr/share/zoneinfo/Europe/Berlin");
        QVERIFY(whole.ok());
        const test::TempDir folder;
        std::size_t refused = 0;
        for (std::size_t size = 0; size < whole->size(); size += 41) {
            QVERIFY(writeFileDurably(folder.path() / "Cut", whole->substr(0, size)).ok());
            refused += LocalTime::load("Cut", folder.path()).ok() ? 0 : 1;
        }
        QVERIFY(refused > whole->size() / 41 - 5); // but for what only lacks the end of the footer
    }
};

QTEST_GUILESS_MAIN(TstLocalTime)
#include "tst_local_time.moc"
