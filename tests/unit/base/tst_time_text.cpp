// SPDX-License-Identifier: Apache-2.0
#include "shared/base/time_text.h"

#include <QtTest/QtTest>
#include <random>

using namespace isotherm;
using namespace std::chrono_literals;

namespace
{

const WallTime kNow = fromUnixMicros(1'772'366'405'250'000); // 2026-03-01T12:00:05.25Z

} // namespace

class TstTimeText : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void parseInstant_oneMomentWrittenManyWays_isTheSame_data()
    {
        QTest::addColumn<QString>("text");
        for (const char* text :
             {"2026-03-01T12:00:05.25Z", "2026-03-01 12:00:05.25Z", "2026-03-01t12:00:05.250000z",
              "2026-03-01T14:00:05.25+02:00", "2026-03-01 14:00:05.25 +0200",
              "2026-03-01 17:30:05,25+05:30", "2026-03-01T10:00:05.25-02", "now",
              "2026-03-02T00:00:05.25+12:00", "2026-02-28T23:00:05.25-13:00"}) {
            QTest::newRow(text) << QString::fromUtf8(text);
        }
    }
    void parseInstant_oneMomentWrittenManyWays_isTheSame()
    {
        QFETCH(QString, text);
        const auto parsed = parseInstant(text.toStdString(), kNow);
        QVERIFY2(parsed.ok(), parsed.ok() ? "" : parsed.error().text().c_str());
        QCOMPARE(toUnixMicros(*parsed), toUnixMicros(kNow));
    }

    void parseInstant_relative_isFromNow()
    {
        QVERIFY(*parseInstant("-40m", kNow) == kNow - 40min);
        QVERIFY(*parseInstant("-1h30m", kNow) == kNow - 90min);
        QVERIFY(*parseInstant("+10s", kNow) == kNow + 10s);
        QVERIFY(*parseInstant("-3d", kNow) == kNow - 72h);
    }

    void parseInstant_withoutSeconds_isTheFullMinute()
    {
        QVERIFY(*parseInstant("2026-03-01T12:00Z", kNow) == kNow - 5250ms);
    }

    void parseInstant_withoutZone_isRefusedWithCandidates()
    {
        qputenv("TZ", "Europe/Berlin");
        tzset();
        const auto parsed = parseInstant("2026-03-01 12:00:05", kNow);
        QVERIFY(!parsed.ok());
        QCOMPARE(parsed.error().code, Code::InvalidArgument);
        const QString hint = QString::fromStdString(parsed.error().hint);
        QVERIFY2(hint.contains(QStringLiteral("2026-03-01T12:00:05Z (UTC)")), qPrintable(hint));
        QVERIFY2(hint.contains(QStringLiteral("2026-03-01T11:00:05Z (this machine's zone)")),
                 qPrintable(hint));
        qunsetenv("TZ");
        tzset();
    }

    void parseInstant_nonsense_isRefused_data()
    {
        QTest::addColumn<QString>("text");
        for (const char* text : {"",
                                 "yesterday",
                                 "2026-13-01T00:00Z",
                                 "2026-02-30T00:00Z",
                                 "2026-03-01",
                                 "12:00Z",
                                 "2026-03-01T24:00Z",
                                 "2026-03-01T12:60Z",
                                 "2026-03-01T12:00:60Z",
                                 "2026-03-01T12:00:05.Z",
                                 "2026-03-01T12:00:05Zjunk",
                                 "2026-03-01T12:00:05+2",
                                 "2026-03-01T12:00:05+25:00",
                                 "2026-03-01T12:00:05+02:60",
                                 "-",
                                 "-5",
                                 "+h",
                                 "-40x",
                                 "--5m",
                                 "26-03-01T12:00Z",
                                 "2026-03-01T-1:00Z",
                                 "-200y",
                                 "2026-03-01T12:00:05 02:00"}) {
            QTest::newRow(text) << QString::fromUtf8(text);
        }
    }
    void parseInstant_nonsense_isRefused()
    {
        QFETCH(QString, text);
        const auto parsed = parseInstant(text.toStdString(), kNow);
        QVERIFY2(!parsed.ok(), parsed.ok() ? formatUtc(*parsed).c_str() : "");
        QCOMPARE(parsed.error().code, Code::InvalidArgument);
        QVERIFY(!parsed.error().hint.empty());
    }

    void formatUtc_randomMoments_areReadBack()
    {
        const unsigned seed = std::random_device()();
        qInfo("seed %u", seed);
        std::mt19937_64 random(seed);
        for (int i = 0; i < 20'000; ++i) {
            const auto micros = static_cast<std::int64_t>(random() % 8'000'000'000'000'000ULL) -
                                2'000'000'000'000'000LL; // 1906 to 2160
            const std::string text = formatUtc(fromUnixMicros(micros));
            const auto parsed = parseInstant(text, kNow);
            QVERIFY2(parsed.ok() && toUnixMicros(*parsed) == micros, text.c_str());
        }
    }

    void formatUtc_fractions_areAsShortAsPossible()
    {
        QCOMPARE(formatUtc(kNow), std::string("2026-03-01T12:00:05.25Z"));
        QCOMPARE(formatUtc(kNow - 250ms), std::string("2026-03-01T12:00:05Z"));
        QCOMPARE(formatUtc(fromUnixMicros(-1)), std::string("1969-12-31T23:59:59.999999Z"));
    }

    void parseDuration_forms_areUnderstood()
    {
        QVERIFY(*parseDuration("90s") == 90s);
        QVERIFY(*parseDuration("250ms") == 250ms);
        QVERIFY(*parseDuration("1h30m") == 90min);
        QVERIFY(*parseDuration("7d") == 168h);
        QVERIFY(*parseDuration("2w") == 336h);
        QVERIFY(*parseDuration("0s") == 0s);
    }

    void parseDuration_nonsense_isRefused_data()
    {
        QTest::addColumn<QString>("text");
        for (const char* text : {"", "5", "s", "-5s", "5 s", "5S", "1.5h", "5mm", "1h 30m",
                                 "99999999999d", "5msx", "9223372036854775807s", "h5"}) {
            QTest::newRow(text) << QString::fromUtf8(text);
        }
    }
    void parseDuration_nonsense_isRefused()
    {
        QFETCH(QString, text);
        QVERIFY(!parseDuration(text.toStdString()).ok());
    }

    void formatDuration_random_isReadBack()
    {
        const unsigned seed = std::random_device()();
        qInfo("seed %u", seed);
        std::mt19937_64 random(seed);
        for (int i = 0; i < 5'000; ++i) {
            const std::chrono::milliseconds duration(random() % (1ULL << (random() % 36)));
            const std::string text = formatDuration(duration);
            QVERIFY2(*parseDuration(text) == duration, text.c_str());
        }
        QCOMPARE(formatDuration(90min), std::string("1h30m"));
        QCOMPARE(formatDuration(0ms), std::string("0s"));
        QCOMPARE(formatDuration(-90s), std::string("-1m30s"));
    }
};

QTEST_GUILESS_MAIN(TstTimeText)
#include "tst_time_text.moc"
