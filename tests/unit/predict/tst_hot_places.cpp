// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/hot_places.h"

#include <QtTest/QtTest>
#include <limits>

using namespace isotherm::predict;

class TstHotPlaces : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void choose_aHotterSeries_takesThePlaceOfTheColdest()
    {
        HotPlaces places(5, 2);
        QCOMPARE(places.placeOf(1), std::size_t{1});
        QCOMPARE(places.placeOf(4), HotPlaces::kNone);
        const auto changed = places.choose(std::vector<float>{9, 1, 2, 3, 8});
        QCOMPARE(changed, std::vector<std::size_t>{1});
        QCOMPARE(places.placeOf(0), std::size_t{0}); // it stays where it is
        QCOMPARE(places.placeOf(4), std::size_t{1});
        QCOMPARE(places.placeOf(1), HotPlaces::kNone);
        QCOMPARE(places.seriesAt(1), std::size_t{4});
    }

    void choose_nearlyAsHot_keepsItsPlace()
    {
        HotPlaces places(6, 2); // safe among the three hottest
        QVERIFY(places.choose(std::vector<float>{9, 7, 8, 1, 1, 1}).empty());
        QVERIFY(!places.choose(std::vector<float>{9, 6, 8, 7, 1, 1}).empty());
    }

    void choose_notMeasured_isTheColdest()
    {
        constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
        HotPlaces places(3, 1);
        QVERIFY(!places.choose(std::vector<float>{kUnknown, 0, kUnknown}).empty());
        QCOMPARE(places.seriesAt(0), std::size_t{1});
    }

    void choose_placesForAll_changesNothing()
    {
        HotPlaces places(3, 10);
        QVERIFY(places.enough());
        QVERIFY(places.choose(std::vector<float>{1, 2, 3}).empty());
    }
};

QTEST_GUILESS_MAIN(TstHotPlaces)
#include "tst_hot_places.moc"
