// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/viewport.h"

#include <QTest>

using namespace isotherm;
using namespace isotherm::viewmath;

namespace
{

const ColumnGrid kGrid{1000.0, 10.0, 6, 4}; // [1000, 1060), 4 rows
const Viewport kAll{{1000.0, 1060.0}, {0.0, 4.0}};
const PixelSize kSize{600.0, 400.0};

} // namespace

class TestViewport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void zoomed_aroundAnAnchor_keepsItInPlace()
    {
        const Span span{100.0, 200.0};
        const Span zoomed = span.zoomed(0.5, 0.25);
        QCOMPARE(zoomed.length(), 50.0);
        QCOMPARE(zoomed.valueAt(0.25), 125.0);
    }

    void clampedTo_bounds_neverLeavesThem()
    {
        const Span bounds{0.0, 100.0};
        QCOMPARE((Span{-20.0, 30.0}).clampedTo(bounds, 1.0).begin, 0.0);
        QCOMPARE((Span{-20.0, 30.0}).clampedTo(bounds, 1.0).end, 50.0);
        QCOMPARE((Span{90.0, 130.0}).clampedTo(bounds, 1.0).begin, 60.0);
        QVERIFY((Span{-50.0, 500.0}).clampedTo(bounds, 1.0) == bounds);
        QCOMPARE((Span{50.0, 50.2}).clampedTo(bounds, 10.0).length(), 10.0);
    }

    void cellAt_pixels_hitTheirCell()
    {
        QVERIFY((cellAt(kGrid, kAll, kSize, {0.0, 0.0}) == CellIndex{0, 0}));
        QVERIFY((cellAt(kGrid, kAll, kSize, {599.0, 399.0}) == CellIndex{3, 5}));
        QVERIFY((cellAt(kGrid, kAll, kSize, {250.0, 150.0}) == CellIndex{1, 2}));
        QVERIFY(!cellAt(kGrid, kAll, kSize, {600.0, 10.0}).has_value());
        QVERIFY(!cellAt(kGrid, {{0.0, 60.0}, {0.0, 4.0}}, kSize, {10.0, 10.0}).has_value());
    }

    void boxBetween_drag_snapsOutwardsToCells()
    {
        const auto box = boxBetween(kGrid, kAll, kSize, {350.0, 250.0}, {150.0, 120.0});
        QVERIFY(box.has_value());
        QCOMPARE(box->firstRow, std::size_t{1});
        QCOMPARE(box->lastRow, std::size_t{2});
        QCOMPARE(box->time.begin, 1010.0);
        QCOMPARE(box->time.end, 1040.0);
    }

    void boxBetween_outsideTheMap_isNothing()
    {
        const Viewport wide{{0.0, 60.0}, {0.0, 4.0}};
        QVERIFY(!boxBetween(kGrid, wide, kSize, {0.0, 0.0}, {100.0, 100.0}).has_value());
        QVERIFY(!boxBetween({0.0, 1.0, 0, 0}, kAll, kSize, {0.0, 0.0}, {10.0, 10.0}).has_value());
    }

    void zoomStack_pops_lastInFirstOut()
    {
        ZoomStack stack;
        stack.push(kAll);
        stack.push({{1010.0, 1020.0}, {1.0, 2.0}});
        QCOMPARE(stack.pop()->time.begin, 1010.0);
        QVERIFY(stack.pop() == kAll);
        QVERIFY(!stack.pop().has_value());
    }

    void zoomStack_manyPushes_forgetsTheOldest()
    {
        ZoomStack stack;
        for (int i = 0; i < 100; ++i) {
            stack.push({{double(i), double(i) + 1.0}, {0.0, 1.0}});
        }
        QCOMPARE(stack.depth(), std::size_t{64});
        QCOMPARE(stack.pop()->time.begin, 99.0);
    }

    void seconds_roundTrip_keepsMicroseconds()
    {
        const WallTime time = fromUnixMicros(1'795'000'000'123'456);
        QCOMPARE(toUnixMicros(fromSeconds(toSeconds(time))), toUnixMicros(time));
    }
};

QTEST_APPLESS_MAIN(TestViewport)
#include "tst_viewport.moc"
