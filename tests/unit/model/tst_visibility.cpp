// SPDX-License-Identifier: Apache-2.0
#include "shared/model/visibility.h"

#include <QTest>

using namespace isotherm;

class TestVisibility : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void shows_byTheRule()
    {
        const auto snapshot = Visibility::parse("10:20:14,10");
        QVERIFY(snapshot.ok());
        QVERIFY(snapshot->shows(9));
        QVERIFY(!snapshot->shows(10)); // ran
        QVERIFY(snapshot->shows(11));
        QVERIFY(!snapshot->shows(14)); // ran
        QVERIFY(snapshot->shows(19));
        QVERIFY(!snapshot->shows(20)); // came later
        QVERIFY(!snapshot->shows(21));
        QCOMPARE(snapshot->oldestRunning(), std::uint64_t{10});
        QCOMPARE(snapshot->next(), std::uint64_t{20});
        QCOMPARE(QString::fromStdString(snapshot->text()), QStringLiteral("10:20:10,14"));
    }

    void shows_idsBeyond32Bits()
    {
        const auto snapshot = Visibility::parse("8589934592:8589934600:8589934595");
        QVERIFY(snapshot.ok());
        QVERIFY(snapshot->shows(8589934594));
        QVERIFY(!snapshot->shows(8589934595));
        QVERIFY(snapshot->shows(3));
    }

    void parse_malformed_refused_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char* text : {"", "10", "10:20", "20:10:", "a:b:", "10:20:,", "10:20:14,",
                                 "10:20:14;15", "-1:20:", "10:20:x", "10:99999999999999999999:"}) {
            QTest::newRow(text) << QByteArray(text);
        }
    }
    void parse_malformed_refused()
    {
        QFETCH(const QByteArray, text);
        QVERIFY(!Visibility::parse(text.toStdString()).ok());
    }
};

QTEST_APPLESS_MAIN(TestVisibility)
#include "tst_visibility.moc"
