// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/heat_page.h"
#include "app/pages/restore_wizard.h"
#include "app/pages/restores_page.h"
#include "app/widgets/restorable_picker.h"
#include "tests/gui/console_fixture.h"
#include "tests/gui/demo_history.h"

#include <QAction>
#include <QApplication>
#include <QLineEdit>
#include <QMouseEvent>
#include <QPushButton>
#include <QTableView>
#include <QTest>
#include <algorithm>
#include <cmath>

using namespace isotherm;

namespace
{

HeatCanvas& canvasOf(test::ConsoleFixture& fixture)
{
    return fixture.window().heatPage().heatView().canvas();
}

void dragOverTwoShards(test::ConsoleFixture& fixture)
{
    HeatCanvas& canvas = canvasOf(fixture);
    const int row = canvas.height() / 12;
    QTest::mousePress(&canvas, Qt::LeftButton, {}, QPoint(canvas.width() / 2, row + row / 2));
    QTest::mouseMove(&canvas, QPoint(canvas.width() / 2 + 60, 2 * row));
    QTest::mouseRelease(&canvas, Qt::LeftButton, {},
                        QPoint(canvas.width() / 2 + 80, 2 * row + row / 2));
}

/// The wizard's When page, for these shards and no time.
RestoreWizard& atWhen(test::ConsoleFixture& fixture, const std::vector<ShardId>& shards)
{
    const auto known = [&] {
        return fixture.agent().called("restorableRanges") &&
               !fixture.console().restorable().ranges().empty();
    };
    if (!QTest::qWaitFor(known, 60'000)) {
        qWarning("no restorable ranges came");
    }
    fixture.console().view().setSelection({shards, std::nullopt});
    fixture.window().restoreSelection();
    RestoreWizard& wizard = fixture.window().restoresPage().wizard();
    QTest::mouseClick(&wizard.nextButton(), Qt::LeftButton);
    return wizard;
}

} // namespace

class TestRestoreFlow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void drag_r_wizard_startsExactlyTheReviewedPlan()
    {
        test::ConsoleFixture fixture;
        QVERIFY(fixture.start());
        dragOverTwoShards(fixture);
        QCOMPARE(fixture.console().view().selection().shards.size(), std::size_t{2});
        QVERIFY(fixture.console().view().selection().time.has_value());
        QTest::keyClick(&canvasOf(fixture), Qt::Key_R);
        QCOMPARE(fixture.window().currentView(), View::Restores);

        RestoreWizard& wizard = fixture.window().restoresPage().wizard();
        QCOMPARE(wizard.step(), RestoreWizard::What);
        QTRY_VERIFY(wizard.nextButton().isEnabled());
        QTest::mouseClick(&wizard.nextButton(), Qt::LeftButton);
        QCOMPARE(wizard.step(), RestoreWizard::When);
        QVERIFY(wizard.when().at().has_value());
        QVERIFY(viewmath::toSeconds(*wizard.when().at()) <=
                fixture.console().view().selection().time->begin + 1.0);
        QTest::mouseClick(&wizard.nextButton(), Qt::LeftButton);
        QTest::mouseClick(&wizard.nextButton(), Qt::LeftButton);
        QCOMPARE(wizard.step(), RestoreWizard::Plan);
        QVERIFY(!fixture.agent().called("runRestore"));
        QTRY_VERIFY(wizard.plan().has_value());
        QCOMPARE(wizard.planStep().parts().rowCount(), 2);
        QTest::mouseClick(&wizard.nextButton(), Qt::LeftButton);
        QTRY_COMPARE(wizard.step(), RestoreWizard::Progress);
        const auto calls = fixture.agent().calls();
        const auto run = std::ranges::find(calls, "runRestore", &test::RecordedCall::name);
        QVERIFY(run != calls.end());
        QCOMPARE(run->detail, std::string(test::FakeConsoleAgent::kPlanId));
        QTRY_VERIFY(fixture.agent().called("receipt"));
        QTRY_VERIFY(fixture.window().restoresPage().history().rowCount() >= 2);
    }

    void badPredicate_plan_showsWhyAndCannotStart()
    {
        test::ConsoleFixture fixture;
        QVERIFY(fixture.start());
        fixture.console().view().setSelection({{ShardId(100)}, std::nullopt});
        fixture.window().restoreSelection();
        RestoreWizard& wizard = fixture.window().restoresPage().wizard();
        wizard.what().predicateEdit().setText(QStringLiteral("nonsense"));
        for (int i = 0; i < 3; ++i) {
            QTest::mouseClick(&wizard.nextButton(), Qt::LeftButton);
        }
        QTRY_VERIFY(fixture.agent().called("planRestore"));
        QTest::qWait(100);
        QCOMPARE(wizard.step(), RestoreWizard::Plan);
        QVERIFY(!wizard.plan().has_value());
        QVERIFY(!wizard.nextButton().isEnabled());
    }

    void disconnected_changes_areOffWithAReason()
    {
        test::ConsoleFixture fixture;
        QVERIFY(fixture.start());
        dragOverTwoShards(fixture);
        QAction* restore = fixture.window().heatPage().commands().restoreSelection;
        QVERIFY(restore->isEnabled());
        fixture.agent().disconnect("connection refused");
        QTRY_VERIFY(!restore->isEnabled());
        QVERIFY(restore->toolTip().contains(QStringLiteral("Not connected")));
        QTest::keyClick(&canvasOf(fixture), Qt::Key_R);
        QCOMPARE(fixture.window().currentView(), View::Heat);
        fixture.agent().reconnect();
        QTRY_VERIFY(restore->isEnabled());
    }

    void viewer_changes_areOffWithAReason()
    {
        test::ConsoleFixture fixture({}, Role::Viewer);
        QVERIFY(fixture.start());
        dragOverTwoShards(fixture);
        QAction* restore = fixture.window().heatPage().commands().restoreSelection;
        QVERIFY(!restore->isEnabled());
        QVERIFY(restore->toolTip().contains(QStringLiteral("viewer")));
    }

    void accidentInTheList_target_isJustBeforeIt()
    {
        test::ConsoleFixture fixture;
        QVERIFY(fixture.start());
        RestoreWizard& wizard = atWhen(fixture, {ShardId(100), ShardId(101)});
        RestoreWhenStep& when = wizard.when();
        QTRY_VERIFY(when.transactions().rowCount() > 1);
        QCOMPARE(when.transactions().record(0).id, test::kAccident); // the largest loss is first
        QVERIFY(!when.beforeButton().isEnabled());
        QTest::mouseClick(when.transactionTable().viewport(), Qt::LeftButton, {},
                          when.transactionTable()
                              .visualRect(when.transactions().index(0, 0))
                              .center());
        QVERIFY(when.beforeButton().isEnabled());
        QTest::mouseClick(&when.beforeButton(), Qt::LeftButton);
        QCOMPARE(when.beforeTransaction().value_or(0), test::kAccident);
        QVERIFY(!when.at().has_value());
        QTest::mouseClick(&wizard.nextButton(), Qt::LeftButton);
        QTest::mouseClick(&wizard.nextButton(), Qt::LeftButton);
        QTRY_VERIFY(wizard.plan().has_value());
        QCOMPARE(wizard.plan()->request.beforeTransaction.value_or(0), test::kAccident);
    }

    void momentInAGap_drag_isClampedToWhatCanBeRestored()
    {
        test::ConsoleFixture fixture;
        QVERIFY(fixture.start());
        RestoreWizard& wizard = atWhen(fixture, {ShardId(103)});
        RestorablePicker& picker = wizard.when().picker();
        QVERIFY(picker.restorable().exact);
        QCOMPARE(picker.restorable().gaps.size(), std::size_t{1});
        const viewmath::RestorableGap gap = picker.restorable().gaps.front();
        const auto pixel = [&](double seconds) {
            return QPoint(static_cast<int>(picker.xOf(seconds)), picker.height() / 3);
        };
        const double inside = gap.begin - (gap.end - gap.begin) / 2.0;
        QTest::mousePress(&picker, Qt::LeftButton, {}, pixel(inside));
        QVERIFY(wizard.when().at().has_value());
        QVERIFY(std::abs(viewmath::toSeconds(*wizard.when().at()) - inside) < 30.0);
        QTest::mouseMove(&picker, pixel((gap.begin + gap.end) / 2.0));
        QMouseEvent drag(QEvent::MouseMove, QPointF(pixel((gap.begin + gap.end) / 2.0)),
                         picker.mapToGlobal(QPointF(pixel((gap.begin + gap.end) / 2.0))),
                         Qt::NoButton, Qt::LeftButton, {});
        QApplication::sendEvent(&picker, &drag);
        QTest::mouseRelease(&picker, Qt::LeftButton, {}, pixel((gap.begin + gap.end) / 2.0));
        QVERIFY(std::abs(viewmath::toSeconds(*wizard.when().at()) - gap.begin) < 1.0);
        QVERIFY(std::abs(picker.moment() - gap.begin) < 1.0);
        QTest::keyClick(&picker, Qt::Key_Left);
        QVERIFY(viewmath::toSeconds(*wizard.when().at()) < gap.begin - 0.5);
    }

    void shardWithoutBackup_when_cannotGoOn()
    {
        test::ConsoleFixture fixture;
        QVERIFY(fixture.start());
        fixture.console().view().setSelection(
            {{ShardId(111)}, std::nullopt}); // the one never backed up
        fixture.window().restoreSelection();
        RestoreWizard& wizard = fixture.window().restoresPage().wizard();
        QTest::mouseClick(&wizard.nextButton(), Qt::LeftButton);
        QCOMPARE(wizard.step(), RestoreWizard::When);
        QVERIFY(!wizard.nextButton().isEnabled());
    }
};

QTEST_MAIN(TestRestoreFlow)
#include "tst_restore_flow.moc"
