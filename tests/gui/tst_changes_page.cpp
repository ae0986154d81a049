// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/approvals_panel.h"
#include "app/pages/change_card.h"
#include "app/pages/changes_page.h"
#include "app/widgets/key_histogram_view.h"
#include "tests/gui/console_fixture.h"

#include <QApplication>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QMouseEvent>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>

using namespace isotherm;
using test::DemoChanges;

namespace
{

const ChangeId kProposed{DemoChanges::kProposed};

/// A console that shows the Changes view with the proposal's card.
ChangeCard* openCard(test::ConsoleFixture& fixture)
{
    if (!fixture.start()) {
        return nullptr;
    }
    fixture.window().showView(View::Changes);
    ChangesPage& page = fixture.window().changesPage();
    if (!QTest::qWaitFor([&] { return page.card(kProposed) != nullptr; }, 60'000)) {
        return nullptr;
    }
    QTest::qWait(50); // the cards are laid out
    return page.card(kProposed);
}

std::string lastDetail(test::ConsoleFixture& fixture, const std::string& name)
{
    std::string detail;
    for (const test::RecordedCall& call : fixture.agent().calls()) {
        detail = call.name == name ? call.detail : detail;
    }
    return detail;
}

void drag(KeyHistogramView& view, double fromBar, double toBar)
{
    const auto pixel = [&](double bar) { return QPoint(qRound(view.xOf(bar)), 30); };
    QTest::mousePress(&view, Qt::LeftButton, {}, pixel(fromBar));
    QMouseEvent move(QEvent::MouseMove, QPointF(pixel(toBar)),
                     view.mapToGlobal(QPointF(pixel(toBar))), Qt::NoButton, Qt::LeftButton, {});
    QApplication::sendEvent(&view, &move);
    QTest::mouseRelease(&view, Qt::LeftButton, {}, pixel(toBar));
}

} // namespace

class TestChangesPage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void approve_reviewedPlan_isSentWithItsHash()
    {
        test::ConsoleFixture fixture;
        ChangeCard* card = openCard(fixture);
        QVERIFY(card != nullptr);
        QVERIFY(card->approveButton().isEnabled());
        card->reasonEdit().setText(QStringLiteral("before the sale"));
        QTest::mouseClick(&card->approveButton(), Qt::LeftButton);
        QTRY_COMPARE(lastDetail(fixture, "approveChange"),
                     card->change().planHash + " before the sale");
        QTRY_VERIFY(card->change().state == ChangeState::Running);
        QVERIFY(!card->approveButton().isVisible());
    }

    void reject_withoutAReason_isOffAndSaysWhy()
    {
        test::ConsoleFixture fixture;
        ChangeCard* card = openCard(fixture);
        QVERIFY(card != nullptr);
        QVERIFY(!card->rejectButton().isEnabled());
        QVERIFY(!card->rejectButton().toolTip().isEmpty());
        card->reasonEdit().setText(QStringLiteral("not today"));
        QVERIFY(card->rejectButton().isEnabled());
        QTest::mouseClick(&card->rejectButton(), Qt::LeftButton);
        QTRY_VERIFY(fixture.agent().called("rejectChange"));
        QTRY_VERIFY(card->change().state == ChangeState::Rejected);
    }

    void cut_dragged_isCheckedAndMustBeProposedFirst()
    {
        test::ConsoleFixture fixture;
        ChangeCard* card = openCard(fixture);
        QVERIFY(card != nullptr);
        KeyHistogramView& histogram = card->histogram();
        QCOMPARE(histogram.cuts(), viewmath::BarCuts{19});
        const double before = card->parts().record(0).share;
        drag(histogram, 19.0, 25.0);
        QCOMPARE(histogram.cuts(), viewmath::BarCuts{25});
        QVERIFY(card->cutsMoved());
        QVERIFY(card->parts().record(0).share > before);
        QVERIFY(!card->approveButton().isEnabled());
        QVERIFY(card->approveButton().toolTip().contains(QStringLiteral("moved")));
        QTRY_COMPARE(lastDetail(fixture, "checkChange"), std::string("78126")); // 1 + 25 × 3,125
        QVERIFY(!fixture.agent().called("proposeChange"));
        QTest::mouseClick(&card->proposeButton(), Qt::LeftButton);
        QTRY_COMPARE(lastDetail(fixture, "proposeChange"), std::string("78126"));
    }

    void cut_keys_moveIt()
    {
        test::ConsoleFixture fixture;
        ChangeCard* card = openCard(fixture);
        QVERIFY(card != nullptr);
        QTest::keyClick(&card->histogram(), Qt::Key_Left);
        QCOMPARE(card->histogram().cuts(), viewmath::BarCuts{18});
        QTest::keyClick(&card->histogram(), Qt::Key_Right);
        QTest::keyClick(&card->histogram(), Qt::Key_Right);
        QCOMPARE(card->histogram().cuts(), viewmath::BarCuts{20});
    }

    void movedCuts_refresh_doesNotTakeThemAway()
    {
        test::ConsoleFixture fixture;
        ChangeCard* card = openCard(fixture);
        QVERIFY(card != nullptr);
        QTest::keyClick(&card->histogram(), Qt::Key_Left);
        card->reasonEdit().setText(QStringLiteral("half typed"));
        QSignalSpy refreshed(&fixture.console().changes(), &ChangesFeed::changed);
        fixture.agent().changes().refuseNext("four eyes"); // nothing else changes
        fixture.console().changes().refresh();
        QTest::qWait(400);
        QCOMPARE(card->histogram().cuts(), viewmath::BarCuts{18});
        QCOMPARE(card->reasonEdit().text(), QStringLiteral("half typed"));
    }

    void decision_refusedByPolicy_isSaidOnTheCard()
    {
        test::ConsoleFixture fixture;
        ChangeCard* card = openCard(fixture);
        QVERIFY(card != nullptr);
        fixture.agent().changes().refuseNext("whoever proposed a change may not approve it");
        QTest::mouseClick(&card->approveButton(), Qt::LeftButton);
        const auto said = [&] {
            const auto labels = card->findChildren<QLabel*>();
            return std::ranges::any_of(labels, [](const QLabel* label) {
                return label->isVisible() &&
                       label->text().contains(QStringLiteral("may not approve"));
            });
        };
        QTRY_VERIFY(said());
        QTRY_VERIFY(card->approveButton().isEnabled());
        QVERIFY(card->change().state == ChangeState::Proposed);
    }

    void viewer_decisions_areOffWithAReason()
    {
        test::ConsoleFixture fixture({}, Role::Viewer);
        ChangeCard* card = openCard(fixture);
        QVERIFY(card != nullptr);
        QVERIFY(!card->approveButton().isEnabled());
        QVERIFY(card->approveButton().toolTip().contains(QStringLiteral("viewer")));
        QTest::keyClick(&card->histogram(), Qt::Key_Left);
        QCOMPARE(card->histogram().cuts(), viewmath::BarCuts{19});
    }

    void outcome_cards_sayWhetherItHelped()
    {
        test::ConsoleFixture fixture;
        QVERIFY(openCard(fixture) != nullptr);
        ChangesPage& page = fixture.window().changesPage();
        for (const auto& [id, words] : {std::pair(DemoChanges::kHelped, "92 % -> 54 %"),
                                        std::pair(DemoChanges::kDidNotHelp, "did not help")}) {
            ChangeCard* card = page.card(ChangeId(id));
            QVERIFY(card != nullptr);
            const auto labels = card->findChildren<QLabel*>();
            QVERIFY(std::ranges::any_of(labels, [words = words](const QLabel* label) {
                return label->text().contains(QString::fromLatin1(words));
            }));
        }
    }

    void approvals_dock_countsAndLeadsToTheCard()
    {
        test::ConsoleFixture fixture;
        QVERIFY(openCard(fixture) != nullptr);
        fixture.window().showView(View::Heat);
        QCOMPARE(fixture.window().approvalsPanel().model().rowCount(), 2); // one waits, one runs
        const auto docks = fixture.window().docks();
        QVERIFY(std::ranges::any_of(docks, [](const QDockWidget* dock) {
            return dock->windowTitle() == QStringLiteral("Approvals (1)");
        }));
        Q_EMIT fixture.window().approvalsPanel().reviewWanted(kProposed);
        QCOMPARE(fixture.window().currentView(), View::Changes);
    }

    void selection_checkAndPropose_askForTheSelectedShards()
    {
        test::ConsoleFixture fixture;
        QVERIFY(openCard(fixture) != nullptr);
        ChangesPage& page = fixture.window().changesPage();
        QVERIFY(!page.checkButton().isEnabled());
        QVERIFY(!page.checkButton().toolTip().isEmpty());
        fixture.console().view().setSelection({{ShardId(100)}, std::nullopt});
        QTest::mouseClick(&page.checkButton(), Qt::LeftButton);
        QTRY_VERIFY(fixture.agent().called("checkChange"));
        QVERIFY(!fixture.agent().called("proposeChange"));
        QTest::mouseClick(&page.proposeButton(), Qt::LeftButton);
        QTRY_VERIFY(fixture.agent().called("proposeChange"));
        QTRY_COMPARE(fixture.console().changes().waiting(), 2);
    }
};

QTEST_MAIN(TestChangesPage)
#include "tst_changes_page.moc"
