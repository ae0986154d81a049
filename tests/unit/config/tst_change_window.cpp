// SPDX-License-Identifier: Apache-2.0
// moc 6.4 cannot parse <compare>, which the header needs, unless it met <string> before it.
// clang-format off
#include <string>

#include "agent/config/change_window.h"
#include "shared/base/time_text.h"
// clang-format on

#include <QtTest/QtTest>

using namespace isotherm;
using namespace isotherm::config;

class TestChangeWindow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void parseChangeWindow_bad_refused_data();
    void parseChangeWindow_bad_refused();
    void isInWindow_moments_data();
    void isInWindow_moments();
    void isInWindow_none_always();
};

void TestChangeWindow::parseChangeWindow_bad_refused_data()
{
    QTest::addColumn<QString>("text");
    for (const char* text :
         {"", "02:00-05:00", "02:00 +02:00", "2:00-5:00 Z", "25:00-26:00 Z", "02:00-02:00 Z",
          "02:60-03:00 Z", "funday 02:00-05:00 Z", "02:00-05:00 +2", "02:00-05:00 +16:00",
          "mon 02:00-05:00 Z Z", "02:00-05:00x Z"}) {
        QTest::newRow(text) << text;
    }
}

void TestChangeWindow::parseChangeWindow_bad_refused()
{
    QFETCH(QString, text);
    const auto window = parseChangeWindow(text.toStdString());
    QVERIFY(!window.ok());
    QVERIFY(!window.error().hint.empty());
}

void TestChangeWindow::isInWindow_moments_data()
{
    QTest::addColumn<QString>("window");
    QTest::addColumn<QString>("moment"); // 2026-03-02 is a Monday
    QTest::addColumn<bool>("inside");
    const auto row = [](const char* window, const char* moment, bool inside) {
        QTest::newRow(qPrintable(QString("%1 at %2").arg(window, moment)))
            << window << moment << inside;
    };
    row("02:00-05:00 Z", "2026-03-02T02:00:00Z", true);
    row("02:00-05:00 Z", "2026-03-02T01:59:59Z", false);
    row("02:00-05:00 Z", "2026-03-02T04:59:59Z", true);
    row("02:00-05:00 Z", "2026-03-02T05:00:00Z", false);
    row("02:00-05:00 +02:00", "2026-03-02T00:30:00Z", true);
    row("02:00-05:00 -03:30", "2026-03-02T05:29:00Z", false);
    row("02:00-05:00 -03:30", "2026-03-02T05:30:00Z", true);
    row("22:00-06:00 Z", "2026-03-02T23:00:00Z", true);
    row("22:00-06:00 Z", "2026-03-02T05:00:00Z", true);
    row("22:00-06:00 Z", "2026-03-02T07:00:00Z", false);
    row("mon 22:00-06:00 Z", "2026-03-03T05:00:00Z", true); // it began on Monday
    row("mon 22:00-06:00 Z", "2026-03-02T05:00:00Z", false);
    row("sat,sun 00:00-24:00 Z", "2026-03-01T12:00:00Z", true);
    row("sat,sun 00:00-24:00 Z", "2026-03-02T12:00:00Z", false);
    row("fri-mon 12:00-13:00 Z", "2026-03-02T12:30:00Z", true);
    row("fri-mon 12:00-13:00 Z", "2026-03-03T12:30:00Z", false);
    row("mon 00:00-01:00 +02:00", "2026-03-01T22:30:00Z", true); // Monday there
}

void TestChangeWindow::isInWindow_moments()
{
    QFETCH(QString, window);
    QFETCH(QString, moment);
    QFETCH(bool, inside);
    const auto parsed = parseChangeWindow(window.toStdString());
    QVERIFY(parsed.ok());
    const auto now = parseInstant(moment.toStdString(), {});
    QVERIFY(now.ok());
    QCOMPARE(isInWindow({*parsed}, *now), inside);
}

void TestChangeWindow::isInWindow_none_always()
{
    QVERIFY(isInWindow({}, WallTime{}));
}

QTEST_APPLESS_MAIN(TestChangeWindow)
#include "tst_change_window.moc"
