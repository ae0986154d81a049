// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/recovery_receipt_view.h"
#include "app/pages/recovery_review.h"
#include "app/pages/recovery_view.h"
#include "app/pages/restore_wizard.h"
#include "app/pages/restores_page.h"
#include "app/pages/row_diff_panel.h"
#include "tests/gui/console_fixture.h"

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTest>
#include <algorithm>

using namespace isotherm;
using test::DemoRecovery;

namespace
{

std::string lastDetail(test::ConsoleFixture& fixture, const std::string& name)
{
    std::string detail;
    for (const test::RecordedCall& call : fixture.agent().calls()) {
        detail = call.name == name ? call.detail : detail;
    }
    return detail;
}

/// What, When, Where "compare", Plan, and the rows. False when they did not come.
bool compareRows(test::ConsoleFixture& fixture)
{
    if (!fixture.start()) {
        return false;
    }
    fixture.console().view().setSelection({{ShardId(100), ShardId(101)}, std::nullopt});
    fixture.window().restoreSelection();
    RestoresPage& page = fixture.window().restoresPage();
    RestoreWizard& wizard = page.wizard();
    QTest::mouseClick(&wizard.nextButton(), Qt::LeftButton);
    QTest::mouseClick(&wizard.nextButton(), Qt::LeftButton);
    wizard.where().setDestination(RestoreDestination::Compare);
    QTest::mouseClick(&wizard.nextButton(), Qt::LeftButton);
    if (!QTest::qWaitFor([&] { return wizard.plan().has_value(); }, 60'000)) {
        return false;
    }
    QTest::mouseClick(&wizard.nextButton(), Qt::LeftButton);
    return QTest::qWaitFor([&] { return page.recovery().diffPanel().rows().rowCount() > 0; },
                           60'000);
}

RecoveryReview* waitForReview(RecoveryView& view)
{
    return QTest::qWaitFor([&] { return view.review() != nullptr; }, 60'000) ? view.review()
                                                                             : nullptr;
}

} // namespace

class TestRecoveryFlow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void compare_copyBackAll_needsTheNameAndCanBeUndone()
    {
        test::ConsoleFixture fixture;
        QVERIFY(compareRows(fixture));
        QVERIFY(!fixture.agent().called("runRestore")); // no side restore was needed
        RecoveryView& view = fixture.window().restoresPage().recovery();
        QVERIFY(view.diffPanel().counts().contains(QStringLiteral("450")));
        QTest::mouseClick(&view.diffPanel().copyButton(), Qt::LeftButton);
        RecoveryReview* review = waitForReview(view);
        QVERIFY(review != nullptr);
        QVERIFY(!review->runButton().isEnabled());
        QVERIFY(!review->sql().isVisible());
        review->nameEdit().setText(QStringLiteral("account"));
        QVERIFY(!review->runButton().isEnabled());
        QVERIFY(!fixture.agent().called("runRecovery"));
        review->nameEdit().setText(QStringLiteral("accounts"));
        QTest::mouseClick(&review->runButton(), Qt::LeftButton);
        QTRY_VERIFY(view.receipt().isVisible());
        QCOMPARE(lastDetail(fixture, "runRecovery"), std::string("recovery-1"));
        QVERIFY(view.receipt().undoButton().isEnabled());
        QTRY_VERIFY(view.review() == nullptr);
        QTest::mouseClick(&view.receipt().undoButton(), Qt::LeftButton);
        QTRY_VERIFY(lastDetail(fixture, "planRecovery").starts_with("undo"));
        QTRY_VERIFY(view.review() != nullptr);
        QTRY_VERIFY(view.review()->runButton().isEnabled()); // an undo destroys nothing
    }

    void pickedRows_copyBack_areOnlyThese()
    {
        test::ConsoleFixture fixture;
        QVERIFY(compareRows(fixture));
        RowDiffPanel& panel = fixture.window().restoresPage().recovery().diffPanel();
        RowDiffModel& rows = panel.rows();
        for (const int row : {0, 2}) {
            QVERIFY(
                rows.setData(rows.index(row, RowDiffModel::Pick), Qt::Checked, Qt::CheckStateRole));
        }
        QCOMPARE(panel.choice().currentData().toInt(), static_cast<int>(RowChoice::Picked));
        QTest::mouseClick(&panel.sqlButton(), Qt::LeftButton);
        RecoveryReview* review = waitForReview(fixture.window().restoresPage().recovery());
        QVERIFY(review != nullptr);
        QCOMPARE(lastDetail(fixture, "planRecovery").substr(0, 4), std::string("copy"));
        QVERIFY((review->plan().request.picked == std::vector<std::uint64_t>{1, 3}));
        QTRY_VERIFY(review->sql().isVisible());
        QVERIFY(review->sql().toPlainText().contains(QStringLiteral("insert into")));
    }

    void rows_morePages_areAskedForOneByOne()
    {
        test::ConsoleFixture fixture;
        QVERIFY(compareRows(fixture));
        RowDiffModel& rows = fixture.window().restoresPage().recovery().diffPanel().rows();
        QTRY_COMPARE(rows.rowCount(), 200);
        QVERIFY(rows.canFetchMore({}));
        rows.fetchMore({});
        QVERIFY(!rows.canFetchMore({})); // one question at a time
        QTRY_COMPARE(rows.rowCount(), 400);
        rows.fetchMore({});
        QTRY_COMPARE(rows.rowCount(), 452);
        QVERIFY(!rows.canFetchMore({}));
        const QAbstractItemModelTester tester(&rows); // fetches by itself
        const QModelIndex balance = rows.index(451, RowDiffModel::FirstValue + 2);
        QVERIFY(balance.data(RowDiffModel::ChangedRole).toBool());
        QCOMPARE(balance.data().toString(), QStringLiteral("4520  →  4527"));
        QCOMPARE(rows.index(0, RowDiffModel::FirstValue + 3).data().toString(),
                 QStringLiteral("NULL"));
    }

    void finishedSideRestore_preview_comparesItsTables()
    {
        test::ConsoleFixture fixture;
        QVERIFY(fixture.start());
        fixture.console().view().setSelection({{ShardId(100)}, std::nullopt});
        fixture.window().restoreSelection();
        RestoreWizard& wizard = fixture.window().restoresPage().wizard();
        for (int i = 0; i < 3; ++i) {
            QTest::mouseClick(&wizard.nextButton(), Qt::LeftButton);
        }
        QTRY_VERIFY(wizard.plan().has_value());
        QTest::mouseClick(&wizard.nextButton(), Qt::LeftButton);
        QTRY_VERIFY(wizard.previewButton().isVisible());
        QTest::mouseClick(&wizard.previewButton(), Qt::LeftButton);
        QTRY_COMPARE(lastDetail(fixture, "startDiff"), std::string("side 42"));
    }

    void plan_cutTransactions_areSaidBeforeAnythingRuns()
    {
        test::ConsoleFixture fixture;
        QVERIFY(fixture.start());
        fixture.console().view().setSelection({{ShardId(100)}, std::nullopt});
        fixture.window().restoreSelection();
        RestoreWizard& wizard = fixture.window().restoresPage().wizard();
        for (int i = 0; i < 3; ++i) {
            QTest::mouseClick(&wizard.nextButton(), Qt::LeftButton);
        }
        QTRY_VERIFY(wizard.planStep().cutsText().contains(QStringLiteral("771230")));
        QVERIFY(wizard.planStep().cutsText().contains(QStringLiteral("4 transaction")));
    }

    void elsewhere_withoutATarget_cannotGoOn()
    {
        test::ConsoleFixture fixture;
        QVERIFY(fixture.start());
        fixture.console().view().setSelection({{ShardId(100)}, std::nullopt});
        fixture.window().restoreSelection();
        RestoreWizard& wizard = fixture.window().restoresPage().wizard();
        QTest::mouseClick(&wizard.nextButton(), Qt::LeftButton);
        QTest::mouseClick(&wizard.nextButton(), Qt::LeftButton);
        wizard.where().setDestination(RestoreDestination::Elsewhere);
        QVERIFY(!wizard.nextButton().isEnabled());
        wizard.where().targetEdit().setText(QStringLiteral("staging"));
        QVERIFY(wizard.nextButton().isEnabled());
        QTest::mouseClick(&wizard.nextButton(), Qt::LeftButton);
        QTRY_VERIFY(wizard.plan().has_value());
        QTest::mouseClick(&wizard.nextButton(), Qt::LeftButton);
        RecoveryReview* review = waitForReview(fixture.window().restoresPage().recovery());
        QVERIFY(review != nullptr);
        QCOMPARE(review->plan().request.target, std::string("staging"));
    }
};

QTEST_MAIN(TestRecoveryFlow)
#include "tst_recovery_flow.moc"
