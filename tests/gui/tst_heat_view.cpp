// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/heat_export.h"
#include "app/widgets/heat_table.h"
#include "app/widgets/heat_view.h"
#include "app/widgets/search_palette.h"
#include "tests/gui/demo_world.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>
#include <cmath>

using namespace isotherm;
using namespace std::chrono_literals;

namespace
{

constexpr std::int64_t kStart = 1'795'000'000;

HeatMatrix smallMatrix()
{
    const test::DemoWorld world({.shards = 4}, fromUnixMicros((kStart - 1000) * 1'000'000));
    return world.heat(HeatMetric::Rows, fromUnixMicros(kStart * 1'000'000),
                      fromUnixMicros((kStart + 40) * 1'000'000), 1000ms);
}

} // namespace

class TestHeatView : public QObject
{
    Q_OBJECT

    HeatMatrix m_matrix;
    std::unique_ptr<HeatView> m_view;

    HeatCanvas& canvas() { return m_view->canvas(); }
    QPoint cellCentre(std::size_t row, std::size_t column)
    {
        return {static_cast<int>((static_cast<double>(column) + 0.5) / 40.0 * canvas().width()),
                static_cast<int>((static_cast<double>(row) + 0.5) / 4.0 * canvas().height())};
    }

private Q_SLOTS:
    void init()
    {
        m_matrix = smallMatrix();
        m_view = std::make_unique<HeatView>();
        m_view->resize(900, 420);
        m_view->setMatrix(&m_matrix, true);
        const viewmath::Span all{double(kStart), double(kStart + 40)};
        m_view->setTime(all, all);
        connect(m_view.get(), &HeatView::timeRequested, m_view.get(),
                [this, all](viewmath::Span time) { m_view->setTime(time, all); });
        connect(m_view.get(), &HeatView::selectionRequested, m_view.get(),
                [this](const HeatSelection& selection) { m_view->setSelection(selection); });
        m_view->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_view.get()));
    }

    void cleanup() { m_view.reset(); }

    void drag_overCells_selectsShardsAndTime()
    {
        HeatSelection selected;
        connect(m_view.get(), &HeatView::selectionRequested, this,
                [&](const HeatSelection& selection) { selected = selection; });
        QTest::mousePress(&canvas(), Qt::LeftButton, {}, cellCentre(1, 10));
        QTest::mouseMove(&canvas(), cellCentre(2, 15));
        QTest::mouseRelease(&canvas(), Qt::LeftButton, {}, cellCentre(2, 19));
        QVERIFY((selected.shards == std::vector<ShardId>{ShardId(101), ShardId(102)}));
        QVERIFY(selected.time.has_value());
        QCOMPARE(selected.time->begin, double(kStart + 10));
        QCOMPARE(selected.time->end, double(kStart + 20));
    }

    void click_clearsTheSelection()
    {
        m_view->setSelection({{ShardId(101)}, std::nullopt});
        bool cleared = false;
        connect(m_view.get(), &HeatView::selectionRequested, this,
                [&](const HeatSelection& selection) {
                    cleared = selection.shards.empty() && !selection.time;
                });
        QTest::mouseClick(&canvas(), Qt::LeftButton, {}, cellCentre(1, 10));
        QVERIFY(cleared);
        QVERIFY((canvas().cursorCell() == viewmath::CellIndex{1, 10}));
    }

    void keys_arrows_moveTheCellAndShiftSelects()
    {
        canvas().setCursorCell(viewmath::CellIndex{1, 10});
        canvas().setFocus();
        QTest::keyClick(&canvas(), Qt::Key_Right);
        QTest::keyClick(&canvas(), Qt::Key_Down);
        QVERIFY((canvas().cursorCell() == viewmath::CellIndex{2, 11}));
        HeatSelection selected;
        connect(m_view.get(), &HeatView::selectionRequested, this,
                [&](const HeatSelection& selection) { selected = selection; });
        QTest::keyClick(&canvas(), Qt::Key_Down, Qt::ShiftModifier);
        QTest::keyClick(&canvas(), Qt::Key_Right, Qt::ShiftModifier);
        QVERIFY((selected.shards == std::vector<ShardId>{ShardId(102), ShardId(103)}));
        QCOMPARE(selected.time->begin, double(kStart + 11));
        QCOMPARE(selected.time->end, double(kStart + 13));
        QTest::keyClick(&canvas(), Qt::Key_Up);
        QTest::keyClick(&canvas(), Qt::Key_Up);
        QTest::keyClick(&canvas(), Qt::Key_Up);
        QTest::keyClick(&canvas(), Qt::Key_Up);
        QCOMPARE(canvas().cursorCell()->row, std::size_t{0});
    }

    void keys_space_pinsTheNumbersAndEscapeLetsGo()
    {
        canvas().setCursorCell(viewmath::CellIndex{1, 10});
        QTest::keyClick(&canvas(), Qt::Key_Space);
        QVERIFY(canvas().tipPinned());
        QTest::keyClick(&canvas(), Qt::Key_Escape);
        QVERIFY(!canvas().tipPinned());
        QVERIFY(!canvas().cursorCell().has_value());
    }

    void keys_r_asksForTheRestore()
    {
        QSignalSpy asked(m_view.get(), &HeatView::restoreRequested);
        QTest::keyClick(&canvas(), Qt::Key_R);
        QCOMPARE(asked.count(), 1);
    }

    void wheel_zoomsAroundThePointer_andBackspaceReturns()
    {
        const viewmath::Viewport before = canvas().viewport();
        const QPointF at(canvas().width() * 0.25, 100);
        const double fixed = before.time.valueAt(0.25);
        QWheelEvent wheel(at, canvas().mapToGlobal(at), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&canvas(), &wheel);
        QVERIFY(canvas().viewport().time.length() < before.time.length());
        QVERIFY(std::abs(canvas().viewport().time.valueAt(0.25) - fixed) < 0.05);
        QVERIFY(m_view->canZoomBack());
        QTest::keyClick(&canvas(), Qt::Key_Backspace);
        QVERIFY(canvas().viewport() == before);
        QVERIFY(!m_view->canZoomBack());
    }

    void zoomToSelection_showsItAndZeroShowsAll()
    {
        const viewmath::Viewport before = canvas().viewport();
        m_view->setSelection({{ShardId(101), ShardId(102)},
                              viewmath::Span{double(kStart + 10), double(kStart + 20)}});
        QTest::keyClick(&canvas(), Qt::Key_Return);
        QCOMPARE(canvas().viewport().rows.begin, 1.0);
        QCOMPARE(canvas().viewport().rows.end, 3.0);
        QCOMPARE(canvas().viewport().time.begin, double(kStart + 10));
        QTest::keyClick(&canvas(), Qt::Key_0);
        QVERIFY(canvas().viewport() == before);
    }

    void middleDrag_pansInsideTheBounds()
    {
        m_view->zoomIn();
        const viewmath::Viewport before = canvas().viewport();
        QTest::mousePress(&canvas(), Qt::MiddleButton, {}, QPoint(200, 100));
        QMouseEvent move(QEvent::MouseMove, QPointF(260, 100),
                         canvas().mapToGlobal(QPointF(260, 100)), Qt::NoButton, Qt::MiddleButton,
                         {});
        QCoreApplication::sendEvent(&canvas(), &move);
        QTest::mouseRelease(&canvas(), Qt::MiddleButton, {}, QPoint(260, 100));
        QVERIFY(canvas().viewport().time.begin < before.time.begin);
        QCOMPARE(canvas().viewport().time.length(), before.time.length());
    }

    void missingCell_isNotDrawnAsColdAndSaysSo()
    {
        for (std::size_t column = 0; column < 40; ++column) {
            m_matrix.mean[column * 4] = kMissingHeat;
            m_matrix.max[column * 4] = kMissingHeat;
            m_matrix.mean[column * 4 + 1] = 0.0F;
            m_matrix.max[column * 4 + 1] = 0.0F;
        }
        m_view->setMatrix(&m_matrix, true);
        const QImage picture = canvas().picture();
        const QRgb cold = viewmath::colourAt(viewmath::ColourMap::Inferno, 0.0);
        const QPoint missing = cellCentre(0, 20);
        const QPoint zero = cellCentre(1, 20);
        QCOMPARE(picture.pixel(zero), cold);
        for (int dx = -8; dx < 8; ++dx) {
            QVERIFY(picture.pixel(missing + QPoint(dx, 0)) != cold);
        }
        QVERIFY(canvas().describe({0, 20}).contains(QStringLiteral("not measured")));
        QVERIFY(!canvas().describe({1, 20}).contains(QStringLiteral("not measured")));
    }

    void describe_cell_hasMeanMaxAndZone()
    {
        const QString said = canvas().describe({2, 5}).join(QLatin1Char('|'));
        QVERIFY(said.contains(QStringLiteral("mean ")) && said.contains(QStringLiteral("max ")));
        QVERIFY(said.contains(QStringLiteral("+00:00")));
        QVERIFY(said.contains(QStringLiteral("accounts [250001, 375001)")));
    }

    void columnsChanged_appended_showsTheNewColumn()
    {
        const viewmath::Span wide{double(kStart), double(kStart + 50)};
        m_view->setTime(wide, wide);
        (void)canvas().picture();
        const std::size_t first = m_matrix.columns;
        for (int i = 0; i < 4 * 10; ++i) {
            m_matrix.mean.push_back(1.0F);
            m_matrix.max.push_back(1.0F);
        }
        m_matrix.columns += 10;
        m_matrix.forecastFrom = m_matrix.columns;
        m_view->columnsChanged(first);
        HeatView fresh;
        fresh.resize(m_view->size());
        fresh.setMatrix(&m_matrix, true);
        fresh.setTime(wide, wide);
        fresh.show();
        QVERIFY(QTest::qWaitForWindowExposed(&fresh));
        QCOMPARE(fresh.canvas().size(), canvas().size());
        QCOMPARE(canvas().scale().top, fresh.canvas().scale().top);
        QVERIFY(canvas().picture() == fresh.canvas().picture());
    }

    void scale_ofOneMetric_shrinksOnlyWhereMuchTooHigh()
    {
        const double top = canvas().scale().top;
        HeatMatrix quiet = m_matrix;
        const auto fill = [&](double value) {
            std::ranges::fill(quiet.max, static_cast<float>(value));
            m_view->setMatrix(&quiet, false);
        };
        fill(top / 2.1);
        QCOMPARE(canvas().scale().top, top);
        fill(top / 20);
        QVERIFY(canvas().scale().top < top / 4);
        m_view->setMatrix(&m_matrix, true);
        QCOMPARE(canvas().scale().top, top);
    }

    void scale_nothingLasts_knowsTheMoment()
    {
        HeatMatrix idle = m_matrix;
        std::ranges::fill(idle.max, 0.0F);
        idle.max[0] = 5'000.0F;
        m_view->setMatrix(&idle, true);
        QCOMPARE(canvas().scale().top, 100.0);
        m_view->setMatrix(&m_matrix, true);
    }

    void csv_cellsOnScreen_leavesMissingEmpty()
    {
        m_matrix.mean[5 * 4] = kMissingHeat;
        m_matrix.max[5 * 4] = kMissingHeat;
        const QByteArray csv =
            heatToCsv(m_matrix, {{double(kStart + 5), double(kStart + 7)}, {0.0, 1.0}});
        const QList<QByteArray> lines = csv.split('\n');
        QCOMPARE(lines.size(), 4); // header, two cells, end
        QVERIFY(lines[1].contains("rows,,,false"));
        QVERIFY(lines[2].startsWith("\"accounts\",\"[1, 125001)\","));
    }

    void table_newestFirst_hasTheSameNumbers()
    {
        HeatTableModel model(m_matrix, Zone());
        const QAbstractItemModelTester tester(&model);
        QCOMPARE(model.rowCount(), 4);
        QCOMPARE(model.columnCount(), 40);
        QVERIFY(model.headerData(0, Qt::Horizontal, Qt::DisplayRole).toString() >
                model.headerData(1, Qt::Horizontal, Qt::DisplayRole).toString());
    }

    void search_words_matchInAnyOrderAndPrefixWins()
    {
        const std::vector<SearchEntry> entries = {
            {QStringLiteral("accounts [1, 9)"), QStringLiteral("shard"), {}},
            {QStringLiteral("Heat"), QStringLiteral("view"), {}},
            {QStringLiteral("Show heat as table"), QStringLiteral("command"), {}}};
        QVERIFY((SearchPalette::matches(entries, QStringLiteral("heat")) ==
                 std::vector<std::size_t>{1, 2}));
        QVERIFY((SearchPalette::matches(entries, QStringLiteral("shard acc")) ==
                 std::vector<std::size_t>{0}));
        QVERIFY(SearchPalette::matches(entries, QStringLiteral("zzz")).empty());
    }
};

QTEST_MAIN(TestHeatView)
#include "tst_heat_view.moc"
